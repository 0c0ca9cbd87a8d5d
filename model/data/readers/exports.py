"""Exports of Mapillary and Panoramax: what their APIs and tools write, and the pictures beside it.

    Mapillary   the API v4's answers (`data`: id, geometry or computed_geometry, captured_at in ms, compass_angle,
                sequence, creator, is_pano), GeoJSON of the same, and mapillary_image_description.json of its tools
                (MAPLatitude, MAPLongitude, MAPCaptureTime, MAPCompassHeading, MAPSequenceUUID, filename)
    Panoramax   STAC items (a FeatureCollection; `view:azimuth`, `datetime`, the collection as the sequence, the
                provider as the author, a field of view of 360 for panoramas)

One file or many (.json, .geojson, or .jsonl with one object a line). GeoJSON puts the longitude first. A picture is
found by its id or by its file name. 360° panoramas and photographs are never mixed: `panoramas` says which are read.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from model.data.readers import folder
from model.data.readers.columns import Tally, with_positions
from model.data.readers.found import Found, degrees_of, is_ours, month_of, once_each, with_pictures
from model.data.readers.shelf import Shelf, is_text
from model.errors import ManifestError

SUFFIXES = (".json", ".geojson", ".jsonl", ".ndjson", ".geojsonl")
MAX_BYTES = 2 << 30  # of one JSON file, which is read whole; larger exports are written a line an object
COLUMNS = ("id", "name", "lat", "lng", "captured_at", "heading_deg", "sequence", "author", "panorama")


def read(root: Path, table: Path | None = None, panoramas: bool = False) -> Found:
    """Every object with a position in the folder's JSON files; a folder without any is read as one with a table.

    Raises:
        ManifestError: no export, a broken file, or no pictures.
    """
    tally = Tally()
    files = [table] if table else sorted(
        path for level in ("*", "*/*") for path in root.glob(level)
        if path.suffix.lower() in SUFFIXES and not is_ours(path)
    )  # fmt: skip
    if not files or (table and table.suffix.lower() not in SUFFIXES):
        return folder.read(root, table)
    rows = []
    for path in files:
        for number, row in enumerate(_rows(path), 1):
            if all(is_text(value) for value in row if isinstance(value, str)):
                rows.append((*row, path.name, number))
            else:
                tally.add("objects whose text is no UTF-8", [f"{path.name} row {number}"])
    if not rows:
        raise ManifestError(f"looked for an export of Mapillary or Panoramax in {root}, found no object with a "
                            f"place.{' '.join(['', *tally.lines()])}")  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "table", "row"])
    text = [name for name in COLUMNS if name != "panorama"]
    frame[text] = frame[text].astype("str").fillna("")
    frame = once_each(with_positions(frame, tally), tally)
    other = "photographs among panoramas" if panoramas else "360° panoramas (--panoramas reads them instead)"
    frame = tally.without(frame, frame["panorama"].to_numpy(bool) != panoramas, other)
    shelf = Shelf.of(root, tally)
    by_name, _ = shelf.find(frame["name"])
    frame = with_pictures(frame, frame["id"].where(by_name.isna(), frame["name"]), shelf, tally)
    frame = frame.assign(month=month_of(frame["captured_at"]), heading_deg=degrees_of(frame["heading_deg"]), split="")
    return Found(frame, files, tally)


def _rows(path: Path) -> Iterator[tuple[Any, ...]]:
    """The objects of one file as values of `COLUMNS`."""
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson", ".geojsonl"):
            with path.open(encoding="utf-8") as stream:
                for line in stream:
                    if line.strip():
                        yield from _of(json.loads(line))
        elif path.stat().st_size > MAX_BYTES:
            raise ManifestError(f"{path} has more than {MAX_BYTES >> 30} GB; write one object a line (.jsonl) instead.")
        else:
            yield from _of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise ManifestError(f"{path} could not be read as JSON: {error}.") from error


def _of(told: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(told, list):
        for one in told:
            yield from _of(one)
    elif isinstance(told, dict) and isinstance(told.get("features", told.get("data")), list):
        yield from _of(told.get("features", told.get("data")))
    elif isinstance(told, dict):
        if "MAPLatitude" in told:
            yield _of_tools(told)
        elif told.get("geometry") or told.get("computed_geometry"):
            yield _of_item(told)


def _of_tools(told: dict[str, Any]) -> tuple[Any, ...]:
    """An entry of mapillary_image_description.json."""
    name = str(told.get("filename", ""))
    heading = _part(told, "MAPCompassHeading", "TrueHeading")
    return (name, name, told["MAPLatitude"], told.get("MAPLongitude", ""), told.get("MAPCaptureTime", ""), heading,
            told.get("MAPSequenceUUID", ""), told.get("MAPSettingsUserKey", ""), False)  # fmt: skip


def _of_item(item: dict[str, Any]) -> tuple[Any, ...]:
    """A feature of GeoJSON, an item of STAC, or an image of the API."""
    properties = item.get("properties")
    told = {**item, **(properties if isinstance(properties, dict) else {})}
    geometry = told.get("computed_geometry") or item.get("geometry") or {}
    place = geometry.get("coordinates") if isinstance(geometry, dict) else None
    lng, lat = (place[0], place[1]) if isinstance(place, list) and len(place) >= 2 else ("", "")
    first = next((told[name] for name in ("captured_at", "datetime", "datetimetz") if told.get(name)), "")
    heading = next((told[name] for name in ("computed_compass_angle", "compass_angle", "view:azimuth")
                    if told.get(name) is not None), "")  # fmt: skip
    producer = _producer(told.get("providers"))
    author = (_part(told, "creator", "id") or told.get("creator_id") or producer.get("id") or producer.get("name")
              or told.get("geovisio:producer") or "")  # fmt: skip
    wide = _part(told, "pers:interior_orientation", "field_of_view")
    panorama = told.get("is_pano") is True or told.get("camera_type") in ("spherical", "equirectangular") or wide == 360
    name = told.get("original_file:name") or told.get("filename") or ""
    sequence = told.get("sequence") or told.get("sequence_id") or told.get("collection") or ""
    return (told.get("id", ""), name, lat, lng, first, heading, sequence, author, panorama)


def _producer(providers: Any) -> dict[str, Any]:
    """The provider of a STAC item that took the picture; {} where none says so."""
    for one in providers if isinstance(providers, list) else []:
        if isinstance(one, dict) and isinstance(roles := one.get("roles"), list) and "producer" in roles:
            return one
    return {}


def _part(told: dict[str, Any], name: str, part: str) -> Any:
    inner = told.get(name)
    return inner.get(part, "") if isinstance(inner, dict) else ""
