"""The tables of the world's facts as a whole: each is read, names only what exists, and refuses what it cannot read."""

import ast
import re
from pathlib import Path

import pytest

from model.errors import ConfigError
from world.clues.crops import CROPS
from world.draw.things.car_shapes import CARS
from world.earth import (
    cameras,
    car_fashions,
    cities,
    continents,
    countries,
    customs,
    farms,
    herds,
    liveries,
    plantings,
    roads,
    shop_words,
    species,
    splits,
    street_life,
    styles,
    traditions,
)
from world.earth.table_rows import FOLDER
from world.sprites.animals import ANIMALS

WORLD = Path(__file__).parents[3] / "world"
# of each table the module, the name of its path there, what reads it, and a row that it must refuse
TABLES = {
    "cameras": (cameras, "TABLE", cameras.known_cameras, "FR,12,,", "height_m"),
    "car_fashions": (car_fashions, "TABLE", car_fashions.fashions, "north,2c2e32,,sedan:many", "kinds"),
    "crop_regions": (farms, "TABLE", farms.crop_regions, "rice,,Asia,lat<46,rise", "grows"),
    "customs": (customs, "TABLE", customs.customs, "red barns,Sweden,,painted", "countries"),
    "city_quarters": (splits, "TABLE", splits.city_quarters, "Oz,US,10,20,10.3,20.25", "south"),
    "continents": (continents, "TABLE", continents.continents, "mu,MU,1,2,3,4", "code"),
    "continent_parts": (continents, "PARTS", continents.parts, "RU,Siberia,1,2,three,4,AS", "north"),
    "continent_facts": (countries, "USUAL", countries._of_continents, None, "continent"),
    "famous_cities": (cities, "TABLE", cities._listed, "Paris,France,yes", "country"),
    "field_edges": (plantings, "EDGES", plantings.field_edges, "ditch,FR,,0.4,", "what"),
    "herds": (herds, "TABLE", herds.herds, "EG,zone=BW,often,camel:0.4", "how"),
    "house_styles": (styles, "TABLE", None, "x,tin:ffffff,tiles:000000,gable 1 1,tall,1,8,0,none,,none,north", "walls"),
    "liveries": (liveries, "TABLE", liveries.liveries, "IN,three-wheeler,mauve,", "body"),
    "plantations": (plantings, "PLANTATIONS", plantings.plantations, "triffid,GB:0.2,", "kind"),
    "roads": (roads, "TABLE", roads.known_roads, "FR,3,,,,,,,,,", "gap_m"),
    "shop_words": (shop_words, "TABLE", shop_words.known_words, "FR,latin,", "words"),
    "species": (species, "SPECIES", species.species, "triffid,no,cold,20,0,900,soft,", "coldest_c"),
    "species_ranges": (species, "RANGES", species.ranges, "FR,oak,lat>,,*0.5,", "inside"),
    "street_life": (street_life, "TABLE", street_life.known, "moon,,e0b8a0,plain:1,,cow:1,0,bin:1,,", "dress"),
    "street_trees": (plantings, "TREES", plantings.street_trees, "FR,,triffid", "kinds"),
    "traditions": (traditions, "TABLE", traditions.traditions, "FR,,gothic", "style"),
    "vegetation": (species, "VEGETATION", species.vegetation, "Cs,,triffid:2", "kinds"),
}  # fmt: skip
OTHERS = {"country_facts", "country_sources"}  # tests/world/earth/test_countries.py
WITH_KEYS = ("cameras", "car_fashions", "house_styles", "roads", "species", "street_life")


def _written(tmp_path, monkeypatch, name, text):
    """Let the reader of a table find `text` in its place; what reads it, past every cache."""
    module, constant, reader, _, _ = TABLES[name]
    path = tmp_path / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(module, constant, path)
    if reader is None:
        return lambda: [styles._style(row) for row in styles.read_rows(path, styles.COLUMNS, key="style")]
    if name == "street_life":
        reader = street_life._rows
    return getattr(reader, "__wrapped__", reader)


