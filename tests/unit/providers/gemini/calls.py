"""Every kind of request once: the configurations that the parity tests send through the official client and through ours."""

from __future__ import annotations

from gemini_eval.types import Json

_OBJECT: Json = {
    "type": "object",
    "description": "A device",
    "required": ["any_of"],
    "properties": {
        "any_of": {
            "type": "array",
            "min_items": 1,
            "maxItems": "3",
            "items": {"type": "string", "enum": ["a", "b"], "format": "enum"},
        },
        "speed": {"type": "number", "minimum": 1, "maximum": 10, "nullable": True},
        "note": {"anyOf": [{"type": "string", "maxLength": 9, "pattern": "^x"}, {"type": "null"}], "default": None, "title": "N"},
        "either": {"any_of": [{"type": "INTEGER"}, {"type": "Boolean"}, {"type": "null"}]},
        "kind": {"type": "string", "const": "device"},
        "nothing": {"type": "null"},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "minItems": 0},
        "free": {"type": "object", "min_properties": 1, "max_properties": 2, "example": {"k": None}},
    },
    "$defs": {"Part": {"type": "object", "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}}}},
}

COMMON: dict[str, Json] = {
    "temperature": {"temperature": 0},
    "top_p": {"top_p": 1},
    "top_k": {"top_k": 40},
    "candidate_count": {"candidate_count": 1},
    "max_output_tokens": {"max_output_tokens": 16},
    "stop_sequences": {"stop_sequences": ["\n", "END"]},
    "seed": {"seed": 7},
    "penalties": {"presence_penalty": 1, "frequency_penalty": -0.5},
    "logprobs": {"response_logprobs": True, "logprobs": 3},
    "mime type": {"response_mime_type": "application/json"},
    "enum": {"response_mime_type": "text/x.enum", "response_schema": {"type": "STRING", "enum": ["x", "y"]}},
    "schema": {"response_mime_type": "application/json", "response_schema": _OBJECT},
    "ordered schema": {
        "response_mime_type": "application/json",
        "response_schema": {
            "type": "OBJECT",
            "properties": {"b": {"type": "STRING"}, "a": {"type": "STRING"}},
            "propertyOrdering": ["a", "b"],
        },
    },
    "closed schema": {
        "response_mime_type": "application/json",
        "response_schema": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
    },
    "alternatives": {
        "response_mime_type": "application/json",
        "response_schema": {"any_of": [{"type": "object", "properties": {"x": {"type": "number"}}}, {"type": "NULL"}]},
    },
    "own references": {
        "response_mime_type": "application/json",
        "response_schema": {"type": "array", "items": {"ref": "#/defs/X"}, "defs": {"X": {"type": "integer", "minimum": 1}}},
    },
    "empty schema": {"response_mime_type": "application/json", "response_schema": {}},
    "json schema": {
        "response_mime_type": "application/json",
        "response_json_schema": {"type": "object", "properties": {"min_items": {"min_items": 3, "default": None}}, "oneOf": []},
    },
    "safety": {
        "safety_settings": [
            {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"},
            {"category": "harm_category_hate_speech", "threshold": "off"},
        ]
    },
    "thinking budget": {"thinking_config": {"thinking_budget": 0, "include_thoughts": True}},
    "thinking level": {"thinking_config": {"thinkingLevel": "low"}},
    "labels": {"labels": {"team": "wine", "suite": "tickets"}},
    "cached content": {"cached_content": "123"},
    "cached content by collection": {"cached_content": "cachedContents/123"},
    "cached content in full": {"cached_content": "projects/p2/locations/us-east1/cachedContents/9"},
    "functions": {
        "tools": [
            {
                "function_declarations": [
                    {
                        "name": "light",
                        "description": "Turns the light on.",
                        "parameters": {
                            "type": "object",
                            "properties": {
                                "min_length": {"type": "string", "min_length": 2},
                                "level": {"type": "integer", "default": 3, "maximum": 5},
                            },
                            "required": ["level"],
                        },
                        "response": {"type": "STRING"},
                    }
                ]
            },
            {"google_search": {}},
            {"functionDeclarations": [{"name": "dim", "parameters_json_schema": {"type": "object", "any_of": [1], "x": None}}]},
        ],
        "tool_config": {"function_calling_config": {"mode": "any", "allowedFunctionNames": ["light"]}},
    },
    "mixed tool": {"tools": [{"function_declarations": [{"name": "f", "behavior": "blocking"}], "url_context": {}}]},
    "built-in tools": {
        "tools": [{"google_search": {}}, {"code_execution": {}}, {"urlContext": {}}, {"google_maps": {"enable_widget": True}}]
    },
    "search": {
        "tools": [
            {
                "google_search": {
                    "search_types": {"web_search": {}},
                    "time_range_filter": {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-02-01T00:00:00Z"},
                }
            }
        ]
    },
    "older search": {
        "tools": [{"google_search_retrieval": {"dynamic_retrieval_config": {"mode": "mode_dynamic", "dynamic_threshold": 1}}}]
    },
    "computer": {"tools": [{"computer_use": {"environment": "environment_browser", "excluded_predefined_functions": ["drag"]}}]},
    "retrieval": {"tool_config": {"retrieval_config": {"lat_lng": {"latitude": 1, "longitude": 2}, "language_code": "ko"}}},
    "service tier": {"service_tier": "FLEX"},
}

VERTEX: dict[str, Json] = {
    "safety method": {
        "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH", "method": "SEVERITY"}]
    },
    "schema of other properties": {
        "response_mime_type": "application/json",
        "response_schema": {"type": "object", "additionalProperties": {"type": "string", "min_length": 3}},
    },
    "routing": {"routing_config": {"auto_mode": {"model_routing_preference": "BALANCED"}}},
    "routing by hand": {"routing_config": {"manual_mode": {"model_name": "gemini-2.5-flash"}}},
    "model selection": {"model_selection_config": {"feature_selection_preference": "balanced"}},
    "model armor": {"model_armor_config": {"prompt_template_name": "projects/p/locations/l/templates/t"}},
    "streamed arguments": {"tool_config": {"function_calling_config": {"stream_function_call_arguments": True}}},
    "enterprise search": {"tools": [{"enterprise_web_search": {"exclude_domains": ["a.example"]}}]},
    "search without sites": {
        "tools": [{"google_search": {"exclude_domains": ["a.example"], "blocking_confidence": "block_low_and_above"}}]
    },
    "data store": {
        "tools": [
            {"retrieval": {"vertex_ai_search": {"datastore": "d", "max_results": 3, "data_store_specs": [{"data_store": "e"}]}}}
        ]
    },
    "rag store": {
        "tools": [
            {
                "retrieval": {
                    "vertex_rag_store": {
                        "rag_resources": [{"rag_corpus": "c", "rag_file_ids": ["1"]}],
                        "rag_retrieval_config": {"top_k": 3, "filter": {"vector_distance_threshold": 1}},
                    }
                }
            }
        ]
    },
    "partner search": {
        "tools": [{"parallel_ai_search": {"custom_configs": {"a": None}}}, {"exa_ai_search": {"custom_configs": {}}}]
    },
    "cached content by location": {"cached_content": "locations/us-east1/cachedContents/9"},
}

DEVELOPER: dict[str, Json] = {
    "civic answers": {"enable_enhanced_civic_answers": True},
    "store": {"store": False},
    "files": {"tools": [{"file_search": {"file_search_store_names": ["s"], "top_k": 2}}]},
    "servers": {"tools": [{"mcp_servers": [{"name": "m", "streamable_http_transport": {"url": "https://m.example"}}]}]},
    "invocations": {"tool_config": {"include_server_side_tool_invocations": True}},
    "maps with a key": {"tools": [{"google_maps": {"auth_config": {"api_key": "k"}}}]},
}
