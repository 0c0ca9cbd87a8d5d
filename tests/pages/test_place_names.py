"""Names on maps: the large before the small, the near where one looks, and none that is not there."""

import numpy as np
import pandas as pd
import pytest

from pages.components import place_names


def towns(n: int = 2000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"name": [f"Town {k}" for k in range(n)], "lat": rng.uniform(-60, 70, n), "lng": rng.uniform(-180, 180, n),
         "population": rng.integers(500, 10_000_000, n)}
    )  # fmt: skip


def test_any_map_shows_the_largest_towns_the_larger_over_the_smaller() -> None:
    table = towns()
    found = place_names.towns(table, [])
    assert len(found) == place_names.LARGEST
    sizes = [int(table.loc[table["name"] == name.name, "population"].iloc[0]) for name in found]
    weights = [name.weight for name in found]
    assert (np.diff(np.array(weights)[np.argsort(sizes)]) >= 0).all() and max(weights) > min(weights)
    assert min(sizes) == table["population"].nlargest(place_names.LARGEST).min()


@pytest.mark.parametrize("place", [(48.2, 16.4), (-17.0, 179.9)])
def test_around_a_place_small_towns_have_names_too_across_the_antimeridian(place: tuple[float, float]) -> None:
    hamlet = pd.DataFrame({"name": ["Hamlet"], "lat": [place[0] + 0.05], "lng": [-179.98 if place[1] > 179 else 16.45],
                           "population": [510]})  # fmt: skip
    table = pd.concat([towns(), hamlet], ignore_index=True)
    assert "Hamlet" not in {name.name for name in place_names.towns(table, [])}
    assert "Hamlet" in {name.name for name in place_names.towns(table, [place])}


def test_only_the_first_places_draw_towns_so_that_a_page_stays_light(atlas) -> None:  # type: ignore[no-untyped-def]
    spread = [(float(lat), float(lng)) for lat in range(-50, 60, 10) for lng in range(-180, 180, 10)]
    assert len(place_names.towns(atlas.towns, spread)) < 2500


def test_countries_stand_before_towns_and_empty_territories_do_not(atlas) -> None:  # type: ignore[no-untyped-def]
    countries = place_names.countries(atlas.countries)
    names = [name.name for name in countries]
    assert {"Russia", "Brazil", "Estonia", "Greenland"} <= set(names)
    assert not {"French Southern Territories", "Svalbard and Jan Mayen", "Vatican"} & set(names)
    assert min(name.weight for name in countries) > max(name.weight for name in place_names.towns(atlas.towns, []))
    assert all(-1000 <= name.weight <= 1000 and np.isfinite((name.lat, name.lng)).all() for name in countries)


def test_no_town_at_all_is_no_name() -> None:
    assert place_names.towns(towns(0), [(0.0, 0.0)]) == []
