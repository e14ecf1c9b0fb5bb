"""The OpenAPI document says what machines really get: problems as problem+json, and a token."""

from typing import Any

from fastapi import FastAPI

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "An expected no (RFC 9457): why, and what would mend it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:passage:<kind of the no>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "findings": {
            "type": "array",
            "description": "What the rules found",
            "items": {
                "type": "object",
                "required": ["rule", "cite", "says", "mend"],
                "properties": {
                    each: {"type": "string"} for each in ("rule", "cite", "says", "mend")
                },
            },
        },
        "errors": {
            "type": "array",
            "description": "What was wrong with which field",
            "items": {
                "type": "object",
                "required": ["field", "says"],
                "properties": {each: {"type": "string"} for each in ("field", "says")},
            },
        },
    },
}
NO: dict[int | str, dict[str, Any]] = {
    status: {
        "description": "Not done, and why",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for status in ("4XX", "503")
}
"""What every address of the API may answer instead; given to each router."""


def complete(app: FastAPI) -> None:
    """Let the application's document name the problem it answers with, and the token it asks."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {})["Problem"] = PROBLEM
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            document["security"] = [{"token": []}]
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
