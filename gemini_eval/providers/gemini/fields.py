"""Gemini's request as data: the fields of each message, what kind of value each takes, and the words of each enumeration.

Source: google-genai 2.34 `types` (GenerateContentConfig and all that it reaches); a test compares them, so that drift shows.
A kind is `text`, `flag`, `whole`, `number`, `time`, `any`, `texts` (text to text), the name of a message or of an enumeration
below, `[kind]` for a list, `{kind}` for a map of names to it.
"""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "GenerateContentConfig": {
        "system_instruction": "text", "temperature": "number", "top_p": "number", "top_k": "number", "candidate_count": "whole",
        "max_output_tokens": "whole", "stop_sequences": "[text]", "response_logprobs": "flag", "logprobs": "whole",
        "presence_penalty": "number", "frequency_penalty": "number", "seed": "whole", "response_mime_type": "text",
        "response_schema": "Schema", "response_json_schema": "any", "routing_config": "GenerationConfigRoutingConfig",
        "model_selection_config": "ModelSelectionConfig", "safety_settings": "[SafetySetting]", "tools": "[Tool]",
        "tool_config": "ToolConfig", "labels": "texts", "cached_content": "text", "thinking_config": "ThinkingConfig",
        "enable_enhanced_civic_answers": "flag", "model_armor_config": "ModelArmorConfig", "service_tier": "ServiceTier",
        "store": "flag",
    },
    "ThinkingConfig": {"include_thoughts": "flag", "thinking_budget": "whole", "thinking_level": "ThinkingLevel"},
    "SafetySetting": {"category": "HarmCategory", "method": "HarmBlockMethod", "threshold": "HarmBlockThreshold"},
    "ModelArmorConfig": {"prompt_template_name": "text", "response_template_name": "text"},
    "ModelSelectionConfig": {"feature_selection_preference": "FeatureSelectionPreference"},
    "GenerationConfigRoutingConfig": {
        "auto_mode": "GenerationConfigRoutingConfigAutoRoutingMode",
        "manual_mode": "GenerationConfigRoutingConfigManualRoutingMode",
    },
    "GenerationConfigRoutingConfigAutoRoutingMode": {"model_routing_preference": "ModelRoutingPreference"},
    "GenerationConfigRoutingConfigManualRoutingMode": {"model_name": "text"},
    "Schema": {
        "additional_properties": "any", "defs": "{Schema}", "ref": "text", "any_of": "[Schema]", "default": "any",
        "description": "text", "enum": "[text]", "example": "any", "format": "text", "items": "Schema", "max_items": "whole",
        "max_length": "whole", "max_properties": "whole", "maximum": "number", "min_items": "whole", "min_length": "whole",
        "min_properties": "whole", "minimum": "number", "nullable": "flag", "pattern": "text", "properties": "{Schema}",
        "property_ordering": "[text]", "required": "[text]", "title": "text", "type": "Type",
    },
    "ToolConfig": {
        "retrieval_config": "RetrievalConfig", "function_calling_config": "FunctionCallingConfig",
        "include_server_side_tool_invocations": "flag",
    },
    "RetrievalConfig": {"lat_lng": "LatLng", "language_code": "text"},
    "LatLng": {"latitude": "number", "longitude": "number"},
    "FunctionCallingConfig": {
        "allowed_function_names": "[text]", "mode": "FunctionCallingConfigMode", "stream_function_call_arguments": "flag",
    },
    "Tool": {
        "retrieval": "Retrieval", "computer_use": "ComputerUse", "file_search": "FileSearch", "google_search": "GoogleSearch",
        "google_maps": "GoogleMaps", "code_execution": "ToolCodeExecution", "enterprise_web_search": "EnterpriseWebSearch",
        "function_declarations": "[FunctionDeclaration]", "google_search_retrieval": "GoogleSearchRetrieval",
        "parallel_ai_search": "ToolParallelAiSearch", "url_context": "UrlContext", "mcp_servers": "[McpServer]",
        "exa_ai_search": "ToolExaAiSearch",
    },
    "FunctionDeclaration": {
        "description": "text", "name": "text", "parameters": "Schema", "parameters_json_schema": "any", "response": "Schema",
        "response_json_schema": "any", "behavior": "Behavior",
    },
    "GoogleSearch": {
        "search_types": "SearchTypes", "blocking_confidence": "PhishBlockThreshold", "exclude_domains": "[text]",
        "time_range_filter": "Interval",
    },
    "SearchTypes": {"web_search": "WebSearch", "image_search": "ImageSearch"},
    "WebSearch": {},
    "ImageSearch": {},
    "Interval": {"end_time": "time", "start_time": "time"},
    "GoogleMaps": {"auth_config": "AuthConfig", "enable_widget": "flag", "grounding_types": "GoogleMapsGroundingTypes"},
    "GoogleMapsGroundingTypes": {"places": "GoogleMapsPlaces", "routing": "GoogleMapsRouting"},
    "GoogleMapsPlaces": {},
    "GoogleMapsRouting": {},
    "ToolCodeExecution": {},
    "EnterpriseWebSearch": {"blocking_confidence": "PhishBlockThreshold", "exclude_domains": "[text]"},
    "GoogleSearchRetrieval": {"dynamic_retrieval_config": "DynamicRetrievalConfig"},
    "DynamicRetrievalConfig": {"dynamic_threshold": "number", "mode": "DynamicRetrievalConfigMode"},
    "UrlContext": {},
    "ToolParallelAiSearch": {
        "api_key": "text", "custom_configs": "any", "enable_data_retention": "flag", "enable_zero_data_retention": "flag",
    },
    "ToolExaAiSearch": {"api_key": "text", "custom_configs": "any"},
    "McpServer": {"name": "text", "streamable_http_transport": "StreamableHttpTransport"},
    "StreamableHttpTransport": {
        "headers": "texts", "sse_read_timeout": "text", "terminate_on_close": "flag", "timeout": "text", "url": "text",
    },
    "ComputerUse": {
        "environment": "Environment", "excluded_predefined_functions": "[text]", "enable_prompt_injection_detection": "flag",
        "disabled_safety_policies": "[SafetyPolicy]",
    },
    "FileSearch": {"file_search_store_names": "[text]", "top_k": "whole", "metadata_filter": "text"},
    "Retrieval": {
        "disable_attribution": "flag", "external_api": "ExternalApi", "vertex_ai_search": "VertexAISearch",
        "vertex_rag_store": "VertexRagStore",
    },
    "ExternalApi": {
        "api_auth": "ApiAuth", "api_spec": "ApiSpec", "auth_config": "AuthConfig",
        "elastic_search_params": "ExternalApiElasticSearchParams", "endpoint": "text",
        "simple_search_params": "ExternalApiSimpleSearchParams",
    },
    "ApiAuth": {"api_key_config": "ApiAuthApiKeyConfig"},
    "ApiAuthApiKeyConfig": {"api_key_secret_version": "text", "api_key_string": "text"},
    "AuthConfig": {
        "api_key": "text", "api_key_config": "ApiKeyConfig", "auth_type": "AuthType",
        "google_service_account_config": "AuthConfigGoogleServiceAccountConfig",
        "http_basic_auth_config": "AuthConfigHttpBasicAuthConfig", "oauth_config": "AuthConfigOauthConfig",
        "oidc_config": "AuthConfigOidcConfig",
    },
    "ApiKeyConfig": {
        "api_key_secret": "text", "api_key_string": "text", "http_element_location": "HttpElementLocation", "name": "text",
    },
    "AuthConfigGoogleServiceAccountConfig": {"service_account": "text"},
    "AuthConfigHttpBasicAuthConfig": {"credential_secret": "text"},
    "AuthConfigOauthConfig": {"access_token": "text", "service_account": "text"},
    "AuthConfigOidcConfig": {"id_token": "text", "service_account": "text"},
    "ExternalApiElasticSearchParams": {"index": "text", "num_hits": "whole", "search_template": "text"},
    "ExternalApiSimpleSearchParams": {},
    "VertexAISearch": {
        "data_store_specs": "[VertexAISearchDataStoreSpec]", "datastore": "text", "engine": "text", "filter": "text",
        "max_results": "whole",
    },
    "VertexAISearchDataStoreSpec": {"data_store": "text", "filter": "text"},
    "VertexRagStore": {
        "rag_corpora": "[text]", "rag_resources": "[VertexRagStoreRagResource]", "rag_retrieval_config": "RagRetrievalConfig",
        "similarity_top_k": "whole", "store_context": "flag", "vector_distance_threshold": "number",
    },
    "VertexRagStoreRagResource": {"rag_corpus": "text", "rag_file_ids": "[text]"},
    "RagRetrievalConfig": {
        "filter": "RagRetrievalConfigFilter", "hybrid_search": "RagRetrievalConfigHybridSearch",
        "ranking": "RagRetrievalConfigRanking", "top_k": "whole",
    },
    "RagRetrievalConfigFilter": {
        "metadata_filter": "text", "vector_distance_threshold": "number", "vector_similarity_threshold": "number",
    },
    "RagRetrievalConfigHybridSearch": {"alpha": "number"},
    "RagRetrievalConfigRanking": {
        "llm_ranker": "RagRetrievalConfigRankingLlmRanker", "rank_service": "RagRetrievalConfigRankingRankService",
    },
    "RagRetrievalConfigRankingLlmRanker": {"model_name": "text"},
    "RagRetrievalConfigRankingRankService": {"model_name": "text"},
}  # fmt: skip

