from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import skimage
import sklearn.datasets
import torch
from PIL import Image
from safetensors.numpy import load_file, save_file

from model.data.decode import open_image
from model.data.views import to_pixels
from model.errors import ArtifactError, ConfigError
from model.networks.plain import PlainResNet
from model.predictors.novelty import LEAST, Block, Novelty, look, spectrum

SIDE = 48
SK, SL = Path(skimage.__file__).parent / "data", Path(sklearn.datasets.__file__).parent / "images"
PHOTOS = [
    SL / "china.jpg",
    SL / "flower.jpg",
    Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg",
] + [SK / name for name in ("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg", "motorcycle_left.png")]


def drawing(rng):
    """A sky, a ground and some boxes in flat colours with soft edges: a world that is drawn and not seen."""
    picture = Image.new("RGB", (4 * SIDE, 4 * SIDE), tuple(rng.integers(120, 250, 3).tolist()))
    horizon = int(rng.integers(60, 120))
    picture.paste(tuple(rng.integers(20, 150, 3).tolist()), (0, horizon, 4 * SIDE, 4 * SIDE))
    for _ in range(int(rng.integers(2, 9))):
        x, y, w, h = rng.integers(8, 120, 4)
        picture.paste(tuple(rng.integers(0, 255, 3).tolist()), (int(x), int(y), int(x + w), int(y + h)))
    return picture.resize((SIDE, SIDE), Image.Resampling.BOX)


