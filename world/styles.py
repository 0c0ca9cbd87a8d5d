"""How houses look in each part of the world: walls, roofs, windows, cars. A table; knows no place.

Regional building traditions as one sees them from the road, simplified to a handful of colours and one roof form.
Hex colours, lightest use first; `#` is left out to keep rows short.
"""

from dataclasses import dataclass

from world.scene import RGB


@dataclass(frozen=True)
class Style:
    """A region's houses and cars."""

    walls: tuple[RGB, ...]
    roofs: tuple[RGB, ...]
    roof: str  # "gable", "hip", "flat"
    roof_share: float
    steepness: float
    windows: str  # "small", "wide", "tall", "shutter"
    storeys: float  # mean in a village
    fences: tuple[str, ...]
    cars: str  # key of CARS


def _style(walls: str, roofs: str, roof: str, windows: str, storeys: float, fences: str, cars: str) -> Style:
    form, share, steepness = roof.split()
    return Style(_hexes(walls), _hexes(roofs), form, float(share), float(steepness), windows, storeys,
                 tuple(fences.split()), cars)  # fmt: skip


def _hexes(text: str) -> tuple[RGB, ...]:
    return tuple((int(h[0:2], 16) / 255, int(h[2:4], 16) / 255, int(h[4:6], 16) / 255) for h in text.split())