def test_every_table_of_the_folder_is_held_by_these_tests():
    held = {path.stem for path in FOLDER.glob("*.csv")}
    assert held >= set(TABLES) | OTHERS
    for name in held:
        text = (FOLDER / f"{name}.csv").read_text(encoding="utf-8")
        assert text.endswith("\n") and "\r" not in text and len(text.splitlines()) > 2, name


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_row_is_refused_by_file_row_and_column(name, tmp_path, monkeypatch):
    header = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
    _, _, _, row, column = TABLES[name]
    row = row or f"Atlantis{',' * header.count(',')}"
    read = _written(tmp_path, monkeypatch, name, f"{header}\n{row}\n")
    with pytest.raises(ConfigError, match=rf"^{name}\.csv, row 2, column '{column}': looked for .*; mend that cell\.$"):
        read()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_with_another_head_is_refused(name, tmp_path, monkeypatch):
    read = _written(tmp_path, monkeypatch, name, "country,colour\nFR,blue\n")
    with pytest.raises(ConfigError, match=rf"^{name}\.csv, row 1: looked for the columns .*, found country, colour"):
        read()


@pytest.mark.parametrize("name", WITH_KEYS)
def test_a_key_stands_in_one_row_only(name, tmp_path, monkeypatch):
    lines = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    read = _written(tmp_path, monkeypatch, name, "\n".join([*lines, lines[1]]))
    with pytest.raises(ConfigError, match=rf"row {len(lines) + 1}, column .*row 2 does not have yet"):
        read()


def test_a_country_has_one_row_of_shop_words_and_one_livery(tmp_path, monkeypatch):
    twice = "countries,script,words\nUS FR,latin,A B\nFR,latin,C D\n"
    with pytest.raises(ConfigError, match="row 3, column 'countries': looked for countries of no other row, not FR"):
        _written(tmp_path, monkeypatch, "shop_words", twice)()
    twice = "country,vehicle,body,canopy\nIN,three-wheeler,red,\nIN,three-wheeler,blue,\n"
    with pytest.raises(ConfigError, match="row 3, column 'country': looked for each country once"):
        _written(tmp_path, monkeypatch, "liveries", twice)()


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.csv")))
def test_every_country_that_a_table_names_exists(name, atlas):
    lines = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    at = [k for k, column in enumerate(head) if column in ("country", "countries")]
    named = {
        code for line in lines[1:] for k in at for code in re.findall(r"\b[A-Z]{2}\b", line.split(",")[k])
    }  # these columns stand before every cell that may hold a comma
    assert named <= set(atlas.countries.index), named - set(atlas.countries.index)
    if name in TABLES and at:
        assert named, name


def test_crops_animals_and_vehicles_of_the_tables_can_be_drawn():
    assert set(farms.GROWN) == set(CROPS)
    assert {crop for row in farms.crop_regions() for crop in row.grows} == set(CROPS)
    assert {animal for row in herds.herds() for animal, _ in row.animals} <= set(ANIMALS)
    assert {vehicle for vehicle, _ in liveries.liveries()} <= set(CARS)
    kinds = {kind for fashion in car_fashions.fashions().values() for kind, _ in fashion.kinds}
    assert kinds <= set(CARS) | set(car_fashions.TWO_WHEELERS)
    assert {style for rows in traditions.traditions().values() for _, style in rows} <= set(styles.STYLES)


def test_every_style_is_built_somewhere():
    built = {country.style for country in countries.table().values()}
    built |= {style for rows in traditions.traditions().values() for _, style in rows}
    built |= {countries.facts("??", name).style for name in countries.CONTINENTS.values()}
    assert set(styles.STYLES) == built


def _codes(node: ast.AST) -> list[str]:
    """The strings of a list in code: elements of a collection, keys of a dictionary, words of one text."""
    if isinstance(node, ast.Dict):
        parts: list[ast.expr | None] = list(node.keys)
    elif isinstance(node, (ast.Set, ast.List, ast.Tuple)):
        parts = list(node.elts)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.split() if re.fullmatch(r"[A-Z]{2}( [A-Z]{2})+", node.value) else []
    else:
        return []
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@pytest.mark.parametrize("path", sorted(WORLD.rglob("*.py")), ids=lambda path: str(path.relative_to(WORLD)))
def test_no_code_of_the_world_lists_countries(path, atlas):
    continents = set(countries.CONTINENTS)
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        codes = {code for code in _codes(node) if code in atlas.countries.index}
        if codes and not codes <= continents:
            found.append(f"line {node.lineno}: {' '.join(sorted(codes))}")
    assert not found, f"{path.name} knows countries that a table should: {found}"
