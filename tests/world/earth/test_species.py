"""Which plants the tables let grow where, told apart from all rules of climate."""

import pytest

from model.errors import ConfigError
from model.geo.layers import KOPPEN_ZONES
from world.earth import species as tables
from world.earth.landscapes import Here
from world.earth.species import Range, low_kinds, of_treeless, of_zone, ranges_in, species, vegetation
from world.sprites.atlas import KINDS, LOW


def here(country, zone, lat, lng, altitude_m=200.0, people_km2=20.0):
    return Here(country, zone, lat, lng, abs(lat), altitude_m, 10.0, 18.0, 600.0, people_km2, 0.0)


def weights(place, kinds):
    """What the ranges make of `kinds` here."""
    found = dict(kinds)
    for row in ranges_in(place.country):
        row.change(found, place)
    return found


def test_every_kind_that_is_drawn_has_one_row_and_no_other_kind_has():
    assert tuple(species()) == KINDS
    assert low_kinds() == LOW
    assert len(KINDS) - len(LOW) >= 25


def test_every_climate_zone_bears_something_by_its_longest_prefix():
    for zone in set(KOPPEN_ZONES) - {"Ocean", ""}:
        assert set(of_zone(zone)) <= set(KINDS), zone
    assert of_zone("Csa") == vegetation()["Csa"] != of_zone("Csb")
    assert of_zone("Aw") == vegetation()["A"] and of_zone("Dwb") == vegetation()["Dw"]


def test_treeless_countries_bear_low_kinds_only():
    for iso in ("IS", "FO", "GL", "FK", "SJ"):
        assert set(of_treeless(iso)) <= low_kinds()
    assert of_treeless("NO") is None


@pytest.mark.parametrize(
    ("kind", "grows", "lacks"),
    [
        ("cactus", ("US", "BSh", 32.3, -112.0), ("US", "BSh", 32.3, -101.0)),  # Sonora; Texas
        ("joshua", ("US", "BWk", 34.9, -116.0), ("US", "BWk", 41.0, -112.5)),  # Mojave; Utah
        ("eucalyptus", ("US", "Csb", 37.8, -122.3), ("US", "Csb", 46.0, -123.0)),  # California; Oregon
        ("araucaria", ("BR", "Cfb", -25.3, -50.8, 900.0), ("BR", "Cfb", -19.0, -43.0, 900.0)),
        ("araucaria", ("CL", "Csb", -38.5, -71.5), ("CL", "Csb", -33.0, -71.5)),
        ("baobab", ("AU", "Aw", -16.0, 126.0), ("AU", "Aw", -16.0, 145.0)),  # Kimberley; Queensland
        ("fir", ("US", "Csb", 47.0, -121.0), ("PL", "Dfb", 52.0, 20.0)),
        ("spruce", ("RU", "Dfc", 60.0, 40.0), ("MX", "Cwb", 19.0, -99.0)),
        ("pine", ("NZ", "Cfb", -38.5, 176.0), ("PE", "Cwb", -12.0, -76.0)),
        ("date-palm", ("EG", "BWh", 30.0, 31.0, 20.0, 900.0), ("CL", "Csa", -33.0, -71.0)),
    ],
)
def test_a_kind_is_found_where_it_grows_and_not_beyond(kind, grows, lacks):
    for where, wanted in ((grows, True), (lacks, False)):
        place = here(*where)
        homes = species()[kind].countries
        at_home = 1.0 if homes is None else homes.get(place.country, 0.0)
        found = weights(place, {kind: at_home}).get(kind, 0.0)
        assert (found > 0.0) is wanted, (kind, where, found)


def test_ranges_act_in_their_order_on_what_the_zone_bears():
    galicia, castile, extremadura = (here("ES", "Csb", lat, lng) for lat, lng in ((43, -8), (41, -4), (39.5, -6.5)))
    assert weights(galicia, {})["eucalyptus"] == 5.0
    assert weights(castile, {"eucalyptus": 3.0})["eucalyptus"] == 0.0
    assert weights(extremadura, {})["eucalyptus"] == 0.4
    siberia = here("RU", "Dfc", 62.0, 130.0)
    assert weights(siberia, {"larch": 0.5})["larch"] == 3.0
    assert weights(siberia, {})["larch"] == pytest.approx(2.4)  # its own share where the zone bears none
    outback = weights(here("AU", "BSh", -25.0, 140.0), {"mallee": 1.0, "olive": 1.0})
    assert outback["mallee"] == 1.0 and outback["olive"] == 0.12


def test_a_change_that_holds_nowhere_near_leaves_all_as_it_was():
    kinds = {"oak": 2.0, "maple": 1.0}
    assert weights(here("HU", "Dfb", 47.0, 19.0), kinds) == {**kinds, "fir": 0.0}


def test_limits_of_climate_are_ordered_and_crops_alone_have_hard_edges():
    for kind, one in species().items():
        if one.bears is not None:
            cold, warm, dry, wet = one.bears
            assert cold < warm and dry < wet, kind
        assert not one.hard or one.low, kind
    assert {kind for kind, one in species().items() if one.hard} == {"tea", "vine", "maize"}


@pytest.mark.parametrize(
    ("table", "rows", "wanted"),
    [
        (
            "VEGETATION",
            "zone,country,kinds\nCs,FR,oak:1",
            "row 2, column 'zone': looked for either a zone or a country",
        ),
        ("VEGETATION", "zone,country,kinds\nCs,,", "row 2, column 'kinds': looked for one kind or more"),
        ("RANGES", "countries,kinds,inside,outside,change,absent\nFR,oak,,,/2,", "a change like"),
        ("RANGES", "countries,kinds,inside,outside,change,absent\nFR,oak,,,*-2,", "a change like"),
        ("RANGES", "countries,kinds,inside,outside,change,absent\nFR,but,,,*2,", "after one 'but'"),
    ],
)
def test_a_row_that_says_two_things_or_nothing_is_refused(monkeypatch, tmp_path, table, rows, wanted):
    path = tmp_path / f"{table.lower()}.csv"
    path.write_text(rows + "\n", encoding="utf-8")
    monkeypatch.setattr(tables, table, path)
    read = vegetation if table == "VEGETATION" else tables.ranges
    with pytest.raises(ConfigError) as refused:
        read.__wrapped__()
    assert wanted in str(refused.value)


def test_more_rain_is_asked_than_may_fall(monkeypatch, tmp_path):
    path = tmp_path / "species.csv"
    head = ",".join(("kind", "low", *tables.BEARS, "edge", "countries"))
    path.write_text(f"{head}\noak,no,-12,24,900,400,soft,\n", encoding="utf-8")
    monkeypatch.setattr(tables, "SPECIES", path)
    with pytest.raises(ConfigError, match="row 2, column 'most_rain_mm': looked for more rain than the least, 900"):
        species.__wrapped__()


def test_ranges_of_a_country_are_its_own_and_those_of_all():
    assert len(ranges_in("US")) > len(ranges_in("FJ")) > 0
    assert all(isinstance(row, Range) and row.countries.has("FJ") for row in ranges_in("FJ"))
