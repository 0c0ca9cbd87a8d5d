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

    usual = ("image/jpeg", "image/png", "image/webp")
    file = {
        "schema": {
            "type": "string",
            "format": "binary",
            "description": "The bytes of a photo, a 2:1 panorama, or a 4:1 strip of views facing N, E, S and W",
        }
    }
    return {
        "required": True,
        "content": {
            "multipart/form-data": fields({"type": "string", "format": "binary"}),
            "application/json": fields({"type": "string", "format": "data-uri"}),
            **dict.fromkeys((*usual, *sorted(KINDS.difference(usual))), file),
        },
    }


def outcome() -> dict[str, Any]:
    """The report of a round."""
    schema = Outcome.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)  # Position stands among the components already
    return {"required": True, "content": {"application/json": {"schema": schema}}}
