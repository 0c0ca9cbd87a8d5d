"""The atlas's rasters: shares and thirds of land, and files that are found without waking their packages."""

import subprocess
import sys

import numpy as np
import pytest

from model.geo import layers


def test_a_third_holds_land_where_any_of_its_pixels_does():
    land = np.random.Generator(np.random.PCG64(3)).random((40, 60)) < 0.08
    found = layers.land_in_thirds(land)
    assert found.shape == (12, 18) and 0 < found.sum() < found.size
    edges = [(0, 4), (3, 7), (6, 10)]
    for row in range(12):
        top, bottom = (row // 3 * 10 + edge for edge in edges[row % 3])
        for column in range(18):
            left, right = (column // 3 * 10 + edge for edge in edges[column % 3])
            assert found[row, column] == land[top:bottom, left:right].any()


def test_a_share_is_land_over_all():
    land = np.zeros((20, 30), bool)
    land[:5, 10:20] = True
    assert layers.land_share(land, 10).tolist() == [[0.0, 0.5, 0.0], [0.0, 0.0, 0.0]]


def test_a_file_is_found_without_importing_its_package():
    script = (
        "import sys; from model.geo.layers import _file\n"
        "path = _file('global_land_mask', 'globe_combined_mask_compressed.npz')\n"
        "print(path.is_file(), 'global_land_mask' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["True", "False"]


def test_a_package_that_is_missing_is_named():
    with pytest.raises(ModuleNotFoundError, match="no_such_mask"):
        layers._file("no_such_mask", "file")
