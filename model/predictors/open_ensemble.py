"""Opens the ensemble: a base by its name, and the attributes beside its checkpoint, or in a run of their own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.errors import ArtifactError, ConfigError
from model.metrics.atoms import FLOOR
from model.predictors.checkpoint import Checkpoint
from model.predictors.ensemble import Ensemble, ensemble_of
from model.predictors.ground import FOLDER, STAGE, Ground, attributes_in

NAME, BASE = "ensemble", "pigeon"
KEYS = ("base", "attributes", "maps", "floor")


def read_ensemble_settings(given: Sequence[str]) -> dict[str, Any]:
    """ "key=value" as base (a system's name), attributes (a folder), maps (names with + between them) and floor.

    Raises:
        ConfigError: a key that is none, or a value that cannot be.
    """
    found: dict[str, Any] = {"base": BASE, "maps": "density+land_cover", "floor": FLOOR}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or key not in KEYS:
            raise ConfigError(f"looked for a setting of the ensemble as key=value with a key among {', '.join(KEYS)}, "
                              f"found '{text}'.")  # fmt: skip
        found[key] = value
    try:
        found["floor"] = float(found["floor"])
    except ValueError as error:
        raise ConfigError(f"looked for a number after floor=, found '{found['floor']}'.") from error
    found["maps"] = tuple(found["maps"].split("+"))
    if not set(found["maps"]) <= {"density", "land_cover"}:
        raise ConfigError("looked for maps=density, maps=land_cover or both with a + between them, found "
                          f"maps={'+'.join(found['maps'])}.")  # fmt: skip
    if found["base"] == NAME:
        raise ConfigError("an ensemble cannot be its own base: name another system with base=NAME.")
    return found


def weighed(checkpoint: Checkpoint, settings: dict[str, Any]) -> Checkpoint:
    """A checkpoint whose system is weighed by the ground.

    Raises:
        ArtifactError: no attributes, or those of another encoder.
    """
    named = settings.get("attributes")
    folder = Path(named) if named else attributes_in(checkpoint.folder)
    if folder is None:
        raise ArtifactError(
            f"looked for what reads the ground beside {checkpoint.name} (the folder {FOLDER}), found none; train it "
            "with `python -m model.train_attributes --manifest M --embeddings E --out RUN`, and name RUN with the "
            "setting attributes=RUN."
        )
    ground = Ground.load(folder).only(settings["maps"])
    check_encoder(checkpoint, ground)
    system: Ensemble = ensemble_of(checkpoint.predictor, ground, settings["floor"])
    # What was fitted for the base's own scores holds no longer.
    records = {**checkpoint.records, STAGE: ground.record}  # the places that its heads learned from are known too
    called = f"{checkpoint.name} (ensemble)"
    return replace(checkpoint, predictor=system, records=records, calibration=None, called=called)


def check_encoder(checkpoint: Checkpoint, ground: Ground) -> None:
    """Compare the encoder that the heads were trained on with the checkpoint's, where both are known.

    Raises:
        ArtifactError: they differ.
    """
    embed = checkpoint.records.get("embed", {})
    facts = embed.get("facts", {})
    ours = facts.get("hub_id") or embed.get("inputs", {}).get("encoder")
    theirs = ground.record.get("facts", {}).get("encoder")
    if ours and theirs and ours != theirs:
        raise ArtifactError(f"what reads the ground was trained on embeddings of another encoder than that of "
                            f"{checkpoint.name}; embed with this one and run `python -m model.train_attributes` "
                            "again.")  # fmt: skip
