"""Names of players: told apart, and harmless wherever they are written. Pure functions; knows no page.

A name is what somebody typed. In Markdown it could be a picture that every visitor's browser fetches, in HTML a script,
in a column's title another column; so each place gets it through the function made for it.
"""

import html
import string

import pandas as pd

JOINER = "\u2060"  # cannot be seen; breaks the shorthands that are looked for after Markdown is read (:icon:, www.)
BREAKS = ":.@"


def apart(guesses: pd.DataFrame) -> pd.DataFrame:
    """The scorebook's guesses with `player` unlike for each player_id: "Ada (bot)" beside a person called Ada, "Guest",
    "Guest 2", … by who came first. A player who changed the name has the latest one.
    """
    players = guesses.groupby("player_id", sort=False)[["player", "kind"]].last()
    kinds = players.groupby("player")["kind"].transform("nunique")
    shown: dict[str, str] = {}
    taken: set[str] = set()
    for (player_id, row), several in zip(players.iterrows(), kinds, strict=True):
        plain = str(row["player"]) if several == 1 else f"{row['player']} ({row['kind']})"
        name, count = plain, 1
        while name in taken:
            count += 1
            name = f"{plain} {count}"
        taken.add(name)
        shown[str(player_id)] = name
    return guesses.assign(player=guesses["player_id"].map(shown).astype(object))


def as_html(name: str) -> str:
    """A name as text in HTML."""
    return html.escape(name)


def as_markdown(name: str) -> str:
    """A name as text in Streamlit's Markdown: no emphasis, link, picture, formula or icon comes out of it."""
    safe = "".join(f"\\{letter}" if letter in string.punctuation else letter for letter in name)
    return "".join(letter + JOINER if letter in BREAKS else letter for letter in safe)


def as_cell(value: object) -> object:
    """A text as a cell of a table that a spreadsheet will not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
