"""The slots number themselves: none is handed out twice, sizes follow, and what layout writes kernels find."""

import ast
import inspect

import numba
import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scenes
from world.earth.places import sample_places
from world.layout.batch import Batch
from world.layout.land import flat_land, terrain_numbers
from world.layout.stage import Stage

ROWS = {"_scene": "NUMBERS", "_object": "COLUMNS", "_strip": "STRIP_COLUMNS", "_ring": "RING_ROWS"}
EXTRAS = {
    n.PLANT: n.PLANT_COLUMNS, n.FIGURE: n.FIGURE_COLUMNS, n.HOUSE: n.HOUSE_COLUMNS, n.HUT: n.HUT_COLUMNS,
    n.CAR: n.CAR_COLUMNS, n.POST: n.POST_COLUMNS, n.BLOCK: n.BLOCK_COLUMNS, n.BOARD: n.BOARD_COLUMNS,
    n.POLE: n.POLE_COLUMNS,
}  # fmt: skip


def declared(row):
    """(name, first slot, how many) of everything that a row has handed out, as the source says it."""
    found = []
    for node in ast.parse(inspect.getsource(n)).body:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        call = node.value.func
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == row:
            arguments = [eval(ast.unparse(argument), vars(n)) for argument in node.value.args]
            width = {"numbers": 1, "colours": 3}.get(call.attr) or arguments[1]
            names = [name.id for name in node.targets[0].elts]
            assert len(names) == arguments[0]
            found += [(name, getattr(n, name), width) for name in names]
    return found


@pytest.mark.parametrize(("row", "size"), ROWS.items())
def test_every_slot_of_a_row_has_one_name(row, size):
    names = declared(row)
    taken = [slot for _, first, width in names for slot in range(first, first + width)]
    assert len(names) > 6
    assert sorted(taken) == list(range(getattr(n, size)))


@pytest.mark.parametrize("row", ROWS)
def test_colours_have_three_slots_and_numbers_one(row):
    for name, _, width in declared(row):
        if "RGB" in name:
            assert width == 3, name
        elif row == "_scene":
            assert width == 1, name


def test_slots_are_plain_ints_and_a_kernel_can_read_them():
    assert all(type(first) is int for row in ROWS for _, first, _ in declared(row))
    assert all(type(column) is int for columns in EXTRAS.values() for column in columns)

    @numba.njit(_nrt=False)
    def read(P, T):
        return P[n.SUN_RGB + 1], T[0, n.BOARD_COLUMNS.half_m]

    P, T = np.arange(n.NUMBERS), np.arange(n.COLUMNS)[None] + 0.5
    assert read(P, T) == (n.SUN_RGB + 1, n.BOARD_COLUMNS.half_m + 0.5)


def test_a_row_goes_on_where_it_stopped():
    row = n.Row()
    assert row.numbers(2) == (0, 1)
    assert row.colours(2) == (2, 5)
    assert row.runs(1, 4) == (8,)
    assert (row.numbers(1), row.size) == ((12,), 13)


def test_every_kind_has_columns_of_its_own_that_fit():
    assert set(EXTRAS) == set(range(9))
    for columns in EXTRAS.values():
        assert list(columns) == list(range(n.EXTRA, n.EXTRA + len(columns)))
        assert n.EXTRA + len(columns) <= n.EXTRA + n.EXTRAS == n.CLASS
    # one roof is drawn for both
    assert n.HutExtra._fields[:6] == n.HouseExtra._fields[:6] == ("form", "rise", "seed", "wall", "cover", "below")


def test_what_the_land_is_made_of_lies_side_by_side():
    scene = build_scenes(sample_places(8, seed=5))[0]
    land = flat_land()
    land[:] = np.nan  # so that every slot that is written shows
    terrain_numbers(land, scene, 0.001, -2.0, 5.0, 40.0, 0.5, 0.5)
    written = set(np.flatnonzero(~np.isnan(land)).tolist())
    road = {n.CURVE, n.ROAD_Y, n.CROSS_AT, n.ROAD_HALF}  # the road's, which the camera's family writes too
    assert written - road == set(range(n.NUMBERS)[n.LAND_NUMBERS])
    assert n.LAND_NUMBERS.stop == n.NUMBERS


def test_what_layout_writes_by_name_stands_where_kernels_read_it():
    stage = Stage(build_scenes(sample_places(8, seed=5))[0], 0.0, 0.0)
    post = n.PostExtra(band_to=1.0, taper=0.25, glass_to=0.5)
    stage.put(n.POST, 5.0, 0.0, extra=post)
    tall = np.array([1.0, 2.0, 3.0])
    stage.put_many(n.HOUSE, tall, tall, extra=n.HouseExtra(rise=tall, shut=0.5))
    batch = Batch(stage)
    batch.add(n.BOARD, np.array([4.0, 9.0]), 3.0, extra=n.BoardExtra(half_m=0.1, lift=0.2))
    batch.place()
    single, (houses, boards) = np.array(stage.singles[0]), stage.blocks
    assert single[n.POST_COLUMNS.band_to] == 1.0
    assert single[n.POST_COLUMNS.taper] == 0.25
    assert single[n.POST_COLUMNS.glass_to] == 0.5
    assert single[n.POST_COLUMNS.cap_from] == n.NEVER
    assert houses[:, n.HOUSE_COLUMNS.rise].tolist() == tall.tolist()
    assert (houses[:, n.HOUSE_COLUMNS.shut] == 0.5).all()
    assert not houses[:, n.HOUSE_COLUMNS.words].any()
    assert boards[:, [int(n.BOARD_COLUMNS.half_m), int(n.BOARD_COLUMNS.lift)]] == pytest.approx(
        np.array([[0.1, 0.2]] * 2)
    )


def test_what_stands_in_circles_has_metres_cells_and_rows():
    assert len(n.FRONT_METRES) == len(n.FRONT_CELLS) + 1 == n.RING_TOWN - n.RING_FRONT  # far woods are no cells
    assert len(n.TOWN_METRES) == len(n.TOWN_CELLS) == n.RING_ROWS - n.RING_TOWN
