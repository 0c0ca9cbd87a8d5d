"""Opens GeoCLIP: a run of `python -m model.train_geoclip`, or the published weights behind their own backbone.

RUN/geoclip/           weights of both sides; train_geoclip.record.json lists all that was made with them
RUN/gallery.parquet    the places it chooses among, and RUN/geocells.parquet, their cells
RUN/encoder/           or the encoder of a shipped checkpoint, or one of the hub: whichever embed.record.json names
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress

from model.artifacts import fingerprint, read_record, record_path
from model.errors import ArtifactError, ConfigError
from model.predictors.chain import hub_encoder
from model.predictors.checkpoint import Checkpoint
from model.predictors.protocol import features_of
from model.predictors.settings import read_settings

if TYPE_CHECKING:
    from model.networks.encoder import Encoder
    from model.networks.geoclip import GeoClip
    from model.retrieval.gallery import Floats, Gallery

STAGE = "train_geoclip"
NETWORK = "geoclip"
OWN_GALLERY = "training places"
ANY_REVISION = "main"  # of the backbone, which the package names without one
TOLD_FROM = 5_000  # places: from here on a bar shows how far their vectors are
Records = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class GeoClipSettings:
    """What may be said beside the name.

    Attributes:
        gallery: a table with columns lat and lng to choose among, in place of the run's or the published one.
        cell_places: places of a cell at most, where the cells of a gallery are made here.
        temperature: divides the similarities; 0: what the training found, 1 for the published weights.
    """

    gallery: Path | None = None
    cell_places: int = 25
    temperature: float = 0.0

    def __post_init__(self) -> None:
        if self.cell_places < 1 or not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise ConfigError("looked for cell_places of 1 or more and a temperature above 0 (or 0: as trained), found "
                              f"{self.cell_places} and {self.temperature}.")  # fmt: skip


def open_geoclip(folder: Path | None, encoder: str | Path | None = None, given: Sequence[str] = ()) -> Checkpoint:
    """The system of a run's `folder`; of None, the published one.

    Args:
        folder: of `python -m model.train_geoclip`.
        encoder: what turns pictures into embeddings, a folder or a name of the hub; by default the one that the run was
            trained on, or the published backbone, which is fetched from the hub with the first picture.
        given: settings as "key=value", of `GeoClipSettings`.

    Raises:
        ArtifactError: no package, no run, a file that is missing, foreign or edited, an encoder of another training.
        ManifestError: a gallery with a row that is no place.
        ConfigError: a setting that is not known or cannot be.
    """
    settings = GeoClipSettings(**read_settings(GeoClipSettings, given, "geoclip"))
    return _published(encoder, settings) if folder is None else _trained(folder, encoder, settings)


def open_release(folder: Path, encoder: str | Path | None = None, given: Sequence[str] = ()) -> Checkpoint:
    """The published system as `python -m model.get geoclip` fetched it: the release, and its backbone in encoder/.

    Raises:
        ArtifactError: a file that is missing or foreign, or a backbone of another size.
        ManifestError, ConfigError: as `open_geoclip`.
    """
    from model.networks.published_geoclip import load_release

    settings = GeoClipSettings(**read_settings(GeoClipSettings, given, "geoclip"))
    network, table = load_release(folder)
    source = encoder or folder / "encoder"
    predictor = _published_predictor(network, table, fingerprint(folder / "model.safetensors"), source, settings)
    return _fitting(Checkpoint(predictor, _load(source), called="GeoCLIP"))


def vectors_of(network: "GeoClip", gallery: "Gallery") -> "Floats":
    """The network's vectors of a gallery, made once and kept; a bar shows how far, where there are many."""
    from model.retrieval.gallery import kept_vectors

    told = Console(stderr=True)  # what is printed is the answer alone
    with Progress(transient=True, console=told, disable=len(gallery) < TOLD_FROM) as progress:

        def embed(points: Any) -> "Floats":
            task = progress.add_task("embedding the gallery (once)", total=len(points))
            return network.embed_points(points, lambda rows: progress.advance(task, rows))

        return kept_vectors(gallery, network.places_fingerprint, network.shape.location.dim, embed)


def _published(encoder: str | Path | None, settings: GeoClipSettings) -> Checkpoint:
    from model.networks.published_geoclip import BACKBONE, load_published, published_fingerprint, published_gallery

    predictor = _published_predictor(
        load_published(), published_gallery(), published_fingerprint(), encoder or BACKBONE, settings
    )
    if encoder is None:
        return Checkpoint(predictor, hub=(BACKBONE, ANY_REVISION), called="GeoCLIP (published)")
    opened = Checkpoint(predictor, _load(encoder), called="GeoCLIP (published)")
    return _fitting(opened)


