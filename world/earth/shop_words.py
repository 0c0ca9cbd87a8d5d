"""What shops are called in each country, and in which script. Knows no street.

`shop_words.csv` has a row for each group of countries that share their words; a country stands in one row only. Rows
without countries serve those that the table does not know: by their script, in the end in English.
"""

from functools import lru_cache

from model.errors import ConfigError
from world.earth.table_rows import FOLDER, read_rows

TABLE = FOLDER / "shop_words.csv"
Words = tuple[tuple[str, ...], str]  # what is written, in which script
LATIN = "script latin"  # the row that serves whom no other serves


@lru_cache(maxsize=512)
def shop_words(iso: str, script: str) -> Words:
    """What shops are called in a country, and in which script."""
    table = known_words()
    return table.get(iso) or table.get(f"script {script}") or table[LATIN]


@lru_cache(maxsize=1)
def known_words() -> dict[str, Words]:
    """(words, script) by country, and by keys like "script arabic" for countries without a row."""
    found: dict[str, Words] = {}
    for row in read_rows(TABLE, ("countries", "script", "words")):
        words, script, codes = row.words("words"), " ".join(row.words("script")), row.countries("countries")
        keys = {f"script {script}"} if codes.but else codes.codes
        twice = keys & set(found)
        if twice or (codes.but and not row.empty("countries")):
            raise row.refusal("countries", f"countries of no other row, not {' '.join(sorted(twice or codes.codes))}")
        found |= dict.fromkeys(keys, (words, script))
    if LATIN not in found:
        raise ConfigError(f"{TABLE.name}: looked for a row of Latin words without countries, found none; write it.")
    return found
