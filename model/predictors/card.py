"""The card of a checkpoint, README.md of its folder: what it is, what it saw, what it is worth, and what it is not for.

Front matter as the hub reads it. All figures come from the records and from metrics.json; nothing is written by hand.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from model.artifacts import whole
from model.data.manifest import SIMULATED, source_in
from model.predictors.chain import hub_encoder

CARD = "README.md"
LIMITS = """## Limits and misuse

- It knows what it was trained on and nothing else. {where}
- A stated chance holds on average over places like those it was measured on, not for every picture.
- A guess is no proof of where somebody is or was. Do not use it to find, follow or expose people; remove the position
  and other marks from pictures of people before you share them.
- It reads pictures, never a file's own position (EXIF)."""
LOADING = """## Use

```python
from model.geolocator import Geolocator

print(Geolocator.load("{name}").locate("photo.jpg").sentence())
```

The folder is whole: `encoder/` in the hub's layout, `geocells.parquet`, `head/`, `index/`, `calibration/`, and a record
of every stage that fingerprints what it was made from. Nothing in it is pickled."""


def write_card(folder: Path, records: Mapping[str, Mapping[str, Any]], figures: Mapping[str, Any]) -> Path:
    """Write README.md of a checkpoint, whole or not at all."""
    path = folder / CARD
    with whole(path) as temporary:
        temporary.write_text(card(folder.name, records, figures), encoding="utf-8")
    return path


def card(name: str, records: Mapping[str, Mapping[str, Any]], figures: Mapping[str, Any]) -> str:
    """The card's text."""
    facts: Mapping[str, Any] = records.get("train_head", {}).get("facts", {})
    source = source_in(facts)
    simulated = source.get("kind") == SIMULATED
    system = str(figures.get("system", "PIGEON"))
    foreign = hub_encoder({stage: dict(record) for stage, record in records.items()}) or _begun_from(records)
    front = ModelCardData(
        model_name=name, library_name="homing", pipeline_tag="image-classification",
        license="other" if foreign else "apache-2.0",  # of weights that began as another's, theirs holds
        tags=["image-geolocation", system.lower(), "geocells", *(["synthetic-data"] if simulated else [])],
        eval_results=_results(simulated, figures),
    )  # fmt: skip
    views = "one photograph" if system == "PIGEOTTO" else "four views (north, east, south, west) or a 360° panorama"
    paper = "[PIGEON (Haas, Skreta, Alberti, Finn)](https://arxiv.org/abs/2307.05845)"
    parts = [
        f"---\n{front.to_yaml()}\n---",
        f"# {name}\n\n{system}: says where on Earth {views} was taken. A system after {paper}: probabilities of "
        "geocells, then the known places that look most alike.",
        f"## What it was trained on\n\n{_trained_on(source, records)}",
        f"## What it is worth\n\n{_worth(figures)}",
        LIMITS.format(where=_where(simulated)),
        LOADING.format(name=name),
    ]
    return "\n\n".join(parts) + "\n"


def _trained_on(source: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]]) -> str:
    facts = {stage: record.get("facts", {}) for stage, record in records.items()}
    if source.get("kind") == SIMULATED:
        text = (f"Pictures of the simulated Earth, version {source.get('world_version')}: places of the real Earth, "
                "their land, climate, roads and customs, drawn by a renderer.")  # fmt: skip
    else:
        text = "Photographs."
    rows = [
        ("training places", facts.get("train_head", {}).get("train_places")),
        ("geocells", facts.get("build_geocells", {}).get("cells") or facts.get("train_head", {}).get("cells")),
        ("location clusters", facts.get("build_index", {}).get("prototypes")),
        ("who guesses", facts.get("calibrate", {}).get("decision", {}).get("chosen")),
        ("encoder", facts.get("embed", {}).get("hub_id") or _tower(facts.get("pretrain", {}))),
        ("pretraining", _pretraining(facts.get("pretrain", {}))),
        ("began from", _begun_from(records) or _own_start(records)),
    ]
    lines = [f"| {what} | {f'{value:,}' if isinstance(value, int) else value} |" for what, value in rows if value]
    return text + ("\n\n| | |\n|---|---|\n" + "\n".join(lines) if lines else "")


def _tower(pretrain: Mapping[str, Any]) -> str | None:
    n = pretrain.get("parameters")
    return f"{int(n) / 1e6:.1f} million parameters" if n else None


def _pretraining(pretrain: Mapping[str, Any]) -> str | None:
    steps, minutes = pretrain.get("steps"), pretrain.get("minutes")
    return f"{int(steps):,} steps, {float(minutes or 0):,.0f} minutes" if steps else None


def _worth(figures: Mapping[str, Any]) -> str:
    within = figures["within_km"]
    lines = [
        f"On {figures['n']:,} places of the split `{figures.get('split', 'test')}`, {_apart(figures)}:",
        "", "| | |", "|---|---|", f"| country | {figures['country_accuracy']:.1%} |",
        f"| median distance | {figures['median_km']:,.0f} km |",
        f"| mean score of 5,000 | {figures['mean_score']:,.0f} |",
        *(f"| within {km} km | {within[km]:.1%} |" for km in ("1", "25", "200", "750", "2500")),
        f"| calibration error of the cells | {figures['expected_calibration_error']:.3f} |",
    ]  # fmt: skip
    if "one_view" in figures:
        one = figures["one_view"]
        lines.append(f"| from one view: score, median | {one['mean_score']:,.0f}, {one['median_km']:,.0f} km |")
    for chance, share in figures.get("coverage", {}).items():
        lines.append(f"| radius of {chance} % holds in | {share:.1%} |")
    return "\n".join(lines)


def _apart(figures: Mapping[str, Any]) -> str:
    if figures.get("allow_train"):
        return "among them places it may have been made from"
    if figures.get("split") in ("validation", "all"):
        return "none of which it was trained on, though it may have been calibrated on them"
    return "none of which it was made from"


def _where(simulated: bool) -> str:
    if simulated:
        return ("All of that is drawn. Of photographs it knows nothing: it says so, and promises no score and no "
                "radius for them.")  # fmt: skip
    return "Places, seasons and cameras that its photographs lack are guessed badly."


def _begun_from(records: Mapping[str, Mapping[str, Any]]) -> str:
    """What pretraining began from, where that was not nothing."""
    told = str(records.get("pretrain", {}).get("config", {}).get("start_from") or "")
    return Path(told).name if Path(told).is_absolute() else told  # folders of this machine are nobody's business


def _own_start(records: Mapping[str, Mapping[str, Any]]) -> str | None:
    """A folder has no name that anyone would know; that the steps are not all there were is told."""
    return "an encoder trained before" if records.get("pretrain", {}).get("inputs", {}).get("start_from") else None


def _results(simulated: bool, figures: Mapping[str, Any]) -> list[EvalResult]:
    dataset = "simulated Earth" if simulated else "photographs"
    metrics = {"country_accuracy": "accuracy of the country", "median_km": "median km", "mean_score": "mean score"}
    return [
        EvalResult(
            task_type="image-classification", task_name="image geolocation", dataset_name=dataset,
            dataset_type=dataset.replace(" ", "-").lower(), metric_type=key, metric_name=words,
            metric_value=round(float(figures[key]), 4),
        )
        for key, words in metrics.items()
    ]  # fmt: skip
