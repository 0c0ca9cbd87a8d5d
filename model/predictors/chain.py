"""A checkpoint folder as a chain: cells, encoder, head and index were made from one another, or it is refused.

RUN/geocells.parquet   build_geocells.record.json
RUN/encoder/           embed.record.json (its embeddings are not shipped, only their fingerprint)
RUN/head/              train_head.record.json
RUN/index/             build_index.record.json
"""

from pathlib import Path
from typing import Any

from model.artifacts import fingerprint, read_record, record_path
from model.data.manifest import drawn_version, source_in
from model.errors import ArtifactError

STAGES = ("build_geocells", "train_head", "build_index")


def check_chain(folder: Path) -> dict[str, dict[str, Any]]:
    """The records of a checkpoint by stage, after every file was compared with them and they with one another.

    Raises:
        ArtifactError: no such folder, a file that is missing or was edited, a head or an index of other cells, an index
            or an encoder of other embeddings, parts that saw different versions of the simulated Earth.
    """
    if not folder.is_dir():
        raise ArtifactError(f"looked for a checkpoint in {folder}, found no such folder; give another one, or make "
                            "one with `make reproduce`.")  # fmt: skip
    records = {stage: read_record(folder, stage) for stage in STAGES}
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
    tuned_for = records["build_index"]["inputs"].get("head")
    if tuned_for is not None and tuned_for != _output(records["train_head"], "head"):
        raise ArtifactError(
            f"the index in {folder} was tuned for another head; run `python -m model.build_index` again."
        )
    if (folder / "encoder").is_dir():
        records["embed"] = _check_encoder(folder, embeddings)
    seen = {stage: drawn_version(source_in(records[stage]["facts"])) for stage in records if stage != "build_geocells"}
    if len(set(seen.values())) > 1:
        told = ", ".join(f"{stage}: {version or 'none'}" for stage, version in seen.items())
        raise ArtifactError(f"the parts of {folder} come from different versions of the simulated Earth ({told}); make "
                            "them again from one manifest.")  # fmt: skip
    return records


def _check_encoder(folder: Path, embeddings: Any) -> dict[str, Any]:
    if not record_path(folder, "embed").is_file():
        raise ArtifactError(f"{folder} has an encoder but no embed.record.json, so nothing says that its head was "
                            "trained on what this encoder sees; copy the whole folder again.")  # fmt: skip
    record = read_record(folder, "embed", check_outputs=False)
    if _output(record, "embeddings") != embeddings:
        raise ArtifactError(f"the head in {folder} was trained on other embeddings than embed.record.json lists; train "
                            "the head again.")  # fmt: skip
    if record["inputs"].get("encoder") != fingerprint(folder / "encoder"):
        raise ArtifactError(f"the encoder in {folder} is not the one that made the embeddings of its head: it was "
                            "edited or exchanged. Embed, train the head and build the index again.")  # fmt: skip
    return record


def _output(record: dict[str, Any], name: str) -> Any:
    return record["outputs"].get(name, {}).get("sha256")
