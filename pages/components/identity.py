"""How Homing looks: name, colours, the little style that the theme has no setting for. Knows no page and no data.

Every colour here is read on paper and on night alike (contrast of at least 3 on both), because a page does not always
know which of the two it is drawn on.
"""

from pathlib import Path

ASSETS = Path(__file__).parents[1] / "assets"
ICON = ASSETS / "pigeon.svg"
WORDMARK = ASSETS / "wordmark.svg"
MOTTO = "**Homing**: where on Earth was this seen? A geolocator, a game and a bot."

RGB = tuple[int, int, int]
MODEL: RGB = (208, 94, 70)  # terracotta: the model's guess, everywhere
TRUTH: RGB = (42, 150, 142)  # teal: where it really was
PERSON: RGB = (132, 112, 190)  # violet: people, and places that look alike
BOT: RGB = (208, 148, 36)  # gold: the bot, and places also considered
LAND: RGB = (142, 128, 104)  # drawn thinly over the page's own background, which is the sea
QUIET: RGB = (140, 134, 122)

# What names on a map are written with, and the paper around their letters: the theme's own colours.
INKS: dict[str, tuple[RGB, RGB]] = {"light": ((43, 42, 51), (251, 247, 240)), "dark": ((239, 233, 223), (26, 25, 29))}

PLAYER_COLOURS = {"model": MODEL, "person": PERSON, "bot": BOT}


def hex_of(colour: RGB) -> str:
    """(208, 94, 70) -> "#d05e46"."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


STYLE = f"""
<style>
  .stMainBlockContainer {{ max-width: 1180px; }}
  .homing-answer {{ font-family: "Source Serif", "Source Serif 4", Georgia, serif;
                    font-size: clamp(1.35rem, 4.2vw, 2rem); line-height: 1.25; font-weight: 600;
                    text-wrap: balance; margin: 0; }}
  .homing-answer em {{ color: {hex_of(MODEL)}; font-style: normal; }}
  .homing-lede {{ font-size: 1.05rem; opacity: .82; margin: 0; max-width: 46rem; }}
  .homing-legend {{ display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; font-size: .85rem; opacity: .9; }}
  .homing-legend span {{ display: inline-flex; align-items: center; gap: .4rem; }}
  .homing-legend i {{ width: .75rem; height: .75rem; border-radius: 50%; display: inline-block; }}
  .homing-clue {{ font-size: 1.02rem; margin: 0 0 .5rem; text-wrap: pretty; }}
  .homing-clues {{ margin: 0; padding: 0 !important; font-size: .88rem; columns: 2; column-gap: 1.2rem; }}
  .homing-clues div {{ display: flex; justify-content: space-between; gap: .6rem; break-inside: avoid;
                       padding: .16rem 0; border-bottom: 1px solid rgba(140, 128, 104, .22); }}
  .homing-clues dt {{ opacity: .72; }}
  .homing-clues dd {{ margin: 0; text-align: right; }}
  .homing-clues i {{ width: .95rem; height: .95rem; border-radius: .25rem; display: inline-block;
                     vertical-align: -.12rem; margin: 0 .4rem 0 .15rem; border: 1px solid rgba(140, 128, 104, .5); }}
  .stImage img {{ border-radius: .75rem; }}
  .stDeckGlJsonChart {{ border-radius: .75rem; overflow: hidden; border: 1px solid rgba(140, 128, 104, .35);
                        background: rgba(74, 138, 160, .10); }}
  iframe[title^="The panorama"] {{ border-radius: .75rem; background: #101418; }}
  iframe[title="The game"] {{ border-radius: .75rem; border: 1px solid rgba(140, 128, 104, .35); background: #101418; }}
  @media (max-width: 640px) {{
    .stMainBlockContainer {{ padding-left: 1rem; padding-right: 1rem; }}
    .homing-clues {{ columns: 1; }}
    .stButtonGroup [role="radiogroup"] {{ flex-wrap: wrap; gap: .35rem; mask-image: none; }}
    .stButtonGroup [role="radiogroup"] > button {{ flex-grow: 1; margin: 0; border-radius: .5rem; }}
    .stButtonGroup [role="radiogroup"] > button:not([data-selected]) {{
      border-color: rgba(140, 128, 104, .35) !important; }}
    iframe[title="The game"] {{ height: 84dvh; }}
  }}
</style>
"""
