"""The published weights: a package of the true layout with tiny random weights, and all that may be wrong with one."""

import importlib
import sys

import numpy as np
import pytest
import torch

from model.errors import ArtifactError
from model.networks.published_geoclip import FILES, GALLERY, load_published, published_fingerprint, published_gallery

DIM, HIDDEN, OUT, WIDTH, FREQUENCIES = 6, 5, 4, 8, 3


class Bomb:
    def __reduce__(self):
        return (print, ("unpickled",))


def published_layout(folder, seed=0):
    """Every file of the package that is read, tiny."""
    torch.manual_seed(seed)
    image = {"0.weight": torch.randn(HIDDEN, DIM), "0.bias": torch.randn(HIDDEN), "2.weight": torch.randn(OUT, HIDDEN),
             "2.bias": torch.randn(OUT)}  # fmt: skip
    location = {}
    for scale in range(3):
        name = f"LocEnc{scale}"
        location[f"{name}.capsule.0.b"] = torch.randn(FREQUENCIES, 2) * 16**scale
        for layer, before in ((1, 2 * FREQUENCIES), (3, WIDTH), (5, WIDTH)):
            location[f"{name}.capsule.{layer}.weight"] = torch.randn(WIDTH, before)
            location[f"{name}.capsule.{layer}.bias"] = torch.randn(WIDTH)
        location[f"{name}.head.0.weight"], location[f"{name}.head.0.bias"] = torch.randn(OUT, WIDTH), torch.randn(OUT)
    package = folder / "geoclip"
    for name, content in zip(FILES, (image, location, torch.tensor(3.0)), strict=True):
        (package / FILES[name]).parent.mkdir(parents=True, exist_ok=True)
        torch.save(content, package / FILES[name])
    (package / GALLERY).parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    rows = [f"{lat:.6f},{lng:.6f}" for lat, lng in zip(rng.uniform(-60, 70, 300), rng.uniform(-180, 180, 300),
                                                       strict=True)]  # fmt: skip
    (package / GALLERY).write_text("LAT,LON\n" + "\n".join(rows) + "\n")
    (package / "__init__.py").write_text("raise RuntimeError('the package must not be imported')\n")
    return package


@pytest.fixture
def package(tmp_path, monkeypatch):
    found = published_layout(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "geoclip"]:  # the real one, if another test
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    return found


def test_the_published_layout_is_read_without_importing_the_package(package):
    model = load_published()
    assert (model.dim, model.shape.hidden, model.shape.location.dim) == (DIM, HIDDEN, OUT)
    assert model.logit_scale == pytest.approx(np.exp(3.0))
    image = torch.load(package / FILES["image_encoder_mlp"], weights_only=True)
    seen = torch.randn(2, DIM)
    hidden = torch.relu(seen @ image["0.weight"].T + image["0.bias"])
    assert torch.allclose(model.image(seen), hidden @ image["2.weight"].T + image["2.bias"], atol=1e-5)
    location = torch.load(package / FILES["location_encoder"], weights_only=True)
    assert torch.equal(model.location.scales[2][0].frequencies, location["LocEnc2.capsule.0.b"])
    assert torch.equal(model.location.scales[1][7].bias, location["LocEnc1.head.0.bias"])
    assert published_gallery() == package / GALLERY and len(published_fingerprint().split(":")) == 3


def test_without_the_package_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("model.networks.published_geoclip.PACKAGE", "no_such_package_here")
    with pytest.raises(ArtifactError, match=r"found none; run `pip install --no-deps -r requirements-geoclip.txt`"):
        load_published()


def test_a_package_that_lacks_a_file_is_refused(package):
    (package / FILES["logit_scale"]).unlink()
    with pytest.raises(ArtifactError, match=r"looked for model/weights/logit_scale_weights\.pth"):
        load_published()


def test_weights_that_were_edited_or_hold_more_than_tensors_are_refused(package, capsys):
    path = package / FILES["location_encoder"]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtifactError, match="holds no tensors that can be read"):
        load_published()
    path.write_bytes(b"")
    with pytest.raises(ArtifactError, match="holds no tensors that can be read"):
        load_published()
    torch.save({"LocEnc0.capsule.0.b": Bomb()}, path)
    with pytest.raises(ArtifactError, match="holds no tensors that can be read"):
        load_published()
    assert "unpickled" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("image_encoder_mlp", lambda state: state | {"2.bias": torch.zeros(9)}),
        ("image_encoder_mlp", lambda state: {}),
        ("image_encoder_mlp", lambda state: [1, 2]),
        ("location_encoder", lambda state: state | {"LocEnc1.capsule.0.b": torch.zeros(9, 2)}),
        ("location_encoder", lambda state: state | {"LocEnc7.head.0.bias": torch.zeros(OUT)}),
        ("location_encoder", lambda state: state | {"stranger": torch.zeros(1)}),
        ("location_encoder", lambda state: {k: v for k, v in state.items() if not k.startswith("LocEnc2")}),
        ("location_encoder", lambda state: state | {"LocEnc0.head.0.bias": torch.full((OUT,), float("inf"))}),
        ("location_encoder", lambda state: state | {"LocEnc0.head.0.bias": "text"}),
        ("logit_scale", lambda state: torch.tensor(80.0)),
        ("logit_scale", lambda state: torch.zeros(3)),
    ],
)
def test_tensors_that_do_not_fit_together_are_refused(package, file, change):
    path = package / FILES[file]
    torch.save(change(torch.load(path, weights_only=True)), path)
    with pytest.raises(ArtifactError, match="are no GeoCLIP's"):
        load_published()
