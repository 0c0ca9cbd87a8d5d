"""GeoCLIP as its authors published it (MIT): from the installed package `geoclip`, read in place, or from the hub.

The package is found, never imported: importing it would bring packages that nothing here needs. Its weights are .pth
archives; torch reads them with `weights_only`, which makes tensors and nothing else of them.
"""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from model.artifacts import fingerprint
from model.errors import ArtifactError
from model.networks.geoclip import GeoClip, GeoClipShape, from_tensors
from model.networks.location_encoder import LocationShape

PACKAGE = "geoclip"
RELEASE = "geoclip-geolocation"  # what config.json of the release on the hub calls itself
BACKBONE = "openai/clip-vit-large-patch14"  # GeoCLIP, section 4; its weights are not in the package
INSTALL = "pip install --no-deps -r requirements-geoclip.txt"
GALLERY = "model/gps_gallery/coordinates_100K.csv"
FILES = {name: f"model/weights/{name}_weights.pth" for name in ("image_encoder_mlp", "location_encoder", "logit_scale")}
MOST_SCALE = 1000.0  # a learned scale beyond it says that the file is no scale
_SCALE_KEY = re.compile(r"LocEnc(\d+)\.(capsule|head)\.(\d+)\.(b|weight|bias)")


def package_folder() -> Path:
    """Where the package lies.

    Raises:
        ArtifactError: it is not installed, or lacks a file.
    """
    try:
        found = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        found = None
    if found is None or not found.submodule_search_locations:
        raise ArtifactError(f"looked for the Python package '{PACKAGE}', which holds the published weights of GeoCLIP, "
                            f"found none; run `{INSTALL}`, or name a run of `python -m model.train_geoclip` with "
                            "--checkpoint.")  # fmt: skip
    folder = Path(next(iter(found.submodule_search_locations)))
    lacking = [name for name in (*FILES.values(), GALLERY) if not (folder / name).is_file()]
    if lacking:
        raise ArtifactError(f"looked for {lacking[0]} in the package '{PACKAGE}' at {folder}, found none; it is of "
                            f"another version or not whole: run `{INSTALL}` again.")  # fmt: skip
    return folder


def published_gallery() -> Path:
    """The CSV of 100,000 positions that the package searches.

    Raises:
        ArtifactError: as `package_folder`.
    """
    return package_folder() / GALLERY


def published_fingerprint() -> str:
    """Of the three files of weights together.

    Raises:
        ArtifactError: as `package_folder`.
    """
    folder = package_folder()
    return ":".join(fingerprint(folder / name)[:16] for name in FILES.values())


def load_published() -> GeoClip:
    """The published model; it takes the projections of its backbone's pictures, not scaled to length 1.

    Raises:
        ArtifactError: no package, a file that cannot be read, or tensors that do not fit together.
    """
    folder = package_folder()
    image, location, scale = (_read(folder / name) for name in FILES.values())
    try:
        return _put_together(image, location, scale)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RuntimeError, OverflowError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ArtifactError(
            f"the weights in the package '{PACKAGE}' at {folder} are no GeoCLIP's ({reason}); they were edited or are "
            f"of another version: run `{INSTALL}` again."
        ) from error


def load_release(folder: Path) -> tuple[GeoClip, Path]:
    """The published model as its authors release it on the hub, and its gallery's table: config.json, safetensors, CSV.

    Raises:
        ArtifactError: a file that is missing or foreign, or tensors that do not fit together.
    """
    try:
        config: Any = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        known = (config["model_type"], config["format_version"], [float(one) for one in config["sigma"]])
        if known != (RELEASE, 1, [float(one) for one in LocationShape().sigmas]):
            raise ValueError(f"found {known}")
        gallery = str(config["gallery_file"])
        if Path(gallery).name != gallery or not (folder / gallery).is_file():
            raise ValueError(f"found no table '{gallery}'")
        found = load_file(folder / "model.safetensors")
        image, location = ({name.removeprefix(part): one for name, one in found.items() if name.startswith(part)}
                           for part in ("image_encoder.mlp.", "location_encoder."))  # fmt: skip
        return _put_together(image, location, found["logit_scale"]), folder / gallery
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, AttributeError, IndexError, RuntimeError,
            OverflowError, RecursionError) as error:  # fmt: skip
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ArtifactError(f"looked for GeoCLIP as its authors release it in {folder}, found something else "
                            f"({reason}); run `python -m model.get --remove geoclip` and fetch it "
                            "again.") from error  # fmt: skip


def _read(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of the archive, of its reader, of a type that is none of tensors: a dozen classes
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")
        raise ArtifactError(f"{path} holds no tensors that can be read ({reason}); it was edited or is not whole: run "
                            f"`{INSTALL}` again.") from error  # fmt: skip


def _put_together(image: Any, location: Any, scale: Any) -> GeoClip:
    tensors = {f"image.{name}": tensor for name, tensor in image.items()}
    scales = set()
    for name, tensor in location.items():
        if (told := _SCALE_KEY.fullmatch(name)) is None:
            raise ValueError(f"found a tensor '{name}'")
        number, part, layer, kind = told.groups()
        scales.add(int(number))
        # The head stands for itself there; here it is the last layer, behind frequencies, three matrices and ReLUs.
        place = int(layer) if part == "capsule" else 7
        tensors[f"location.scales.{number}.{place}.{'frequencies' if kind == 'b' else kind}"] = tensor
    tensors["log_scale"] = scale.reshape(())
    if not 0.0 < float(scale.exp()) <= MOST_SCALE:
        raise ValueError(f"looked for a scale of at most {MOST_SCALE:.0f}, found {float(scale.exp()):.3g}")
    hidden, dim = image["0.weight"].shape
    width, features = location["LocEnc0.capsule.1.weight"].shape
    known = LocationShape()
    if len(scales) != len(known.sigmas):
        raise ValueError(f"looked for {len(known.sigmas)} scales, found {len(scales)}")
    shape = LocationShape(known.sigmas, features // 2, width, known.depth, image["2.weight"].shape[0])
    plain = {name: tensor.detach() for name, tensor in tensors.items()}
    return from_tensors(plain, GeoClipShape(dim, hidden, shape))
