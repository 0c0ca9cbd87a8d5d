"""A sheet of panoramas of named places, to look at what the renderer does. Knows only recipes and pictures.

    python -m world.contact_sheet --out sheet.jpg                    with the names of the places
    python -m world.contact_sheet --out quiz.jpg --labels number     to guess them; the answers are printed
    python -m world.contact_sheet --out walks.jpg --walk             three walks along the road, five steps each

The places lie on all continents, in all climate zones and seasons, at hours with a light of their own.
"""

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from model.commands import parser_for, read, run
from model.errors import ConfigError
from world.draw.pictures import write
from world.layout.walk import road_heading_deg
from world.lettering.fonts import drawn_only, font_of
from world.render import render_equirectangular, render_views

# name, latitude, longitude, month, local solar hour
PLACES: tuple[tuple[str, float, float, int, float], ...] = (
    ("Norway, Sognefjord, July", 61.10, 7.10, 7, 11.0),
    ("Japan, near Fuji, April", 35.25, 138.62, 4, 10.0),
    ("Kenya, Kajiado, February", -1.85, 36.79, 2, 9.0),
    ("Brazil, São Paulo, March", -23.55, -46.63, 3, 14.0),
    ("USA, Sonoran desert, June", 32.25, -112.30, 6, 16.0),
    ("Russia, Yakutia, February", 62.05, 129.50, 2, 11.5),
    ("Netherlands, polder, May", 52.55, 4.95, 5, 15.0),
    ("India, Lucknow, November", 26.85, 80.93, 11, 10.0),
    ("Australia, outback, August", -24.90, 133.10, 8, 15.0),
    ("Bolivia, altiplano, April", -18.20, -67.60, 4, 10.0),
    ("Thailand, Chiang Mai, December", 18.72, 98.95, 12, 13.0),
    ("Iceland, south coast, June", 63.53, -18.90, 6, 12.0),
    ("France, Provence, July", 43.75, 5.20, 7, 17.0),
    ("South Korea, Seoul, October", 37.55, 127.00, 10, 11.0),
    ("Egypt, Nile delta, January", 30.90, 31.10, 1, 14.0),
    ("Canada, Québec, October", 46.60, -72.20, 10, 12.0),
    ("England, Yorkshire, April", 54.10, -1.90, 4, 13.0),
    ("Indonesia, Java, September", -7.60, 110.60, 9, 9.0),
    ("Chile, Patagonia, December", -50.80, -72.60, 12, 18.0),
    ("Nigeria, Lagos, June", 6.55, 3.35, 6, 12.0),
    ("Greece, Crete coast, August", 35.33, 24.70, 8, 8.0),
    ("Israel, Jerusalem, March", 31.78, 35.22, 3, 15.0),
    ("Mexico, Yucatán, March", 20.80, -89.20, 3, 15.0),
    ("Finland, Lapland, March", 67.60, 26.00, 3, 13.0),
)
WALKS, WALK_STEPS = (0, 3, 16), (0, 10, 20, 30, 40)  # numbers of PLACES; metres along the road
WALK_FOV_DEG, WALK_SHAPE = 75.0, (0.18, 0.78)  # of a view along the road, and the part of it that is shown
INK, PAPER = (43, 42, 51), (251, 247, 240)
LABEL_SHARE, WALK_LABEL_SHARE = 44, 20  # a picture's width over the size of its letters


@dataclass(frozen=True)
class SheetConfig:
    """What goes on the sheet."""

    out: Path = field(metadata={"help": "picture to write (.jpg or .png)"})
    width: int = field(default=1024, metadata={"help": "pixels of one panorama"})
    columns: int = field(default=2, metadata={"help": "panoramas side by side"})
    samples: int = field(default=4, metadata={"help": "rays more where a pixel differs from the next: 2 or 4; 1: none"})
    seed: int = field(default=1, metadata={"help": "seed of every scene"})
    labels: Literal["none", "place", "number"] = field(default="place", metadata={"help": "what stands in a corner"})
    views: bool = field(default=False, metadata={"help": "the four training views in place of panoramas"})
    walk: bool = field(
        default=False, metadata={"help": "three walks of five steps, each a row of views along the road"}
    )
    first: int = field(default=0, metadata={"help": "leave out so many places"})
    count: int = field(default=len(PLACES), metadata={"help": "how many places"})

    def __post_init__(self) -> None:
        if self.first < 0 or self.count < 1 or self.columns < 1 or self.first >= len(PLACES):
            raise ConfigError(f"a sheet has at least one of the {len(PLACES)} places, and a column to put it in.")


