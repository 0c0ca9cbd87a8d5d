"""The published system: tiny weights in the true layout behind a tiny CLIP, a photo in, a guess out."""

import importlib
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from model.errors import ArtifactError
from model.geolocator import Geolocator
from model.networks.published_geoclip import BACKBONE, FILES, GALLERY

WIDTH, FREQUENCIES, OUT = 8, 3, 4


def tiny_clip(folder, projection):
    from dataclasses import replace

    from model.data.vocabulary import train_tokenizer
    from model.networks.towers import PRESETS, build_model, save_encoder

    torch.manual_seed(0)
    tokenizer = train_tokenizer(["A photo from France.", "A photo from Chad in July."] * 5, 300, 77)
    save_encoder(build_model(replace(PRESETS["tiny"], projection=projection), tokenizer), tokenizer, 32, folder)
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return tiny_clip(tmp_path_factory.mktemp("published") / "clip", 6)


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    """The package's files, tiny."""
    torch.manual_seed(0)
    sizes = ((1, 2 * FREQUENCIES), (3, WIDTH), (5, WIDTH))
    location = {}
    for scale in range(3):
        part = {"capsule.0.b": torch.randn(FREQUENCIES, 2) * 4**scale, "head.0.weight": torch.randn(OUT, WIDTH),
                "head.0.bias": torch.randn(OUT)}  # fmt: skip
        part |= {f"capsule.{layer}.weight": torch.randn(WIDTH, before) for layer, before in sizes}
        part |= {f"capsule.{layer}.bias": torch.randn(WIDTH) for layer, _ in sizes}
        location |= {f"LocEnc{scale}.{name}": tensor for name, tensor in part.items()}
    image = {"0.weight": torch.randn(5, 6), "0.bias": torch.randn(5), "2.weight": torch.randn(OUT, 5),
             "2.bias": torch.randn(OUT)}  # fmt: skip
    root = tmp_path_factory.mktemp("site")
    package = root / "geoclip"
    for name, content in (("image_encoder_mlp", image), ("location_encoder", location),
                          ("logit_scale", torch.tensor(3.0))):  # fmt: skip
        (package / FILES[name]).parent.mkdir(parents=True, exist_ok=True)
        torch.save(content, package / FILES[name])
    (package / GALLERY).parent.mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows = (f"{lat:.6f},{lng:.6f}" for lat, lng in rng.uniform([-60, -180], [70, 180], (200, 2)).tolist())
    (package / GALLERY).write_text("LAT,LON\n" + "\n".join(rows) + "\n")
    (package / "__init__.py").write_text("")
    return root


@pytest.fixture(autouse=True)
def installed(layout, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "geoclip"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(layout))
    monkeypatch.setattr("model.retrieval.gallery.cache_dir", lambda: tmp_path / "cache")
    importlib.invalidate_caches()


def picture():
    return Image.linear_gradient("L").resize((96, 80)).convert("RGB")


def test_the_published_weights_answer_a_photo_with_a_clip_of_ones_own(encoder, tmp_path):
    system = Geolocator.load(predictor="geoclip", encoder=encoder)
    guess = system.locate(picture())
    points = system.predictor.gallery.points
    assert (guess.lat, guess.lng) in {tuple(point) for point in points.tolist()} and len(points) == 200
    assert guess.system == "GeoCLIP" and not guess.out_of_distribution and guess.cells.sum() == pytest.approx(1.0)
    system.require_world(3)  # a system for all kinds of pictures refuses none
    kept = {path.suffix for path in (tmp_path / "cache" / "galleries").iterdir()}
    assert kept == {"", ".npy"}, "the cells and the vectors of the gallery"

    pixels = system.encoder.to_pixels([picture()])[None]
    with torch.inference_mode():
        seen = system.encoder.tower(pixel_values=torch.from_numpy(pixels[0]))
        plain = system.encoder.model.visual_projection(seen.pooler_output).numpy()
    assert np.abs(np.linalg.norm(plain) - 1.0) > 1e-3, "of any length"
    assert system.checkpoint.embed([picture()]) == pytest.approx(plain, abs=1e-5)
    wanted = points[(system.predictor.vectors @ system.predictor.network.embed_images(plain)[0]).argmax()]
    assert (guess.lat, guess.lng) == pytest.approx(tuple(wanted))
    heat = system.why(picture())
    assert heat.heat.max() == pytest.approx(1.0)


def test_four_views_are_answered_by_their_mean_projection(encoder):
    system = Geolocator.load(predictor="geoclip", encoder=encoder)
    views = [picture().rotate(90 * turn, expand=True).resize((64, 64)) for turn in range(4)]
    each = np.concatenate([system.checkpoint.embed([view]) for view in views])
    assert system.checkpoint.embed(views) == pytest.approx(each.mean(axis=0, keepdims=True), abs=1e-5)
    assert system.locate(views).read_as == "views"


def test_without_an_encoder_the_published_backbone_is_asked_for_with_the_first_picture(tmp_path):
    system = Geolocator.load(predictor="geoclip")  # embeddings can be answered without it
    assert system.predictor.points(np.ones((2, 6))).shape == (2, 2)
    with pytest.raises(ArtifactError, match=BACKBONE):  # the tests have no network
        system.locate(picture())


def test_an_encoder_of_another_size_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match=r"takes unscaled embeddings of 6 numbers.*gives 9"):
        Geolocator.load(predictor="geoclip", encoder=tiny_clip(tmp_path / "wide", 9))
    with pytest.raises(ArtifactError, match=r"could not open it|no folder here"):
        Geolocator.load(predictor="geoclip", encoder="nobody/nothing")


def test_without_the_package_the_answer_is_a_sentence(monkeypatch):
    monkeypatch.setattr("model.networks.published_geoclip.PACKAGE", "no_such_package_here")
    with pytest.raises(ArtifactError, match="pip install --no-deps"):
        Geolocator.load(predictor="geoclip")
