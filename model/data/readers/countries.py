"""Countries as data sets write them, as ISO 3166-1 alpha-2. `NA` is Namibia, never "not available"."""

import unicodedata

import pandas as pd

from model.geo.atlas import Atlas

# Names that geocoders and data sets use beside those of the atlas (GeoNames).
OTHER_NAMES = {
    "united states of america": "US", "usa": "US", "u s a": "US", "great britain": "GB", "uk": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "czech republic": "CZ", "czechia": "CZ",
    "south korea": "KR", "republic of korea": "KR", "korea republic of": "KR", "north korea": "KP", "russia": "RU",
    "russian federation": "RU", "viet nam": "VN", "vietnam": "VN", "the netherlands": "NL", "netherlands": "NL",
    "holland": "NL", "ivory coast": "CI", "cote d ivoire": "CI", "burma": "MM", "myanmar": "MM", "swaziland": "SZ",
    "eswatini": "SZ", "macedonia": "MK", "north macedonia": "MK", "turkiye": "TR", "turkey": "TR", "cape verde": "CV",
    "cabo verde": "CV", "east timor": "TL", "timor leste": "TL", "the bahamas": "BS", "bahamas": "BS",
    "the gambia": "GM", "gambia": "GM", "holy see": "VA", "vatican": "VA", "vatican city": "VA", "hong kong sar": "HK",
    "hong kong": "HK", "macau": "MO", "macao": "MO", "palestine": "PS", "palestinian territory": "PS",
    "palestinian territories": "PS", "state of palestine": "PS", "democratic republic of the congo": "CD",
    "dr congo": "CD", "congo kinshasa": "CD", "congo brazzaville": "CG", "republic of the congo": "CG", "congo": "CG",
    "iran islamic republic of": "IR", "syrian arab republic": "SY", "lao pdr": "LA", "lao": "LA", "laos": "LA",
    "lao people s democratic republic": "LA", "bolivia plurinational state of": "BO",
    "venezuela bolivarian republic of": "VE", "tanzania united republic of": "TZ", "moldova republic of": "MD",
    "brunei darussalam": "BN", "brunei": "BN", "micronesia": "FM", "federated states of micronesia": "FM",
    "reunion": "RE", "curacao": "CW", "aland islands": "AX", "aland": "AX", "faeroe islands": "FO",
    "falkland islands": "FK", "falkland islands malvinas": "FK", "saint martin": "MF", "sint maarten": "SX",
    "virgin islands u s": "VI", "united states virgin islands": "VI", "taiwan province of china": "TW",
}  # fmt: skip


def iso2(names: pd.Series) -> pd.Series:
    """ISO-2 of countries (N,), written in full or by two or three letters; missing where a name says none.

    A country is looked up once, so five million rows cost as many as there are names.
    """
    known = _by_name()
    text = names.astype("str").fillna("")
    meant = {name: _meant(name, known) for name in text.unique()}
    found = text.map(meant)
    return found.astype("str").where(found.notna())


def _meant(name: str, known: dict[str, str]) -> str | None:
    folded = _folded(name)
    if len(folded) == 2 and folded.isalpha():
        code = {"uk": "GB", "el": "GR"}.get(folded, folded.upper())
        return code if code in set(known.values()) else None
    return known.get(folded)


def _by_name() -> dict[str, str]:
    countries = Atlas.open().countries
    named = {_folded(name): iso for iso, name in zip(countries.index, countries["name"], strict=True)}
    by_three = {_folded(three): iso for iso, three in zip(countries.index, countries["iso3"], strict=True)}
    return by_three | OTHER_NAMES | named


def _folded(name: str) -> str:
    """Without case, accents and signs: "Côte d'Ivoire" is "cote d ivoire"."""
    plain = unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode()
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain.lower()).split())
