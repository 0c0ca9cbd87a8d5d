"""A checkpoint folder as a chain: all parts were made from one another and from one manifest, or it is refused.

RUN/geocells.parquet   build_geocells.record.json
RUN/encoder/           pretrain.record.json, where it was trained here
                       embed.record.json (its embeddings are not shipped, only their fingerprint); where the encoder is
                       one of the hub, this record names it and there is no folder
RUN/head/              train_head.record.json
RUN/index/             build_index.record.json; also of RUN/kernel/, where places were few
RUN/calibration/       calibrate.record.json, where it was calibrated
"""

from pathlib import Path
from typing import Any

from model.artifacts import fingerprint, read_record, record_path
from model.data.manifest import drawn_version, source_in
from model.errors import ArtifactError

STAGES = ("build_geocells", "train_head", "build_index")
Record = dict[str, Any]


def check_chain(folder: Path) -> dict[str, Record]:
    """The records of a checkpoint by stage, after every file was compared with them and they with one another.

    Raises:
        ArtifactError: no such folder, a file that is missing or was edited, a head, an index or a calibration of other
            parts, an encoder of other embeddings, stages that saw different manifests or different versions of the
            simulated Earth.
    """
    if not folder.is_dir():
        raise ArtifactError(f"looked for a checkpoint in {folder}, found no such folder; give another one, or make "
                            "one with `make reproduce`.")  # fmt: skip
    records = {stage: read_record(folder, stage) for stage in STAGES}
    if record_path(folder, "calibrate").is_file():
        records["calibrate"] = read_record(folder, "calibrate")
    elif (folder / "calibration").is_dir():
        raise ArtifactError(f"{folder} has a calibration but no calibrate.record.json, so nothing says what it was "
                            "fitted on; run `python -m model.calibrate`, or copy the whole folder again.")  # fmt: skip
    for stage in ("pretrain", "embed"):  # their files need not be shipped, and the encoder is compared below
        if record_path(folder, stage).is_file():
            records[stage] = read_record(folder, stage, check_outputs=False)
    _check_parts(folder, records)
    _check_encoder(folder, records)
    _check_manifests(folder, records)
    _check_worlds(folder, records)
    return records


def hub_encoder(records: dict[str, Record]) -> tuple[str, str] | None:
    """Id and revision of the hub's model that made the embeddings; None where it was a folder, or nothing is known."""
    facts = records.get("embed", {}).get("facts", {})
    return (str(facts["hub_id"]), str(facts.get("revision") or "main")) if facts.get("hub_id") else None


def _check_parts(folder: Path, records: dict[str, Record]) -> None:
    cells = _output(records["build_geocells"], "geocells")
    for stage, thing in (("train_head", "head"), ("build_index", "index")):
        if records[stage]["inputs"].get("geocells") != cells:
            raise ArtifactError(f"the {thing} in {folder} was made for other geocells than geocells.parquet; run "
                                f"`python -m model.{stage}` on these cells.")  # fmt: skip
    embeddings = records["train_head"]["inputs"].get("embeddings")
    if records["build_index"]["inputs"].get("embeddings") != embeddings:
        raise ArtifactError(f"the index in {folder} was built from other embeddings than the head was trained on, so "
                            "from another encoder or other places; run `python -m model.build_index` on "
                            "the same.")  # fmt: skip
    kernel = _output(records["build_index"], "kernel")
    if kernel is None and (folder / "kernel").is_dir():
        raise ArtifactError(f"the kernel in {folder} is none that build_index.record.json lists: it was put there by "
                            "hand; run `python -m model.build_index`, or remove it.")  # fmt: skip
    if "calibrate" in records and records["calibrate"]["inputs"].get("kernel") != kernel:
        raise ArtifactError(f"the calibration in {folder} was fitted with another kernel, or without it; run "
                            "`python -m model.calibrate` again.")  # fmt: skip
    made = {"head": _output(records["train_head"], "head"), "index": _output(records["build_index"], "index"),
            "geocells": cells, "embeddings": embeddings}  # fmt: skip
    for stage in ("build_index", "calibrate"):
        for thing in made:
            told = records.get(stage, {}).get("inputs", {}).get(thing)
            if told is not None and told != made[thing]:
                raise ArtifactError(f"the stage '{stage}' in {folder} was tuned for another {thing}; run "
                                    f"`python -m model.{stage}` again.")  # fmt: skip


def _check_encoder(folder: Path, records: dict[str, Record]) -> None:
    here, embed = (folder / "encoder").is_dir(), records.get("embed")
    if embed is None:
        if here:
            raise ArtifactError(f"{folder} has an encoder but no embed.record.json, so nothing says that its head was "
                                "trained on what this encoder sees; copy the whole folder again.")  # fmt: skip
        return
    if records["train_head"]["inputs"].get("embeddings") not in (_output(embed, "embeddings"), _output(embed, "views")):
        raise ArtifactError(f"the head in {folder} was trained on other embeddings than embed.record.json lists; train "
                            "the head again.")  # fmt: skip
    if (hub := hub_encoder(records)) is not None:
        if here:
            raise ArtifactError(f"the encoder in {folder} was put there by hand: its head was trained on what {hub[0]} "
                                f"of the hub sees (revision {hub[1]}), which is opened from there. Remove the folder "
                                "encoder, or embed with it and train the head again.")  # fmt: skip
        return
    seen_with = embed["inputs"].get("encoder")
    if here and seen_with != fingerprint(folder / "encoder"):
        raise ArtifactError(f"the encoder in {folder} is not the one that made the embeddings of its head: it was "
                            "edited or exchanged. Embed, train the head and build the index again.")  # fmt: skip
    trained = _output(records["pretrain"], "encoder") if "pretrain" in records else None
    if trained is not None and trained != seen_with:
        raise ArtifactError(f"the encoder that pretrain.record.json in {folder} lists is not the one that made the "
                            "embeddings of its head: it was trained again, or another one was embedded with. Embed, "
                            "train the head and build the index again.")  # fmt: skip


def _check_manifests(folder: Path, records: dict[str, Record]) -> None:
    """One manifest for all: of another one, places of the test split may have been trained on."""
    wanted = records["train_head"]["inputs"].get("manifest")
    others = [stage for stage in records if records[stage]["inputs"].get("manifest") not in (None, wanted)]
    if others:
        raise ArtifactError(
            f"in {folder} {_listed(sorted(others))} saw another manifest than train_head: what one of them trained on "
            "may be what another is measured on. Make these stages again from one manifest."
        )


def _check_worlds(folder: Path, records: dict[str, Record]) -> None:
    facts = {stage: record["facts"] for stage, record in records.items()}
    try:
        told = {
            stage: drawn_version(source_in(one)) for stage, one in facts.items() if {"source", "world_version"} & {*one}
        }
    except (ValueError, TypeError) as error:
        raise ArtifactError(f"a record in {folder} names a version of the simulated Earth that is no number ({error}); "
                            "copy the whole folder again.") from error  # fmt: skip
    if len(set(told.values())) > 1:
        listed = ", ".join(f"{stage}: {version or 'none'}" for stage, version in told.items())
        raise ArtifactError(f"the parts of {folder} come from different versions of the simulated Earth ({listed}); "
                            "make them again from one manifest.")  # fmt: skip


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _output(record: Record, name: str) -> Any:
    return record["outputs"].get(name, {}).get("sha256")