STYLES: dict[str, Style] = {
    "nordic": _style("8c2f22 e8e4d8 d8b04a 3f5c7a", "3a3a3c 6b2e22", "gable 0.95 0.9", "small", 1.6, "none wood", "north"),
    "british": _style("8a4b38 d9d2c2 b09a80 e6e2da", "4a4448 6e4436", "gable 0.97 0.85", "wide", 2.0, "hedge stone wall", "north"),
    "dutch": _style("7c3c2c 944a36 5c3a30 d8d0c4", "7a3a28 38363a", "gable 0.9 1.2", "tall", 2.2, "hedge none", "north"),
    "french": _style("d9ccb0 cbb896 e4dccb b0a084", "5a5866 8a5a42", "hip 0.95 0.8", "shutter", 1.9, "stone hedge wall", "south"),
    "german": _style("ece6d6 e0c890 d4d4d0 c89a70", "8c3c2a 5c3028", "gable 0.96 1.0", "tall", 2.2, "hedge wood", "north"),
    "alpine": _style("efe9dc 7a5030 d8c8a8 5e3c26", "6a3a2c 4c4440", "gable 0.98 0.6", "shutter", 2.4, "wood none", "north"),
    "iberian": _style("f2ede0 e8d8b8 d8a870 c8b090", "b0623c c07a50", "gable 0.75 0.4", "shutter", 1.9, "wall stone", "south"),
    "italian": _style("e0b070 d89860 e8d0a0 c87858", "a85a3c b87050", "hip 0.9 0.4", "shutter", 2.4, "wall hedge stone", "south"),
    "maltese": _style("e0c890 d8bc80 e8d8a8", "d0b880 c8b078", "flat 0.95 0.2", "tall", 2.4, "stone wall", "south"),
    "greek": _style("f4f4f0 f0e8d8 e8d0b0 dce4ec", "b86a48 e0dcd0", "hip 0.5 0.4", "shutter", 2.0, "wall wire", "south"),
    "balkan": _style("c07850 e8dcc4 d8c8b8 b86040", "a04a30 8a3c2a", "hip 0.92 0.65", "wide", 2.1, "wall wire wood", "east"),
    "romanian": _style("d8c078 a8c0a0 e0d4c0 c89070", "8c4436 7c7c84", "hip 0.92 0.85", "tall", 1.4, "wood wall", "east"),
    "central": _style("e8d8a8 d0d4c0 e4e0d8 c8a878", "94442e 6c3830", "gable 0.92 0.9", "small", 1.7, "wire wall hedge", "east"),
    "baltic": _style("d8b860 7a8a68 a86848 c8c4b8", "6c6c70 8a3a2c", "gable 0.95 1.0", "small", 1.5, "none hedge wood", "east"),
    "russian": _style("5c7c98 8a6a48 6c9070 c8b890", "7a3c34 60686c 3c6450", "gable 0.92 0.95", "small", 1.5, "wood", "east"),
    "turkish": _style("e8c8a0 f0e4d0 d8a8a0 c8d0c0", "b85c3c a04c34", "hip 0.75 0.5", "wide", 3.0, "wall wire", "turk"),
    "caucasus": _style("b8a088 a88870 d8c8b0 907868", "8c8c94 804038", "hip 0.9 0.6", "tall", 1.9, "wall stone wire", "east"),
    "arab": _style("d8c098 c8ac80 e0d0b0 b89868", "c8b088 b8a078", "flat 0.95 0.2", "small", 2.0, "wall", "desert"),
    "levant": _style("e4dcc8 d8ccb0 ece8dc c8bca0", "c05840 d8ccb4", "flat 0.8 0.3", "tall", 2.8, "stone wall", "south"),
    "gulf": _style("ece0c8 e0d0b0 f4ece0 d8c4a0", "e0d4bc d0c0a0", "flat 0.97 0.2", "tall", 2.0, "wall", "desert"),
    "maghreb": _style("d88868 e8c8a8 f0ece4 c87050", "d0a080 c08868", "flat 0.95 0.2", "small", 2.0, "wall none", "south"),
    "westafrican": _style("b88060 d8b888 a8a098 c8a070", "8c5c44 a8a8a8", "gable 0.8 0.4", "small", 1.2, "wall none", "africa"),
    "centralafrican": _style("a8603c c88c5c 8c5038", "907060 9c9c9c", "gable 0.92 0.5", "small", 1.1, "none wood", "africa"),
    "eastafrican": _style("b06844 d0a880 c8c0b0 8c5840", "9c4c38 a8acb0 5878a0", "gable 0.9 0.45", "small", 1.2, "hedge wood none", "africa"),
    "southernafrican": _style("d8b898 c89870 a86848 e0d4c4", "a8605c 808890 5c7860", "hip 0.9 0.4", "wide", 1.1, "wire wall", "africa"),
    "malagasy": _style("b05838 c46c48 a04c30", "8c5038 a06848", "gable 0.97 1.2", "small", 1.9, "none wall", "africa"),
    "creole": _style("f0d890 a8d0c8 f0b8a0 e8e4dc", "b04838 8c9098", "hip 0.85 0.5", "shutter", 1.5, "wall hedge", "island"),
    "indian": _style("78b0c0 e0a060 a8c890 d8a0b8", "c8c0b0 a86c50", "flat 0.88 0.2", "small", 2.0, "wall none", "india"),
    "himalaya": _style("e8dcc4 a86040 c8b898 d89868", "386898 80443c", "gable 0.7 0.5", "tall", 2.2, "stone wall", "india"),
    "indochina": _style("e8d080 98c0b0 d8c8a8 8c6844", "b0563c 8c8c94", "gable 0.85 0.9", "tall", 2.0, "wood none wall", "asean"),
    "thai": _style("e8e0d0 d8b088 b0c8c0 907050", "b05038 406c90 4c8060", "gable 0.88 0.7", "wide", 1.7, "wall none", "asean"),
    "malay": _style("ecd8b0 a8c8a0 e8b898 d0d0cc", "a8503c 7c4434", "hip 0.92 0.6", "wide", 1.4, "wire wall", "asean"),
    "filipino": _style("a8b8b0 d0c0a8 98b890 c8a898", "5c7c60 9c4038 8890a0", "gable 0.9 0.45", "small", 1.5, "wall wire", "asean"),
    "japanese": _style("d8d4cc a89888 c8c0b0 787470", "38404c 545860", "hip 0.85 0.5", "wide", 2.0, "wall none", "japan"),
    "korean": _style("d8ccc0 b07868 c8c8c8 e4ddd0", "3868a0 b85848 48505c", "hip 0.7 0.45", "wide", 2.2, "wall none", "korea"),
    "chinese": _style("d8d4cc c8c0b8 b88878 e0dcd8", "586068 6c4840", "flat 0.6 0.4", "wide", 4.0, "wall none", "korea"),
    "centralasian": _style("e4dccc a8c0c8 d0b890 c8d0d4", "7c8c94 5c7c94 80706c", "gable 0.88 0.5", "small", 1.2, "wood wall", "east"),
    "mongolian": _style("f0ece4 c8b088 a8c8a8 d88050", "a83c34 2c6c9c 3c8058", "gable 0.85 0.5", "small", 1.1, "wood", "japan"),
    "us": _style("e4e0d8 c8b8a0 98a8b0 a86450", "5c5450 6c6c70", "gable 0.88 0.6", "wide", 1.4, "none wood wire", "america"),
    "canadian": _style("d8dce0 90a0b0 b89880 7c4c40", "3c4044 586470", "gable 0.9 0.75", "wide", 1.5, "none wood", "america"),
    "mexican": _style("e87850 f0b850 d86890 70b0c0", "c8b8a4 b86c4c", "flat 0.9 0.3", "small", 1.5, "wall wire", "latin"),
    "caribbean": _style("60c0b8 f0d060 f09080 e8e8e0", "b0b4b8 a04840", "hip 0.75 0.5", "wide", 1.3, "wall wire", "island"),
    "andean": _style("b86c4c c88860 a85c40 d8c8b0", "b0683c a8a8a8", "gable 0.55 0.4", "small", 1.9, "wall stone", "latin"),
    "brazilian": _style("e8d8b8 e09870 b8c8a0 d8d4d0", "b8643c a8583c", "gable 0.85 0.4", "wide", 1.3, "wall wire", "latin"),
    "southerncone": _style("e0d8c8 c8b8a0 b07058 d8dcd8", "8c8c90 a05c44", "gable 0.6 0.45", "wide", 1.3, "wire wall", "latin"),
    "australian": _style("c89878 e0d8c8 a86c50 d0ccc4", "7c8488 8c4c3c b8bcb8", "hip 0.95 0.5", "wide", 1.1, "wire none wood", "ozzie"),
    "newzealand": _style("e4e4dc b0b8b4 88604c c8d0c8", "586c5c 8c3c34 48505c", "hip 0.95 0.55", "wide", 1.2, "wire hedge", "ozzie"),
    "pacific": _style("90c8a8 e8e0c8 a8c8d8 d8b088", "a85c4c 90989c 3c7860", "hip 0.9 0.5", "wide", 1.1, "none hedge", "island"),
}  # fmt: skip

