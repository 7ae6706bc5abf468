"""Errors in Google's shape, their details made by google.rpc's own messages."""

from __future__ import annotations

from typing import Any

import orjson

from tests.standin.script import Info, Refuse

_USUAL = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: (
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential.",
    ),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    408: ("DEADLINE_EXCEEDED", "The request timed out."),
    429: ("RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later."),
    499: ("CANCELLED", "The operation was cancelled."),
    500: ("INTERNAL", "An internal error has occurred."),
    501: ("UNIMPLEMENTED", "Operation is not implemented."),
    502: ("UNAVAILABLE", "Bad gateway."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}

NO_TOKEN = Refuse(
    401,
    message="Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential.",
    info=Info("CREDENTIALS_MISSING", metadata={"service": "aiplatform.googleapis.com"}),
)
BAD_TOKEN = Refuse(401, info=Info("ACCESS_TOKEN_TYPE_UNSUPPORTED", metadata={"service": "aiplatform.googleapis.com"}))
NO_KEY = Refuse(
    403,
    message="Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form "
    "of API consumer identity to call this API.",
)
BAD_KEY = Refuse(
    400,
    message="API key not valid. Please pass a valid API key.",
    info=Info("API_KEY_INVALID", metadata={"service": "generativelanguage.googleapis.com"}),
)


def refusal_json(refuse: Refuse, credential: str = "") -> bytes:
    word, message = _USUAL.get(refuse.status, ("UNKNOWN", "Unknown error."))
    message = refuse.message or message
    if refuse.tell_credential:
        message += f" (credential: {credential})"
    error: dict[str, Any] = {"code": refuse.status, "message": message, "status": refuse.word or word}
    if details := _details(refuse):
        error["details"] = details
    return orjson.dumps({"error": error})


def _details(refuse: Refuse) -> list[dict[str, Any]]:
    if refuse.info is None and refuse.quota is None and refuse.retry_info is None:
        return []
    from google.rpc import error_details_pb2 as rpc

    messages: list[Any] = []
    if info := refuse.info:
        messages.append(rpc.ErrorInfo(reason=info.reason, domain=info.domain, metadata=info.metadata))
    if quota := refuse.quota:
        violation = rpc.QuotaFailure.Violation(
            quota_metric=quota.metric, quota_id=quota.id, quota_dimensions=quota.dimensions, quota_value=quota.value
        )
        messages.append(rpc.QuotaFailure(violations=[violation]))
    if refuse.retry_info is not None:
        retry = rpc.RetryInfo()
        retry.retry_delay.FromMicroseconds(round(refuse.retry_info * 1e6))
        messages.append(retry)
    return [_as_any(message) for message in messages]


def _as_any(message: Any) -> dict[str, Any]:
    from google.protobuf import json_format

    return {"@type": f"type.googleapis.com/{message.DESCRIPTOR.full_name}", **json_format.MessageToDict(message)}