SHORT_FORMS: Mapping[str, str] = MESSAGES["ThinkingConfig"]
"""Fields of thinking_config that may be written without it."""

ELSEWHERE: Mapping[str, str] = {
    "http_options": "how requests are sent is the target's: limits, retries and time-outs",
    "should_return_http_response": "it is of the Python client alone",
    "automatic_function_calling": "a function call is an answer, recorded and never executed",
    "continuation_token": "a request is one call; what was cut off is told as cut off",
    "automatic_continuation": "a request is one call; what was cut off is told as cut off",
    **dict.fromkeys(
        (
            "response_modalities", "media_resolution", "speech_config", "audio_timestamp", "image_config",
            "audio_transcription_config", "generation_output_config",
        ),
        "it is about media, which version 1 of the suite language does not have",
    ),
}  # fmt: skip
"""Fields of GenerateContentConfig that a suite can't set, and why."""

NEWER_WORDS: Mapping[str, tuple[str, ...]] = {"ThinkingLevel": ("XHIGH",)}
"""Words that the service takes by its documentation (Gemini 4), and that google-genai 2.34 does not list."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "ThinkingLevel": ("THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", *NEWER_WORDS["ThinkingLevel"]),
    "HarmCategory": (
        "HARM_CATEGORY_UNSPECIFIED", "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT",
        "HARM_CATEGORY_DANGEROUS_CONTENT", "HARM_CATEGORY_CIVIC_INTEGRITY", "HARM_CATEGORY_JAILBREAK",
        "HARM_CATEGORY_IMAGE_HATE", "HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT", "HARM_CATEGORY_IMAGE_HARASSMENT",
        "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT",
    ),
    "HarmBlockMethod": ("HARM_BLOCK_METHOD_UNSPECIFIED", "SEVERITY", "PROBABILITY"),
    "HarmBlockThreshold": (
        "HARM_BLOCK_THRESHOLD_UNSPECIFIED", "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE",
        "OFF",
    ),
    "FeatureSelectionPreference": (
        "FEATURE_SELECTION_PREFERENCE_UNSPECIFIED", "PRIORITIZE_QUALITY", "BALANCED", "PRIORITIZE_COST",
    ),
    "ModelRoutingPreference": ("UNKNOWN", "PRIORITIZE_QUALITY", "BALANCED", "PRIORITIZE_COST"),
    "ServiceTier": ("unspecified", "flex", "standard", "priority"),
    "Type": ("TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"),
    "FunctionCallingConfigMode": ("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"),
    "Behavior": ("UNSPECIFIED", "BLOCKING", "NON_BLOCKING"),
    "PhishBlockThreshold": (
        "PHISH_BLOCK_THRESHOLD_UNSPECIFIED", "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_HIGH_AND_ABOVE",
        "BLOCK_HIGHER_AND_ABOVE", "BLOCK_VERY_HIGH_AND_ABOVE", "BLOCK_ONLY_EXTREMELY_HIGH",
    ),
    "DynamicRetrievalConfigMode": ("MODE_UNSPECIFIED", "MODE_DYNAMIC"),
    "Environment": ("ENVIRONMENT_UNSPECIFIED", "ENVIRONMENT_BROWSER", "ENVIRONMENT_MOBILE", "ENVIRONMENT_DESKTOP"),
    "SafetyPolicy": (
        "SAFETY_POLICY_UNSPECIFIED", "FINANCIAL_TRANSACTIONS", "SENSITIVE_DATA_MODIFICATION", "COMMUNICATION_TOOL",
        "ACCOUNT_CREATION", "DATA_MODIFICATION", "USER_CONSENT_MANAGEMENT", "LEGAL_TERMS_AND_AGREEMENTS",
    ),
    "ApiSpec": ("API_SPEC_UNSPECIFIED", "SIMPLE_SEARCH", "ELASTIC_SEARCH"),
    "HttpElementLocation": (
        "HTTP_IN_UNSPECIFIED", "HTTP_IN_QUERY", "HTTP_IN_HEADER", "HTTP_IN_PATH", "HTTP_IN_BODY", "HTTP_IN_COOKIE",
    ),
    "AuthType": (
        "AUTH_TYPE_UNSPECIFIED", "NO_AUTH", "API_KEY_AUTH", "HTTP_BASIC_AUTH", "GOOGLE_SERVICE_ACCOUNT_AUTH", "OAUTH",
        "OIDC_AUTH",
    ),
}  # fmt: skip
