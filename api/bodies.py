"""What the bodies of requests may be, for the OpenAPI document. Knows no route and reads nothing."""

from typing import Any

from api.outcomes import Outcome
from api.uploads import KINDS, NAMES

HEADINGS = ("a photo, a 2:1 panorama, or the view to the north", "east", "south", "west")


def pictures() -> dict[str, Any]:
    """The three ways of sending pictures."""

    def fields(kind: dict[str, str]) -> dict[str, Any]:
        named = {name: kind | {"description": what} for name, what in zip(NAMES, HEADINGS, strict=True)}
        return {"schema": {"type": "object", "required": ["image"], "properties": named}}

    file = {"schema": {"type": "string", "format": "binary", "description": HEADINGS[0]}}
    return {
        "required": True,
        "content": {
            "multipart/form-data": fields({"type": "string", "format": "binary"}),
            "application/json": fields({"type": "string", "format": "data-uri"}),
            **dict.fromkeys(("image/jpeg", "image/png", "image/webp", *sorted(KINDS)), file),
        },
    }


def outcome() -> dict[str, Any]:
    """The report of a round."""
    schema = Outcome.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)  # Position stands among the components already
    return {"required": True, "content": {"application/json": {"schema": schema}}}