def _published_predictor(
    network: "GeoClip", table: Path, weights: str, encoder: str | Path, settings: GeoClipSettings
) -> Any:
    gallery, named = _gallery_of(settings.gallery or table, settings)
    temperature = settings.temperature or 1.0
    told = {**named, "weights": weights, "encoder": _name_of(encoder), "temperature": temperature}
    record = {"features": {"kind": "unscaled", "views": "mean"}, "settings": told, "knows": "any"}
    return _predictor(network, gallery, temperature, record, remembers=settings.gallery is not None)


def _trained(folder: Path, encoder: str | Path | None, settings: GeoClipSettings) -> Checkpoint:
    from model.networks.geoclip import GeoClip
    from model.retrieval.gallery import Gallery

    if not folder.is_dir():
        raise ArtifactError(f"looked for a run of train_geoclip in {folder}, found no such folder; give another one, "
                            "run `python -m model.train_geoclip`, or leave --checkpoint out for the published "
                            "weights.")  # fmt: skip
    records: Records = {STAGE: read_record(folder, STAGE)}
    if record_path(folder, "embed").is_file():
        records["embed"] = read_record(folder, "embed", check_outputs=False)
        outputs = records["embed"]["outputs"]
        made = [outputs.get(name, {}).get("sha256") for name in ("embeddings", "views")]
        if records[STAGE]["inputs"].get("embeddings") not in made:
            raise ArtifactError(f"the GeoCLIP in {folder} was trained on other embeddings than embed.record.json "
                                "lists; train it again.")  # fmt: skip
    network, facts = GeoClip.load(folder / NETWORK), records[STAGE]["facts"]
    if settings.gallery is None:
        gallery, named = Gallery.read(folder), {"gallery": facts.get("gallery", "")}
        named |= {"places": len(gallery), "regions": len(gallery.cells)}
    else:
        gallery, named = _gallery_of(settings.gallery, settings)
    temperature = settings.temperature or float(facts.get("temperature", 1.0))
    features = records.get("embed", {}).get("facts", {}).get("features", "pooled")
    record = {"features": {"kind": features, "views": "mean"}, "stages": dict(records),
              "settings": {**named, "temperature": temperature}}  # fmt: skip
    opened = Checkpoint(_predictor(network, gallery, temperature, record, remembers=True), None, folder, records,
                        hub=hub_encoder(records))  # fmt: skip
    source = encoder or _encoder_beside(folder, records)
    if source is None:
        return opened
    wanted = records.get("embed", {}).get("inputs", {}).get("encoder")
    if wanted is not None and (not Path(source).is_dir() or fingerprint(Path(source)) != wanted):
        raise ArtifactError(f"the GeoCLIP in {folder} was trained on what another encoder sees than {source}; name "
                            "that one with --encoder, or leave --encoder out.")  # fmt: skip
    opened.encoder = _load(source)
    return _fitting(opened)


def _gallery_of(table: Path, settings: GeoClipSettings) -> tuple["Gallery", dict[str, Any]]:
    from model.retrieval.gallery import kept_gallery, read_places

    if not table.is_file():
        raise ArtifactError(f"looked for a gallery at {table}, found no such file; give a table with columns lat and "
                            "lng.")  # fmt: skip
    gallery = kept_gallery(lambda: read_places(table), fingerprint(table), settings.cell_places)
    return gallery, {"gallery": table.name, "places": len(gallery), "regions": len(gallery.cells)}


def _predictor(
    network: "GeoClip", gallery: "Gallery", temperature: float, record: dict[str, Any], remembers: bool
) -> Any:
    from model.predictors.gallery import GalleryPredictor

    return GalleryPredictor(network, gallery, vectors_of(network, gallery), temperature, record, remembers)


def _encoder_beside(folder: Path, records: Records) -> Path | None:
    """The encoder that a run was trained on: its own folder, else that of a shipped checkpoint, known by its files."""
    if (folder / "encoder").is_dir():
        return folder / "encoder"
    wanted = records.get("embed", {}).get("inputs", {}).get("encoder")
    if wanted is None:
        return None
    from model.geo.folders import repository_dir

    shipped = sorted((repository_dir() / "checkpoints").glob("*/encoder"))
    return next((one for one in shipped if fingerprint(one) == wanted), None)


def _load(source: str | Path) -> "Encoder":
    from model.networks.encoder import Encoder

    return Encoder.load(source)


def _fitting(opened: Checkpoint) -> Checkpoint:
    encoder, kind = opened.seeing, features_of(opened.predictor).kind
    given = encoder.dim if kind == "pooled" else encoder.projected_dim
    wanted = opened.predictor.network.dim  # type: ignore[attr-defined]
    if given != wanted:
        raise ArtifactError(f"GeoCLIP takes {kind} embeddings of {wanted} numbers, and the encoder {encoder.source} "
                            f"gives {given or 'none'}: it is another than in training.")  # fmt: skip
    return opened


def _name_of(encoder: str | Path) -> str:
    folder = Path(encoder)
    return fingerprint(folder) if folder.is_dir() else str(encoder)