# Car colours, most common first, and shares of sedan, van, truck, pickup, three-wheeler.
CARS: dict[str, tuple[tuple[RGB, ...], tuple[float, ...]]] = {
    "north": (_hexes("2c2e32 a8acb0 e8e8e8 28406c 7c1c1c"), (0.80, 0.12, 0.06, 0.02, 0.0)),
    "south": (_hexes("e8e8e6 b0b0b0 6c7078 a82824 3c5c88"), (0.78, 0.15, 0.06, 0.01, 0.0)),
    "east": (_hexes("6c7478 e0e0dc 284c38 7c2824 c8b888"), (0.72, 0.12, 0.15, 0.01, 0.0)),
    "turk": (_hexes("f0f0ee c8c8cc f0c020 48505c"), (0.62, 0.28, 0.10, 0.0, 0.0)),
    "desert": (_hexes("f4f4f0 e8dcc0 c8c8c8 b89868"), (0.55, 0.10, 0.12, 0.23, 0.0)),
    "africa": (_hexes("e8e8e4 a8a49c 38644c 90342c 4870a0"), (0.42, 0.25, 0.15, 0.15, 0.03)),
    "india": (_hexes("f0f0ee e0b020 287048 b8b8b8 a82c24"), (0.38, 0.10, 0.17, 0.0, 0.35)),
    "asean": (_hexes("e0e0e0 303438 a8a8ac 9c2824 2868a8"), (0.40, 0.15, 0.10, 0.25, 0.10)),
    "japan": (_hexes("f4f4f4 d8dce0 303438 c8a8b8 88b0c8"), (0.48, 0.42, 0.10, 0.0, 0.0)),
    "korea": (_hexes("f0f0f0 202428 888c90 3848a0"), (0.66, 0.14, 0.20, 0.0, 0.0)),
    "america": (_hexes("c8ccd0 28282c e8e8e8 8c2824 28487c"), (0.48, 0.10, 0.08, 0.34, 0.0)),
    "latin": (_hexes("e8e8e4 b0b4b8 a82c28 484c50 e0c040"), (0.56, 0.12, 0.12, 0.17, 0.03)),
    "island": (_hexes("e8e8e8 48a8b0 d84838 b0b0b0 f0d050"), (0.62, 0.14, 0.06, 0.18, 0.0)),
    "ozzie": (_hexes("f0f0f0 b8bcc0 5c6468 a83428 c8b080"), (0.50, 0.06, 0.08, 0.36, 0.0)),
}  # fmt: skip
