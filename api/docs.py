"""The page that describes the API, drawn from its OpenAPI document; needs no script and no network. Knows no route."""

import re
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
section { border: 1px solid var(--line); border-radius: .6rem; padding: 0 1rem 1rem; margin: 1.2rem 0; }
h2 code { font-size: 1.05rem; } b.verb { color: #0a7d5a; margin-right: .4rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; }
code { background: var(--soft); border-radius: .3rem; padding: .1rem .3rem; }
pre { background: var(--soft); border-radius: .3rem; padding: .6rem .8rem; font-size: .9rem;
  white-space: pre-wrap; }
label { display: block; margin: .3rem 0; } button { font: inherit; padding: .3rem 1rem; margin-top: .5rem; }
"""


PLAIN, USUAL = re.compile(r"https?://[\w.:/\[\]-]+", re.ASCII), "http://127.0.0.1:8501/api/v1"
SHELL = "curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' ADDRESS/predict"
CLIENT = """
import json, mimetypes, os, pathlib, urllib.request

def locate(picture, address="ADDRESS"):
    \"\"\"Where a photo or a 360° panorama was taken: results, country, confidence …\"\"\"
    headers = {"Content-Type": mimetypes.guess_type(picture)[0] or "image/jpeg"}
    if key := os.environ.get("HOMING_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    body = pathlib.Path(picture).read_bytes()
    request = urllib.request.Request(f"{address}/predict", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)

print(locate("photo.jpg")["results"])
""".strip()


def docs_page(openapi: dict[str, Any], address: str) -> str:
    """HTML of an OpenAPI 3 document: every operation with its fields, answers and, for uploads, a form to try it.

    `address` is where the API is found, for the examples; one that is more than a plain address stands in none.
    """
    address = address if PLAIN.fullmatch(address) else USUAL
    info = openapi["info"]
    operations = [
        _operation(path, verb, operation, openapi)
        for path, verbs in openapi["paths"].items()
        for verb, operation in verbs.items()
    ]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style>"
        f"<h1>{escape(info['title'])} API <small>v{escape(info['version'])}</small></h1>"
        f"<p>{_words(info)} The same as <a href=openapi.json>OpenAPI</a>.</p>"
        f"<section><h2>From a shell, and from Python</h2><pre>{escape(SHELL.replace('ADDRESS', address))}</pre>"
        f"<pre>{escape(CLIENT.replace('ADDRESS', address))}</pre></section>"
        f"{''.join(operations)}</html>"
    )


def _operation(path: str, verb: str, operation: dict[str, Any], openapi: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    schemas = {kind: _resolved(body["schema"], openapi) for kind, body in content.items()}
    bodies = "".join(
        f"<h3>Send as <code>{escape(kind)}</code></h3>{_fields(schema, openapi)}"
        for kind, schema in schemas.items()
        if "properties" in schema
    )
    if bare := {kind: schema for kind, schema in schemas.items() if "properties" not in schema}:
        kinds = ", ".join(f"<code>{escape(kind)}</code>" for kind in bare)
        bodies += f"<h3>Send as one file</h3><p>{_words(next(iter(bare.values())))}. As {kinds}.</p>"
    if operation.get("parameters"):
        asked = {one["name"]: one["schema"] | {"description": one.get("description", "")}
                 for one in operation["parameters"]}  # fmt: skip
        bodies = f"<h3>In the address, after <code>?</code></h3>{_fields({'properties': asked}, openapi)}{bodies}"
    answers = "".join(
        f"<tr><td><code>{escape(code)}</code><td>{_words(answer)}<td>{_answer(answer, openapi)}"
        for code, answer in sorted(operation["responses"].items())
    )
    form = _form(path, content["multipart/form-data"]["schema"]) if "multipart/form-data" in content else ""
    return (
        f"<section><h2><b class=verb>{escape(verb.upper())}</b><code>{escape(path)}</code></h2>"
        f"<p>{_words(operation) or escape(operation.get('summary', ''))}</p>{bodies}"
        f"<h3>Answers</h3><div class=wide><table><tr><th>Status<th>Meaning<th>Body{answers}</table></div>"
        f"{form}</section>"
    )


def _fields(schema: dict[str, Any], openapi: dict[str, Any]) -> str:
    schema = _resolved(schema, openapi)
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(_kind(field))}{' (required)' if name in required else ''}"
        f"<td>{_words(field)}"
        for name, field in schema.get("properties", {}).items()
    )
    return f"<div class=wide><table><tr><th>Field<th>Kind<th>Meaning{rows}</table></div>"


def _answer(answer: dict[str, Any], openapi: dict[str, Any]) -> str:
    schema = _resolved(answer.get("content", {}).get("application/json", {}).get("schema", {}), openapi)
    names = ", ".join(f"<code>{escape(name)}</code>" for name in schema.get("properties", {}))
    return f"{_words(schema)} {names}"


def _form(path: str, schema: dict[str, Any]) -> str:
    inputs = "".join(
        f"<label><input type=file accept='image/*' name={escape(name)}> {escape(name)}: "
        f"{escape(field.get('description', ''))}</label>"
        for name, field in schema["properties"].items()
    )
    return (
        f"<h3>Try it</h3><form method=post enctype=multipart/form-data action='{escape(path.lstrip('/'))}'>"
        f"{inputs}<button>Send</button></form>"
    )


def _words(described: dict[str, Any]) -> str:
    """A description as HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(described.get("description", "")))


def _resolved(schema: dict[str, Any], openapi: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Any = openapi
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _kind(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(option) for option in field["anyOf"])
    name = field["$ref"].rsplit("/", 1)[-1] if "$ref" in field else field.get("type", "anything")
    return f"{name} ({field['format']})" if "format" in field else str(name)
