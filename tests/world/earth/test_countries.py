"""The table of country facts."""

from collections import Counter

import pytest

from model.errors import ConfigError
from world.earth import countries
from world.earth.car_fashions import fashions
from world.earth.countries import CONTINENTS, facts, sources, table
from world.earth.styles import STYLES
from world.layout.road import FITTINGS
from world.lettering.glyphs import HABITS


def test_the_table_serves_all_countries_with_street_imagery():
    covered = [country for country in table().values() if country.coverage >= 2]
    assert len(table()) >= 150
    assert len(covered) >= 95
    assert sum(country.coverage >= 1 for country in table().values()) >= 110


def test_every_style_and_car_fashion_exists():
    assert {country.style for country in table().values()} <= set(STYLES)
    assert {style.cars for style in STYLES.values()} <= set(fashions())
    for fashion in fashions().values():
        assert sum(share for _, share in fashion.kinds) == pytest.approx(1.0)


def test_kinds_are_those_that_a_scene_knows():
    for country in table().values():
        assert country.centre_line in {"none", "dashed", "solid", "double"}
        assert country.edge_line in {"none", "dashed", "solid", "double"}
        assert country.bollard in {"none", "post", "wedge", "slab", "stone"}
        assert country.pole in {"none", "wood", "concrete", "steel", "wood-cross", "concrete-ladder"}
        assert country.warning_shape in {"triangle", "diamond"}
        assert 0.0 <= country.wealth <= 1.0
        assert 1.5 <= country.plate_aspect <= 5.0
        assert country.fittings in FITTINGS
        assert len(country.guard_stripes) in (0, 2)
        assert country.limit_form in {"ring", "ring-yellow", "ring-blue", "us", "canada"}
        assert 20 <= country.limit_town <= country.limit_country <= 130
        assert country.stone in {"none", "dome", "block"}
        assert country.script in HABITS
        assert all(country.streets) and country.stop


@pytest.mark.parametrize(
    ("iso", "name", "expected"),
    [
        ("NO", "centre_rgb", "yellow"),
        ("ZA", "edge_rgb", "yellow"),
        ("IE", "warning_rgb", "yellow"),
        ("NL", "plate_front_rgb", "yellow"),
        ("GB", "plate_rear_rgb", "yellow"),
        ("JP", "board_rgb", "blue"),
        ("US", "board_rgb", "green"),
    ],
)
def test_documented_facts_stand(iso, name, expected):
    assert getattr(table()[iso], name) == countries.NAMED[expected]


def test_every_entry_has_a_standing_and_most_are_not_invented():
    count = Counter(standing for country in table().values() for standing in country.standing.values())
    assert set(count) == {"documented", "regional", "invented"}
    assert count["invented"] < 0.15 * count.total()


@pytest.mark.parametrize("continent", ["Mars", *CONTINENTS, *CONTINENTS.values()])
def test_a_country_without_a_row_takes_its_continents_defaults(continent):
    country = facts("QQ", continent)
    assert country.coverage == 0
    assert set(country.standing.values()) == {"regional"}


def test_every_documented_entry_names_a_source_that_the_list_has():
    for country in table().values():
        documented = {name for name, standing in country.standing.items() if standing == "documented"}
        assert documented == set(country.source)
        assert set(country.source.values()) <= set(sources())


def test_every_source_serves_an_entry_and_says_where_it_is_and_whether_it_was_read():
    used = {key for country in table().values() for key in country.source.values()}
    assert used == set(sources())
    assert all(source.title and source.address and source.covers for source in sources().values())
    assert sum(source.read for source in sources().values()) > 0.5 * len(sources())


def test_stop_signs_say_what_their_country_says():
    words = {iso: table()[iso].stop for iso in ("MX", "BR", "TR", "JP", "KR", "TH", "EG", "GB", "FR")}
    assert words == {"MX": "ALTO", "BR": "PARE", "TR": "DUR", "JP": "止まれ", "KR": "정지", "TH": "หยุด", "EG": "قف",
                     "GB": "STOP", "FR": "STOP"}  # fmt: skip


def test_every_country_can_be_told_from_every_other_by_its_entries():
    shown = [tuple(v for k, v in vars(c).items() if k not in ("iso", "standing", "source")) for c in table().values()]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("AL,3,0.45,dashed white", "AL,3,0.45,dashed violet", r"row of AL .*violet"),
        ("AL,3,0.45,", "AL,three,0.45,", r"row of AL .*three"),
        ("!bollards,wood,pins", "!hearsay,wood,pins", r"row of AL .*'hearsay'.*country_sources\.csv"),
        ("STOP,ring 50 90,none,latin,balkan", "STOP,ring 50,none,latin,balkan", r"row of AL"),
    ],
)
def test_a_broken_row_is_named_with_what_to_do(monkeypatch, tmp_path, before, after, complaint):
    text = countries.TABLE.read_text(encoding="utf-8")
    assert before in text
    broken = tmp_path / "facts.csv"
    broken.write_text(text.replace(before, after, 1), encoding="utf-8")
    monkeypatch.setattr(countries, "TABLE", broken)
    with pytest.raises(ConfigError, match=complaint):
        countries.table.__wrapped__()


@pytest.mark.parametrize("row", ["nothing,,,yes,", "vague,A book,a shelf,perhaps,"])
def test_a_source_without_title_or_without_a_word_on_reading_is_refused(monkeypatch, tmp_path, row):
    listed = tmp_path / "sources.csv"
    listed.write_text(f"key,title,address,read,covers\n{row}\n", encoding="utf-8")
    monkeypatch.setattr(countries, "SOURCES", listed)
    with pytest.raises(ConfigError, match=row.split(",")[0]):
        countries.sources.__wrapped__()
