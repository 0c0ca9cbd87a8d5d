"""The plain transcription, which ours is timed against, does the same work: cells of the same kind from few points."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from benchmarks import geocells
from model.errors import ConfigError
from model.geocells.regions import Regions
from model.geocells.semantic import SemanticSettings

SETTINGS = SemanticSettings(5, 12, ((3, 0.05),), halve=False)


@pytest.fixture
def regions():
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(6) for y in range(3)]
    country = np.repeat(["AA", "BB"], 9).astype(object)
    return Regions(np.array(boxes, object), country, np.repeat(["1", "2", "3"], 6).astype(object))


@pytest.fixture
def points():
    rng = np.random.default_rng(0)
    return rng.uniform(0.3, 2.7, (10, 2))[rng.integers(10, size=150)] * [1, 2] + rng.normal(size=(150, 2)) * 0.1


def test_the_plain_cells_hold_every_point_once_and_cover_the_regions(regions, points):
    cells = geocells.plain_cells(points, regions, SETTINGS)
    rows = np.concatenate([cell.rows for cell in cells])
    assert sorted(rows.tolist()) == list(range(150))
    assert sum(cell.shape.area for cell in cells) == pytest.approx(18.0)
    assert all(len(cell.rows) >= 5 for cell in cells)
    assert len(cells) > 2


def test_both_are_timed_on_the_same_points(regions, points):
    figures = geocells.compare(points, regions, ["AA", "BB"])
    assert figures["compared_points"] <= 150
    for cells in (figures["ours_cells"], figures["plain_cells"]):
        assert 2 <= cells <= 150 // 30  # 30 points a cell, and no cell across the border
    assert figures["speedup"] == pytest.approx(figures["plain_s"] / figures["ours_s"], rel=0.5, abs=0.01)


def test_a_country_without_points_is_refused(regions, points):
    with pytest.raises(ConfigError, match="CC"):
        geocells.compare(points, regions, ["AA", "CC"])


def test_the_last_line_is_json_with_the_promised_keys(regions, monkeypatch, capsys):
    towns = pd.DataFrame({"lat": [0.5, 1.5, 2.5], "lng": [0.5, 3.5, 5.5], "population": [100, 10_000, 0]})
    monkeypatch.setattr(geocells, "regions_of_atlas", lambda: regions)
    monkeypatch.setattr(geocells.Atlas, "open", lambda progress=True: SimpleNamespace(towns=towns))
    geocells.cli(["--points", "300", "--countries", "AA", "--json"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"points", "cells", "seconds", "peak_mb", "speedup"} <= figures.keys()
    assert figures["points"] == 300 and figures["cells"] >= 2 and figures["peak_mb"] > 10
