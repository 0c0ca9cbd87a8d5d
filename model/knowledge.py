"""Verb: what a frozen embedding knows, and which clue its misses lacked -> DIR/knowledge.json.

Linear probes are fitted to training places and measured on test places: elevation, climate, temperature, rain, people,
month, hour, country, driving side, the town's script, and, where there is clues.parquet, every visible clue. PIGEON
(arXiv 2307.05845, appendix) asks the same of its embeddings. How strongly a probe is held back is chosen on validation
places; without any, on every tenth training place.

With --predictions (predictions.csv of model.evaluate) the places that were missed by more than 750 km are looked for
once more, by their clues alone, among the training places: as the probes read them, then with one family as it truly
is, only clues that the picture shows and the embedding reads badly (--badly). How many are found then is what reading
that family would be worth, at most.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import Progress

from model.artifacts import is_done, whole, write_record
from model.commands import parser_for, read, run
from model.data.clues import ClueTable, clues_beside, read_clues
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, read_source, read_table, require_columns
from model.data.questions import questions
from model.errors import ConfigError, ManifestError
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.metrics.clue_figures import clue_figures, family_figures
from model.metrics.linear_probe import (
    Parts,
    class_figures,
    number_figures,
    read_classes,
    read_numbers,
    standardised,
)
from model.metrics.unread_clues import NEAR_KM, Asked, Known, what_they_lacked

STAGE = "knowledge"
FILE = "knowledge.json"
MOST_ASKED = 10_000  # validation places, and test places: more do not move a figure
LEAST_TRAIN, LEAST_TEST = 50, 20
SHOWN = 10  # best and worst clues in the table

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class KnowledgeConfig:
    """What to ask, of which embeddings."""

    manifest: Path = field(metadata={"help": "table of places with the splits train and test (and validation)"})
    embeddings: Path = field(metadata={"help": ".npy (N, D), the manifest's rows in order, made by any model"})
    out: Path = field(metadata={"help": "folder for knowledge.json"})
    clues: str = field(default="auto", metadata={"help": "a table of visible clues; none; auto: the manifest's own"})
    predictions: Path | None = field(
        default=None, metadata={"help": "predictions.csv of model.evaluate: also ask what the misses lacked"}
    )
    misses: int = field(default=500, metadata={"help": "at most so many of them, drawn at random"})
    badly: float = field(default=0.5, metadata={"help": "clues whose R² is below are read badly; 1: all of them"})
    places: int = field(default=20_000, metadata={"help": "training places at most, drawn at random"})
    seed: int = field(default=0, metadata={"help": "another seed, other places and misses"})

    def __post_init__(self) -> None:
        if self.places < LEAST_TRAIN or self.misses < 1 or self.seed < 0:
            raise ConfigError(f"--places must be {LEAST_TRAIN} or more, --misses 1 or more and --seed 0 or more.")
        if not 0.0 < self.badly <= 1.0:
            raise ConfigError(f"--badly must be above 0 and at most 1, found {self.badly}.")
        if self.predictions is not None and self.clues == "none":
            raise ConfigError("--predictions asks which clue the misses lacked, and --clues none leaves clues out.")


@dataclass(frozen=True)
class Case:
    """All rows that are used, one after the other, and their parts."""

    frame: pd.DataFrame  # (N, …)
    features: Floats  # (N, D)
    parts: Parts  # asked: those that choose, then those of the test split
    test: NDArray[np.int64]
    clues: ClueTable | None

    @property
    def n_choose(self) -> int:
        """How many of the rows asked come before those of the test split."""
        return len(self.parts.choose)


def main(config: KnowledgeConfig) -> Path:
    """Ask, write knowledge.json and the record -> its path; a folder that already holds it is left as it is.

    Raises:
        ManifestError, ArtifactError: a table or an array that cannot be read, too few places, predictions of others.
    """
    path = config.out / FILE
    clues = clues_beside(config.manifest) if config.clues == "auto" else Path(config.clues)
    clues = None if config.clues == "none" else clues
    if config.predictions is not None and clues is None:
        raise ManifestError(f"looked for visible clues beside {config.manifest}, found none; what the misses lacked "
                            "can be asked of a data set of `python -m world.make_dataset --clues` only.")  # fmt: skip
    inputs = {"manifest": config.manifest, "embeddings": config.embeddings}
    inputs |= {"clues": clues} if clues is not None else {}
    inputs |= {"predictions": config.predictions} if config.predictions is not None else {}
    if is_done(config.out, STAGE, config, inputs):
        print(f"{path}: already asked of these files with this config, nothing to do")
        return path
    case = _case(config, clues)
    figures, read = ask(case)
    if config.predictions is not None:
        figures["misses"] = misses(case, config, read, figures["clues"])
    with whole(path) as temporary:
        temporary.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_record(config.out, STAGE, config, inputs, {"knowledge": path}, {"source": read_source(config.manifest)})
    show(figures)
    return path


def _case(config: KnowledgeConfig, clues: Path | None) -> Case:
    """The rows that are used: training places to fit to, validation places to choose by, test places."""
    manifest = read_manifest(config.manifest)
    require_columns(manifest, ["split"], config.manifest)
    embeddings = read_embeddings(config.embeddings, manifest)
    rng = np.random.default_rng(config.seed)
    split = manifest["split"].to_numpy(object)
    most = {"train": config.places, "validation": MOST_ASKED, "test": MOST_ASKED}
    train, validation, test = (_some(np.flatnonzero(split == name), limit, rng) for name, limit in most.items())
    if len(train) < LEAST_TRAIN or len(test) < LEAST_TEST:
        raise ManifestError(
            f"looked for {LEAST_TRAIN} training and {LEAST_TEST} test places or more in {config.manifest}, found "
            f"{len(train):,} and {len(test):,}."
        )
    rows = np.concatenate([train, validation, test])
    frame = manifest.iloc[rows].reset_index(drop=True)
    at = np.arange(len(rows))
    fit, choose, asked = np.split(at, [len(train), len(train) + len(validation)])
    if not len(choose):
        fit, choose = fit[fit % 10 != 9], fit[fit % 10 == 9]
    features = standardised(embeddings[rows], fit)
    table = None if clues is None else read_clues(clues, frame)
    return Case(frame, features, Parts(fit, choose, np.concatenate([choose, asked])), asked, table)


def _some(rows: NDArray[np.int64], limit: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rows if len(rows) <= limit else np.sort(rng.choice(rows, limit, replace=False))


def ask(case: Case) -> tuple[dict[str, Any], Floats]:
    """Figures of the test places, and what is read of the clues of the rows asked (A, K)."""
    parts, test = case.parts, case.test
    train = np.zeros(len(case.frame), bool)
    train[parts.fit] = True
    asked = questions(case.frame, train, case.clues)
    columns = [*asked.numbers.values(), *([] if case.clues is None else [np.asarray(case.clues.values, np.float32)])]
    if not columns and not asked.classes:
        raise ManifestError("looked for something to ask of the places (country, koppen, altitude_m, month … or "
                            "clues.parquet), found nothing; run `python -m model.prepare_dataset` first.")  # fmt: skip
    targets = np.concatenate(columns, axis=1) if columns else np.zeros((len(case.frame), 0), np.float32)
    read = read_numbers(case.features, targets, parts)
    named: dict[str, Any] = {}
    start = 0
    for name, values in asked.numbers.items():
        said = read[case.n_choose :, start : start + values.shape[1]]
        start += values.shape[1]
        figures = number_figures(values[test], said)
        named |= {name: figures} if figures is not None else {}
    for name, labels in asked.classes.items():
        known = labels[test] >= 0
        if known.any():
            answers = read_classes(case.features, labels, parts)[case.n_choose :]
            usual = np.bincount(labels[parts.fit][labels[parts.fit] >= 0]).argmax()
            named[name] = class_figures(labels[test][known], answers[known], usual)
    told: dict[str, Any] = {
        "n_train": len(parts.fit), "n_choose": case.n_choose, "n_test": len(test),
        "dimensions": case.features.shape[1], "named": named, "clues": {}, "families": {},
    }  # fmt: skip
    read = read[:, start:]
    if case.clues is not None:
        truth = targets[:, start:]
        kinds = {task.clue: task.kind for task in case.clues.space.tasks}
        told["clues"] = clue_figures(kinds, _columns(case.clues), truth[parts.fit], truth[test], read[case.n_choose :])
        told["families"] = family_figures(told["clues"])
    return told, read


def _columns(clues: ClueTable) -> dict[str, list[int]]:
    """The columns of each clue."""
    found: dict[str, list[int]] = {}
    for task in clues.space.tasks:
        found.setdefault(task.clue, []).extend(range(task.start, task.stop))
    return found


def misses(case: Case, config: KnowledgeConfig, read: Floats, figures: dict[str, Any]) -> dict[str, Any]:
    """What reading each family as it truly is would be worth at the places that were missed.

    Raises:
        ManifestError: predictions of other places.
    """
    assert case.clues is not None and config.predictions is not None
    test, missed = case.test, _missed(case, config)
    told: dict[str, Any] = {"n": len(missed), "over_km": NEAR_KM, "badly": config.badly}
    families: dict[str, list[str]] = {}
    for clue, about in figures.items():
        if about["r2"] < config.badly or config.badly == 1.0:
            families.setdefault(about["family"], []).append(clue)
    if not len(missed) or not families:
        return told
    fit, choose, clues = case.parts.fit, case.parts.choose, np.asarray(case.clues.values, np.float32)
    points = case.frame[["lat", "lng"]].to_numpy(np.float64)
    described = case.frame if "country" in case.frame else Atlas.open().describe(points)
    country = described["country"].fillna("").astype(str).to_numpy(object)
    known = Known(points[fit], country[fit], clues[fit])

    def asked(rows: NDArray[np.int64], readings: Floats) -> Asked:
        shown = np.where(np.isfinite(clues[rows]), readings, np.nan).astype(np.float32)
        return Asked(points[rows], country[rows], shown, clues[rows])

    with Progress(transient=True) as progress:
        bar = progress.add_task("looking the misses up by their clues", total=len(missed))
        told |= what_they_lacked(
            known, asked(choose, read[: len(choose)]), asked(test[missed], read[case.n_choose :][missed]),
            _columns(case.clues), families, lambda n: progress.advance(bar, n),
        )  # fmt: skip
    for family, names in families.items():
        told["families"][family]["r2"] = float(np.mean([max(0.0, figures[name]["r2"]) for name in names]))
    for name, row in told["clues"].items():
        row["r2"] = figures[name]["r2"]
    return told


def _missed(case: Case, config: KnowledgeConfig) -> NDArray[np.int64]:
    """Positions among the test places of those that were missed by more than NEAR_KM, at most `--misses` of them."""
    assert config.predictions is not None
    table = read_table(config.predictions)
    if lacking := [name for name in ("id", "lat", "lng") if name not in table]:
        raise ManifestError(f"looked for predictions.csv of `python -m model.evaluate` at {config.predictions}, found "
                            f"a table without {', '.join(lacking)}.")  # fmt: skip
    places = case.frame.iloc[case.test]
    at = pd.Index(places["id"]).get_indexer(table["id"].astype(str))
    if not (at >= 0).any():
        raise ManifestError(f"{config.predictions} holds no test place of {config.manifest}; evaluate this manifest.")
    guess = table.loc[at >= 0, ["lat", "lng"]].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    if not np.isfinite(guess).all():
        raise ManifestError(f"{config.predictions} holds a guess that is no position; evaluate again.")
    truth = places[["lat", "lng"]].to_numpy(np.float64)[at[at >= 0]]
    lost = np.unique(at[at >= 0][haversine_km(guess, truth) > NEAR_KM])
    return _some(lost.astype(np.int64), config.misses, np.random.default_rng(config.seed))


def show(told: dict[str, Any]) -> None:
    """Print the figures as tables."""
    print(f"{told['n_train']:,} training places, {told['n_test']:,} test places, {told['dimensions']} dimensions")
    for name, row in told["named"].items():
        key = "r2" if "r2" in row else "accuracy"
        low, high = row[f"{key}_95"]
        beside = f"beside {row['majority']:6.1%}" if key == "accuracy" else ""
        text = (f"{row[key]:6.1%} ({low:6.1%} … {high:6.1%})" if key == "accuracy" else
                f"{row[key]:6.3f} ({low:6.3f} … {high:6.3f})")  # fmt: skip
        print(f"  {name:26} {'R²' if key == 'r2' else 'right':6} {text} {beside}")
    if told["families"]:
        print(f"{'family':14} {'clues':>5} {'R²':>7} {'right':>8} {'commonest':>10}")
    for family, row in told["families"].items():
        text = "" if row["accuracy"] is None else f"{row['accuracy']:8.1%} {row['majority']:10.1%}"
        print(f"{family:14} {row['clues']:5} {row['r2']:7.3f} {text}")
    order = sorted(told["clues"], key=lambda name: -told["clues"][name]["r2"])
    for title, names in (("best", order[:SHOWN]), ("worst", order[::-1][:SHOWN])):
        if names:
            print(f"{title}: " + ", ".join(f"{name} {told['clues'][name]['r2']:.2f}" for name in names))
    if "misses" in told:
        _show_misses(told["misses"])


def _show_misses(told: dict[str, Any]) -> None:
    print(f"{told['n']:,} test places missed by more than {told['over_km']:.0f} km, looked up by their clues:")
    if "families" not in told:
        return
    print(
        f"{'the truth of':18} {'clues':>5} {'R²':>6} {'shown':>6} {'settled':>8} {'':>15} {'750 km':>7} {'country':>8}"
    )
    rows = {"(as read)": told["as_read"]} | told["families"] | {"(all of these)": told["all_families"]}
    for name, row in rows.items():
        about = f"{row['clues']:5} {row['r2']:6.3f} {row['shown']:6.1%}" if "clues" in row else f"{'':19}"
        low, high = row["settled_95"]
        print(f"{name:18} {about} {row['settled']:8.1%} ({low:5.1%} … {high:5.1%}) {row['within_750_km']:7.1%} "
              f"{row['country']:8.1%}")  # fmt: skip
    print(f"any one family {told['any_family']:.1%}; single clues: " + ", ".join(
        f"{name} {row['settled']:.1%}" for name, row in list(told["clues"].items())[:SHOWN]
    ))  # fmt: skip


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.knowledge`."""
    config = read(parser_for(KnowledgeConfig, "python -m model.knowledge", str(__doc__)), KnowledgeConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
