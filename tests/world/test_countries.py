"""The table of country facts."""

from collections import Counter

import pytest

from world import countries
from world.car_fashions import fashions
from world.countries import DEFAULTS, facts, table
from world.styles import STYLES


def test_the_table_serves_all_countries_with_street_imagery():
    covered = [country for country in table().values() if country.coverage >= 2]
    assert len(table()) >= 150
    assert len(covered) >= 95


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


@pytest.mark.parametrize("continent", [*DEFAULTS, *countries.CONTINENTS])
def test_a_country_without_a_row_takes_its_continents_defaults(continent):
    country = facts("QQ", continent)
    assert country.coverage == 0
    assert set(country.standing.values()) == {"regional"}


def test_a_broken_row_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "facts.csv"
    broken.write_text(
        countries.TABLE.read_text(encoding="utf-8").replace("dashed white!", "dashed violet!", 1), encoding="utf-8"
    )
    monkeypatch.setattr(countries, "TABLE", broken)
    with pytest.raises(countries.ConfigError, match=r"row of AL .*violet"):
        countries.table.__wrapped__()