def main(config: SheetConfig) -> Path:
    """Render the places and put them on one sheet.

    Raises:
        StorageError: the sheet cannot be written.
    """
    from world.clues import build_scenes

    if config.walk:
        return _walks(config)
    chosen = PLACES[config.first : config.first + config.count]
    frame = pd.DataFrame(chosen, columns=["name", "lat", "lng", "month", "hour"]).assign(seed=config.seed)
    pictures = []
    for number, (name, scene) in enumerate(zip(frame["name"], build_scenes(frame), strict=True), config.first + 1):
        if config.views:
            views = render_views(scene, 96, config.samples)
            picture = Image.fromarray(np.concatenate(list(views), axis=1))
            picture = picture.resize((config.width, config.width // 4), Image.Resampling.NEAREST)
        else:
            panorama = render_equirectangular(scene, config.width, config.samples)
            picture = Image.fromarray(panorama[config.width // 8 : 3 * config.width // 8])  # +45° … -45°
        if config.labels != "none":
            _label(picture, str(name) if config.labels == "place" else str(number))
        pictures.append(picture)
    return _sheet(pictures, config.columns, config.out)


def _walks(config: SheetConfig) -> Path:
    """One strip a walk: views along the road, `config.width` pixels wide all together."""
    from world.clues import build_scene

    side = max(config.width // len(WALK_STEPS), 8)
    pictures = []
    for number in WALKS:
        name, lat, lng, month, hour = PLACES[number]
        for step in WALK_STEPS:
            scene = build_scene(lat, lng, month, hour, config.seed, step_m=step)
            (view,) = render_views(scene, side, config.samples, (road_heading_deg(scene),), WALK_FOV_DEG)
            picture = Image.fromarray(view[int(WALK_SHAPE[0] * side) : int(WALK_SHAPE[1] * side)])
            if config.labels != "none":
                _label(picture, f"{step} m" if step else name.split(",")[0] if config.labels == "place" else "0 m",
                       WALK_LABEL_SHARE)  # fmt: skip
            pictures.append(picture)
    return _sheet(pictures, len(WALK_STEPS), config.out)


def _sheet(pictures: list[Image.Image], columns: int, out: Path) -> Path:
    """Pictures of one size in rows of `columns`, written to `out`."""
    wide, tall = pictures[0].size
    sheet = Image.new("RGB", (wide * columns, tall * -(-len(pictures) // columns)), PAPER)
    for k, picture in enumerate(pictures):
        sheet.paste(picture, ((k % columns) * wide, (k // columns) * tall))
    return write(sheet, out, quality=90)


def answers(config: SheetConfig) -> list[str]:
    """The places behind the numbers: "1 Norway, Sogn, July" …"""
    chosen = PLACES[config.first : config.first + config.count]
    return [f"{number:2d} {place[0]}" for number, place in enumerate(chosen, config.first + 1)]


def _label(picture: Image.Image, words: str, share: int = LABEL_SHARE) -> None:
    """Write into the lower left corner, on a plate that any picture lets one read."""
    size = max(10, picture.width // share)
    installed = font_of("latin", size, drawn_only())
    font = installed or ImageFont.load_default(size=size)
    if installed is None:  # Pillow's own letters have no accents
        words = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    draw = ImageDraw.Draw(picture, "RGBA")
    corner = (size * 0.5, picture.height - size * 0.55)
    left, top, right, bottom = draw.textbbox(corner, words, font=font, anchor="ld")
    pad = size * 0.3
    draw.rounded_rectangle((left - pad, top - pad, right + pad, bottom + pad * 0.6), pad, (*INK, 205))
    draw.text(corner, words, (*PAPER, 255), font=font, anchor="ld")


def _command(config: SheetConfig) -> None:
    print(main(config))
    if config.labels == "number":
        print("\n".join(answers(config)))


if __name__ == "__main__":
    _parser = parser_for(SheetConfig, "python -m world.contact_sheet", __doc__ or "")
    run(lambda: _command(read(_parser, SheetConfig)))