class Tower(torch.nn.Module):
    """Two convolutions with random weights, as an encoder's tower answers."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = torch.nn.Conv2d(3, 8, 3, 2), torch.nn.Conv2d(8, 12, 3, 2)

    @torch.inference_mode()
    def forward(self, pixels):
        x = torch.relu(self.first(pixels))
        return [x, torch.relu(self.second(x))]


class Seeing:
    """An encoder that counts its passes."""

    image_size, mean, std = SIDE, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4)

    def __init__(self):
        self.tower, self.passes = Tower(), 0

    def to_pixels(self, views):
        return to_pixels(views, SIDE, self.mean, self.std)

    def embed_images(self, pixels, layers=None):
        self.passes += 1
        kept = self.tower(torch.as_tensor(pixels).flatten(0, 1))
        if layers is not None:
            layers += kept
        return kept[-1].flatten(2).mean(2).mean(0, keepdim=True).numpy()


@pytest.fixture(scope="module")
def encoder():
    return Seeing()


@pytest.fixture(scope="module")
def novelty(encoder):
    rng = np.random.default_rng(1)
    places = [[drawing(rng) for _ in range(4)] for _ in range(150)]
    return Novelty.fit([look(encoder, encoder.to_pixels(views))[1] for views in places])


def quarters(picture):
    side = int(min(picture.size) * 0.55)
    corners = [(x, y) for y in (0, picture.height - side) for x in (0, picture.width - side)]
    return [picture.crop((x, y, x + side, y + side)) for x, y in corners]


@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.stem)
def test_photographs_are_stranger_than_99_in_100_drawings_whole_and_as_four_views(novelty, encoder, path):
    photo = open_image(path)
    assert novelty.familiarity([photo], encoder) >= 0.99
    assert novelty.familiarity(quarters(photo), encoder) >= 0.99


def test_drawings_that_the_fit_has_not_seen_are_familiar(novelty, encoder):
    rng = np.random.default_rng(2)
    places = [[drawing(rng) for _ in range(4)] for _ in range(60)]
    assert np.mean([novelty.familiarity(views, encoder) >= 0.99 for views in places]) <= 0.06
    singles = [novelty.familiarity(views[:1], encoder) for views in places]
    assert np.mean(np.array(singles) >= 0.99) <= 0.06
    assert 0.35 < np.median(singles) < 0.65, "a share of such places is spread evenly"


def test_one_pass_gives_the_embedding_and_what_is_asked_of_the_layers(encoder):
    pixels = encoder.to_pixels([drawing(np.random.default_rng(3))] * 4)
    before = encoder.passes
    embedding, blocks = look(encoder, pixels)
    assert encoder.passes == before + 1
    assert np.array_equal(embedding, encoder.embed_images(pixels[None])[0])
    assert [block.shape[0] for block in blocks] == [4, 4, 4]
    assert [block.shape[1] for block in blocks[:-1]] == [16, 24], "mean and spread of every channel"


def test_a_distance_is_measured_along_kept_directions_and_in_all_others_together():
    block = Block(np.array([1.0, 0, 0]), np.array([2.0, 1, 1]), np.eye(3)[:, :1], np.array([0.5]), rest=4.0,
                  middle=np.log(2.0), spread=0.5)  # fmt: skip
    # z = (2, 2, 0): (2 / 0.5)² + (0² + 2²) / 4 = 17, over three numbers; standardised
    found = block.strangeness(np.array([[5.0, 2.0, 0.0]]))
    assert found == pytest.approx([(np.log(17 / 3) - np.log(2.0)) / 0.5])


def test_one_view_and_several_have_quantiles_of_their_own_and_a_share_lies_between_them():
    block = Block(np.zeros(1), np.ones(1), np.eye(1), np.ones(1), rest=1.0)
    novelty = Novelty((block, block), np.array([-1.0, 0.0, 3.0]), np.array([-1.0, 0.0, 1.0]))
    usual = [np.array([[np.exp(0.25)]])] * 2  # log(z²) = 0.5
    assert novelty.share(usual) == pytest.approx(0.5 + 0.5 * 0.5 / 3.0)
    assert novelty.share([np.repeat(x, 4, axis=0) for x in usual]) == pytest.approx(0.75)


def test_the_spectrum_tells_grain_from_faces_and_one_colour_does_no_harm():
    rng = np.random.default_rng(4)
    flat = np.full((1, SIDE, SIDE, 3), 0.5, np.float32)
    grain = np.clip(flat + rng.normal(0, 0.2, flat.shape).astype(np.float32), 0, 1)
    seen = spectrum(np.concatenate([flat, grain]))
    assert np.isfinite(seen).all() and seen.shape[0] == 2
    assert (seen[1, :12] > seen[0, :12]).all(), "more power at every frequency"
    assert np.allclose(spectrum(grain), seen[1:], atol=1e-4), "a view is described by itself alone"


def test_what_was_saved_is_what_is_read(novelty, encoder, tmp_path):
    novelty.save(tmp_path / "novelty.safetensors")
    views = [drawing(np.random.default_rng(5)) for _ in range(4)]
    again = Novelty.load(tmp_path / "novelty.safetensors")
    assert again.familiarity(views, encoder) == pytest.approx(novelty.familiarity(views, encoder), abs=1e-6)


@pytest.mark.parametrize("edit", [
    lambda t: t.pop("one"), lambda t: t.update(format=np.array([99], np.int32)),
    lambda t: t.update(several=t["several"][::-1].copy()), lambda t: t.update({"0.mean": t["0.mean"][:3]}),
    lambda t: t["0.scale"].__setitem__(0, 0.0), lambda t: t["1.directions"].__setitem__((0, 0), np.nan),
])  # fmt: skip
def test_a_file_that_cannot_be_is_refused(novelty, tmp_path, edit):
    path = tmp_path / "novelty.safetensors"
    novelty.save(path)
    tensors = load_file(path)
    edit(tensors)
    save_file(tensors, path)
    with pytest.raises(ArtifactError, match="calibrate again"):
        Novelty.load(path)
    path.write_bytes(b"foreign")
    with pytest.raises(ArtifactError, match="calibrate again"):
        Novelty.load(path)


def test_another_encoder_and_too_few_places_are_told_plainly(novelty, encoder):
    blocks = look(encoder, encoder.to_pixels([drawing(np.random.default_rng(6))]))[1]
    with pytest.raises(ArtifactError, match="another encoder"):
        novelty.share(blocks[1:])
    with pytest.raises(ConfigError, match=f"at least {LEAST} places"):
        Novelty.fit([blocks] * 3)


def test_a_plain_tower_gives_the_states_that_transformers_gives():
    from transformers import ResNetConfig, ResNetModel

    torch.manual_seed(0)
    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 12], depths=[1, 2], layer_type="basic", hidden_act="relu")
    real = ResNetModel(config).eval()
    plain = PlainResNet(config.to_dict(), dict(real.state_dict()))
    pixels = torch.rand(2, 3, 32, 32)
    with torch.inference_mode():
        wanted = real(pixel_values=pixels, output_hidden_states=True).hidden_states
        found = plain(pixel_values=pixels, output_hidden_states=True)
    assert len(found.hidden_states) == len(wanted) == 3
    for ours, theirs in zip(found.hidden_states, wanted, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    assert found.hidden_states[-1] is found.last_hidden_state
    assert SimpleNamespace(**vars(plain(pixel_values=pixels))).hidden_states == ()
