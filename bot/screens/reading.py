"""Numbers as pages write them: distances, points, positions. What cannot be read is None, never made up."""

import re

KM = {"km": 1.0, "m": 0.001, "mi": 1.609344, "ft": 0.0003048, "yd": 0.0009144, "nm": 1.852, "nmi": 1.852}
_UNITS = {
    "kilometer": "km", "kilometers": "km", "kilometre": "km", "kilometres": "km", "kms": "km", "meter": "m",
    "meters": "m", "metre": "m", "metres": "m", "mile": "mi", "miles": "mi", "foot": "ft", "feet": "ft",
    "yard": "yd", "yards": "yd",
}  # fmt: skip
_NUMBER = r"[-+−]?\d[\d.,'’   ]*\d|[-+−]?\d"
_DISTANCE = re.compile(rf"({_NUMBER})\s*([a-z]+)\b", re.IGNORECASE)
_POSITION = re.compile(r"([-+−]?\d+(?:\.\d+)?)\s*°?\s*([NSEW])?(?![\d.])", re.IGNORECASE)


def number_in(text: str, decimal: str = ".") -> float | None:
    """The first number of a text; `decimal` is what its page writes before the fraction, the rest groups thousands."""
    found = re.search(_NUMBER, text)
    return None if found is None else _number(found.group(), decimal)


def distance_in(text: str, decimal: str = ".", unit: str = "km") -> float | None:
    """A distance in km: "1,204 km", "320 m", "12.5 miles"; a bare number counts in `unit`."""
    for found in _DISTANCE.finditer(text):
        word = found.group(2).lower()
        if (short := _UNITS.get(word, word)) in KM:
            return _scaled(_number(found.group(1), decimal), short)
    return _scaled(number_in(text, decimal), unit)


def points_in(text: str, decimal: str = ".") -> int | None:
    """Whole points: the first number that a text has."""
    points = number_in(text, decimal)
    return None if points is None else round(points)


def place_in(text: str) -> tuple[float, float] | None:
    """(lat, lng) of "58.38, 26.72", "58.38° N, 26.72° E" or a pair in brackets; None unless both are on Earth."""
    found = _POSITION.findall(text)
    if len(found) < 2:
        return None
    (lat, ns), (lng, ew) = found[0], found[1]
    place = _signed(lat, ns, "S"), _signed(lng, ew, "W")
    return place if abs(place[0]) <= 90.0 and abs(place[1]) <= 540.0 else None


def _signed(digits: str, side: str, negative: str) -> float:
    degrees = float(digits.replace("−", "-"))
    return -abs(degrees) if side.upper() == negative else degrees


def _number(digits: str, decimal: str) -> float | None:
    whole, _, fraction = digits.rpartition(decimal) if decimal in digits else (digits, "", "")
    kept = re.sub(r"[^\d]", "", whole), re.sub(r"[^\d]", "", fraction)
    sign = -1.0 if digits[0] in "-−" else 1.0
    try:
        return sign * float(f"{kept[0] or 0}.{kept[1] or 0}")
    except ValueError:
        return None


def _scaled(value: float | None, unit: str) -> float | None:
    return None if value is None else value * KM[unit]
