"""Opens zero-shot on an encoder: a folder, a checkpoint's own, or any CLIP of the hub. Torch comes with the encoder."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model.artifacts import fingerprint, read_record, record_path
from model.data.captions import Style
from model.data.manifest import drawn_version, source_in
from model.errors import ArtifactError
from model.predictors.chain import hub_encoder
from model.predictors.checkpoint import Checkpoint
from model.predictors.gazetteer import Gazetteer
from model.predictors.prompts import prompts_for
from model.predictors.settings import read_settings
from model.predictors.text_cache import texts_of
from model.predictors.zero_shot import ZeroShot, ZeroShotSettings

Records = dict[str, dict[str, Any]]


def open_zero_shot(source: str | Path, given: Sequence[str] = (), title: str = "") -> Checkpoint:
    """A system that needs nothing but an encoder with a text tower.

    Args:
        source: an encoder's folder in the hub's layout, the folder of a checkpoint (its encoder is taken), or a model
            of the hub by its name.
        given: settings as "key=value", of `ZeroShotSettings`; by default the prompts that the encoder was trained with.
        title: what it is called in answers, where it has a name of its own ("StreetCLIP").

    Raises:
        ArtifactError: no encoder there, a broken one, one without a text tower, or one that is not what its record of
            pretraining says.
        ConfigError: a setting that is not known or cannot be.
    """
    settings = read_settings(ZeroShotSettings, given, "zero-shot")
    from model.networks.encoder import Encoder

    name, revision, records = _encoder_of(source)
    if "prompts" not in settings:
        settings["prompts"] = prompts_for(str(name), style_of(records))
    chosen = ZeroShotSettings(**settings)
    encoder = Encoder.load(name, revision=revision)
    texts = texts_of(encoder)
    folder = Path(name) if Path(name).is_dir() else Path()
    seen_with = fingerprint(folder) if Path(name).is_dir() else str(name)
    record: dict[str, Any] = {"settings": {**asdict(chosen), "encoder": seen_with}}
    if title:
        record["system"] = title
    drawn = drawn_version(source_in(records.get("pretrain", {}).get("facts", {})))
    if drawn is None:
        record["knows"] = "any"
    system = ZeroShot(Gazetteer.open(chosen.leaves, chosen.most), texts, encoder.logit_scale, chosen, record)
    called = folder.resolve().parent.name if folder.name == "encoder" else Path(str(name)).name
    return Checkpoint(system, encoder, folder, records, called=title or f"{called} (zero-shot)")


def style_of(records: Mapping[str, Mapping[str, Any]]) -> Style | None:
    """The style of the captions that an encoder was trained with here; None where it was not."""
    preset = records.get("pretrain", {}).get("config", {}).get("preset")
    if preset is None:
        return None
    from model.networks.towers import PRESETS

    return PRESETS[preset].style if preset in PRESETS else "street_view"


def _encoder_of(source: str | Path) -> tuple[str | Path, str | None, Records]:
    """What `Encoder.load` takes (name, revision), and the records of how the encoder was made."""
    folder = Path(source)
    if not folder.is_dir():
        return source, None, {}
    inner = folder if (folder / "config.json").is_file() else folder / "encoder"
    if inner.is_dir():
        return inner, None, _pretraining(inner)
    embed = {"embed": read_record(folder, "embed", False)} if record_path(folder, "embed").is_file() else {}
    hub = hub_encoder(embed)
    if hub is None:
        raise ArtifactError(f"{folder} has no encoder: it was made from embeddings of another model. Name an encoder "
                            "with --encoder.")  # fmt: skip
    return hub[0], hub[1], {}


def _pretraining(encoder: Path) -> Records:
    """The record beside an encoder that was trained here.

    Raises:
        ArtifactError: the encoder is another than its record says.
    """
    if encoder.name != "encoder" or not record_path(encoder.parent, "pretrain").is_file():
        return {}
    record = read_record(encoder.parent, "pretrain", check_outputs=False)
    told = record["outputs"].get("encoder", {}).get("sha256")
    if told is not None and told != fingerprint(encoder):
        raise ArtifactError(f"the encoder in {encoder.parent} is not the one that its record of pretraining lists: it "
                            "was edited or exchanged; copy the whole folder again.")  # fmt: skip
    return {"pretrain": record}
