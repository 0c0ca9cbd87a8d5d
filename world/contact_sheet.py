"""A sheet of panoramas of named places, to look at what the renderer does. Knows only recipes and pictures."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from model.commands import parser_for, read, run
from world.pictures import write
from world.render import render_equirectangular, render_views

# name, latitude, longitude, month, local solar hour
PLACES: tuple[tuple[str, float, float, int, float], ...] = (
    ("Norway, Sogn, July", 61.10, 7.10, 7, 11.0),
    ("Japan, near Fuji, May", 35.25, 138.62, 5, 10.0),
    ("Kenya, Kajiado, February", -1.85, 36.79, 2, 9.0),
    ("Brazil, Minas Gerais, March", -20.40, -44.60, 3, 14.0),
    ("USA, Sonoran desert, June", 32.25, -112.30, 6, 16.0),
    ("Russia, Yakutia, February", 62.05, 129.50, 2, 11.5),
    ("Netherlands, Gelderland, May", 52.15, 5.85, 5, 15.0),
    ("India, Lucknow, November", 26.85, 80.93, 11, 10.0),
    ("Australia, outback, August", -24.90, 133.10, 8, 15.0),
    ("Bolivia, altiplano, April", -18.20, -67.60, 4, 10.0),
    ("Thailand, Chiang Mai, December", 18.72, 98.95, 12, 13.0),
    ("Iceland, south coast, June", 63.53, -18.90, 6, 12.0),
    ("France, Provence, July", 43.75, 5.20, 7, 17.0),
    ("South Korea, Gangwon, October", 37.70, 128.20, 10, 11.0),
    ("Egypt, Nile delta, January", 30.90, 31.10, 1, 14.0),
    ("Canada, Quebec, October", 46.60, -72.20, 10, 12.0),
    ("England, Yorkshire, April", 54.10, -1.90, 4, 13.0),
    ("Indonesia, Java, September", -7.60, 110.60, 9, 9.0),
    ("Chile, Patagonia, December", -50.80, -72.60, 12, 18.0),
    ("Nigeria, Lagos, June", 6.55, 3.35, 6, 12.0),
    ("Greece, Crete coast, August", 35.33, 24.70, 8, 8.0),
    ("China, Guangxi, May", 24.80, 110.45, 5, 11.0),
    ("Mexico, Yucatán, March", 20.80, -89.20, 3, 15.0),
    ("Finland, Lapland, March", 67.60, 26.00, 3, 13.0),
)


@dataclass(frozen=True)
class SheetConfig:
    """What goes on the sheet."""

    out: Path = field(metadata={"help": "picture to write (.jpg or .png)"})
    width: int = field(default=1024, metadata={"help": "pixels of one panorama"})
    columns: int = field(default=2, metadata={"help": "panoramas side by side"})
    samples: int = field(default=4, metadata={"help": "rays a pixel: 1, 2 or 4"})
    seed: int = field(default=1, metadata={"help": "seed of every scene"})
    views: bool = field(default=False, metadata={"help": "the four training views in place of panoramas"})
    first: int = field(default=0, metadata={"help": "leave out so many places"})
    count: int = field(default=len(PLACES), metadata={"help": "how many places"})


def main(config: SheetConfig) -> Path:
    """Render the places and put them on one sheet, each with its name."""
    from world.clues import build_scenes

    chosen = PLACES[config.first : config.first + config.count]
    frame = pd.DataFrame(chosen, columns=["name", "lat", "lng", "month", "hour"]).assign(seed=config.seed)
    pictures = []
    for name, scene in zip(frame["name"], build_scenes(frame), strict=True):
        if config.views:
            views = render_views(scene, 96, config.samples)
            picture = Image.fromarray(np.concatenate(list(views), axis=1))
            picture = picture.resize((config.width, config.width // 4), Image.Resampling.NEAREST)
        else:
            panorama = render_equirectangular(scene, config.width, config.samples)
            picture = Image.fromarray(panorama[config.width // 8 : 3 * config.width // 8])  # +45° … -45°
        ImageDraw.Draw(picture).text(
            (8, 4), name, fill="white", font=ImageFont.load_default(size=17), stroke_width=2, stroke_fill="black"
        )
        pictures.append(picture)
    rows = -(-len(pictures) // config.columns)
    wide, tall = pictures[0].size
    sheet = Image.new("RGB", (wide * config.columns, tall * rows))
    for k, picture in enumerate(pictures):
        sheet.paste(picture, ((k % config.columns) * wide, (k // config.columns) * tall))
    return write(sheet, config.out, quality=90)


if __name__ == "__main__":
    run(lambda: print(main(read(parser_for(SheetConfig, "python -m world.contact_sheet", __doc__ or ""), SheetConfig))))
