import math

import pytest
import torch

from model.networks.photo_cut import FOV_DEG, PITCH_DEG, ROLL_DEG, Looks, cut_from_photo, cut_from_ring, draw_looks

SIDE = 64


def look(heading=0.0, pitch=0.0, roll=0.0, fov=90.0):
    return Looks(*(torch.tensor([float(value)]) for value in (heading, pitch, roll, fov)))


def ring(paint):
    """A ring of four views whose pixels are `paint(azimuth, elevation)` in degrees -> (1, 4, SIDE, SIDE, 3)."""
    offset = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    down, right = torch.meshgrid(offset, offset, indexing="ij")
    views = []
    for number in range(4):
        azimuth = torch.rad2deg(torch.atan(right)) + 90.0 * number
        elevation = torch.rad2deg(torch.atan2(-down, torch.hypot(torch.ones(()), right)))
        views.append(paint(azimuth % 360.0, elevation)[..., None].expand(-1, -1, 3))
    return torch.stack(views)[None]


def spot(azimuth_deg, elevation_deg=0.0, width_deg=6.0):
    def paint(azimuth, elevation):
        away = (azimuth - azimuth_deg + 180.0) % 360.0 - 180.0
        return 200.0 * torch.exp(-(away**2 + (elevation - elevation_deg) ** 2) / width_deg**2)

    return ring(paint)


def middle_of(photo):
    """Column and row of the light's centre, −1 … 1."""
    weight = photo[0, :, :, 0].clamp(min=0)
    offset = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    return (
        float((weight.sum(0) * offset).sum() / weight.sum()), float((weight.sum(1) * offset).sum() / weight.sum()),
    )  # fmt: skip


@pytest.mark.parametrize("azimuth", [0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0, 359.0])
def test_a_mark_stands_in_the_middle_of_the_photograph_that_looks_at_it(azimuth):
    """North at 0, east at 90, and so on; 45, 135, … lie on the seams between two views."""
    photo = cut_from_ring(spot(azimuth), look(azimuth, fov=70.0), SIDE)
    column, row = middle_of(photo)
    assert abs(column) < 0.02
    assert abs(row) < 0.02
    assert photo.max() > 180


def test_a_photograph_of_90_degrees_that_looks_north_is_the_northern_view():
    torch.manual_seed(0)
    views = torch.rand(1, 4, SIDE, SIDE, 3) * 255
    for number in range(4):
        photo = cut_from_ring(views, look(90.0 * number), SIDE)
        assert torch.allclose(photo, views[:, number], atol=0.05)


def test_what_lies_east_is_on_the_right_and_what_is_above_is_above():
    """20° right of the middle in a photograph 80° wide: tan 20° / tan 40° of the half width."""
    column, row = middle_of(cut_from_ring(spot(20.0, width_deg=3.0), look(0.0, fov=80.0), SIDE))
    assert column == pytest.approx(math.tan(math.radians(20)) / math.tan(math.radians(40)), abs=0.02)
    assert abs(row) < 0.02
    column, row = middle_of(cut_from_ring(spot(0.0, 15.0, width_deg=3.0), look(0.0, fov=80.0), SIDE))
    assert row == pytest.approx(-math.tan(math.radians(15)) / math.tan(math.radians(40)), abs=0.02)
    assert abs(column) < 0.02


def test_a_camera_that_looks_up_lowers_what_it_sees_and_finds_marks_above_the_horizon():
    assert middle_of(cut_from_ring(spot(200.0, width_deg=3.0), look(200.0, pitch=10.0), SIDE))[1] > 0.15
    column, row = middle_of(cut_from_ring(spot(200.0, 10.0, width_deg=3.0), look(200.0, pitch=10.0, fov=60.0), SIDE))
    assert abs(column) < 0.02
    assert abs(row) < 0.02


def test_a_camera_that_rolls_clockwise_turns_the_picture_against_the_clock():
    column, row = middle_of(cut_from_ring(spot(20.0, width_deg=3.0), look(0.0, roll=20.0, fov=80.0), SIDE))
    assert column > 0.3
    assert row < -0.1  # what is right of the middle goes up


@pytest.mark.parametrize("heading", [45.0, 135.0, 225.0, 315.0])
def test_no_seam_is_seen_between_two_views(heading):
    """A light that changes slowly round the horizon has no step where views meet, the last and the first neither."""
    smooth = ring(lambda azimuth, elevation: 128.0 + 100.0 * torch.sin(torch.deg2rad(azimuth)) + 0.5 * elevation)
    photo = cut_from_ring(smooth, look(heading, fov=60.0), SIDE)[0, :, :, 0]
    steps = (photo[:, 1:] - photo[:, :-1]).abs()
    assert steps.max() < 4.0  # 100 levels a radian, a pixel of at most 1.2°


def test_straight_lines_stay_straight_across_a_seam():
    """A wall's edge, 30 m along a road that runs north-east: a plane, so a line in every gnomonic picture."""

    def wall(azimuth, elevation):
        near = torch.deg2rad(azimuth - 45.0)
        return torch.where(torch.rad2deg(torch.atan(0.35 * near.cos())) > elevation, 200.0, 0.0)

    photo = cut_from_ring(ring(wall), look(45.0, fov=60.0), SIDE)[0, :, :, 0]
    edge = (photo > 100.0).float().argmax(dim=0).float()  # row of the upper end of each column
    assert edge.max() - edge.min() <= 2  # a line of equal height on a plane across the view is level
    assert 10 < edge.mean() < 30


def test_draws_stay_within_their_limits_and_follow_their_seed():
    looks = draw_looks(500, 3)
    assert ((looks.heading >= 0) & (looks.heading < 360)).all()
    assert looks.pitch.abs().max() <= PITCH_DEG
    assert looks.roll.abs().max() <= ROLL_DEG
    assert ((looks.fov >= FOV_DEG[0]) & (looks.fov <= FOV_DEG[1])).all()
    assert (looks.fov / 2 + looks.pitch.abs()).max() < 47.01
    assert looks.heading.std() > 80
    assert torch.equal(looks.fov, draw_looks(500, 3).fov)
    assert not torch.equal(looks.fov, draw_looks(500, 4).fov)


def test_part_of_a_photo_is_never_mirrored_and_shows_nothing_beyond_its_border():
    """Red grows to the right, green downwards: so it stays in every part, and no value lies outside the photo's."""
    ramp = torch.linspace(10, 240, SIDE)
    photo = torch.stack(
        [ramp[None, :].expand(SIDE, -1), ramp[:, None].expand(-1, SIDE), ramp.new_zeros(SIDE, SIDE)], -1
    )
    parts = cut_from_photo(photo[None].expand(40, -1, -1, -1), 5, SIDE)
    across = parts[:, :, -1, 0].mean(1) - parts[:, :, 0, 0].mean(1)
    down = parts[:, -1, :, 1].mean(1) - parts[:, 0, :, 1].mean(1)
    assert (across > 0.5 * 230).all()
    assert (down > 0.5 * 230).all()
    assert across.std() > 5  # zooms differ
    assert (parts[..., 0] >= 10 - 1e-3).all()
    assert (parts[..., 0] <= 240 + 1e-3).all()
    flat = (parts[:, :, 1:, 0] - parts[:, :, :-1, 0]).abs() < 0.2
    assert flat.float().mean() < 0.05  # a repeated border would be flat
