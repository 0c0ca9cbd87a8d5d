"""One row of ours under the published rows of a benchmark: the table as text, and what metrics.json says of it.

Figures in, text and numbers out; knows no system and no file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from model.errors import ConfigError
from model.metrics.published import WITHIN, as_printed, benchmark_named

KMS = tuple(name.removeprefix("within_") for name in WITHIN)
OURS = "this run"
ALSO = {"country_percent": ("country %", "country_accuracy", 100.0), "mean_score": ("score", "mean_score", 1.0)}


def check_benchmark(name: str, dataset: str | None, drawn: int | None) -> None:
    """Refuse to put a row under those of photos that it was not measured on.

    Args:
        name: of the benchmark.
        dataset: what `prepare_dataset` read the manifest from; None where nothing tells.
        drawn: the version of the simulated Earth that drew the pictures; None: photographs.

    Raises:
        ConfigError: another data set's manifest, or drawn pictures under photographs.
    """
    wanted = benchmark_named(name)
    if wanted.dataset and drawn is not None:
        raise ConfigError(f"--benchmark {name}: looked for the photographs of {wanted.title}, found a manifest of the "
                          f"simulated Earth (version {drawn}). {how_to_prepare(name)}")  # fmt: skip
    if wanted.dataset and dataset is not None and dataset != wanted.dataset:
        raise ConfigError(f"--benchmark {name}: looked for a manifest of the data set {wanted.dataset}, found one of "
                          f"{dataset}. {how_to_prepare(name)}")  # fmt: skip


def how_to_prepare(name: str) -> str:
    """The sentence that says how a benchmark's manifest is made."""
    wanted = benchmark_named(name)
    if not wanted.dataset:
        return "Its places were never published: give the manifest of your own with --manifest."
    return (f"Make it with `python -m model.prepare_dataset --dataset {wanted.dataset} --root DIR --out data/{name}` "
            f"and give --manifest data/{name}/manifest.parquet.")  # fmt: skip


def told_of(
    name: str, figures: Mapping[str, Any], dataset: str | None, drawn: int | None, system: str
) -> dict[str, Any]:
    """What metrics.json says under "benchmark": its name and title, the numbers of photos, and what is not alike."""
    wanted, n, notes = benchmark_named(name), int(figures["n"]), []
    if not wanted.dataset:
        by = "" if drawn is None else f", drawn by the simulated Earth (version {drawn})"
        notes.append(f"other places than the {wanted.photos:,} of the published rows{by}")
    elif n != wanted.photos:
        notes.append(f"{n:,} photos where the published rows have {wanted.photos:,}")
    if wanted.dataset and dataset is None:
        notes.append(f"nothing beside the manifest says that it is {wanted.title}")
    if without := figures.get("not_measured", {}).get("without_guess", 0):
        notes.append(f"{without:,} photos have no guess and are not counted")
    return {"name": name, "title": wanted.title, "n": n, "n_published": wanted.photos, "system": system, "notes": notes}


def table_of(figures: Mapping[str, Any], told: Mapping[str, Any], settings: Sequence[str] = ()) -> str:
    """Published rows and, below them, ours with its 95 % interval, in aligned columns.

    Args:
        figures: of the run, as metrics.json names them.
        told: as `told_of`.
        settings: what else the row must say of itself.
    """
    theirs = as_printed(str(told["name"]))
    also = [column for column in ALSO if theirs[column].ne("").any()]  # few papers tell these
    sources = list(dict.fromkeys(theirs["source"]))
    rows = [["", *(ALSO[column][0] for column in also), "median km", *(f"{km} km" for km in KMS)]]
    for row in theirs.to_dict("records"):
        cells = [str(row[column]) or "-" for column in (*also, "median_km", *WITHIN)]
        rows.append([f"{row['system']} [{sources.index(row['source']) + 1}]", *cells])
    within, ends = figures["within_km"], figures.get("interval_95", {})
    between = ends.get("within_km", {})
    ours = [f"{figures[ALSO[column][1]] * ALSO[column][2]:,.1f}" for column in also]
    around = [_ends(ends.get(ALSO[column][1]), ALSO[column][2]) for column in also]
    mark = " !" if told["notes"] else ""
    rows.append([f"{told['system']} ({OURS}){mark}", *ours, f"{figures['median_km']:,.1f}",
                 *(f"{100 * within[km]:.1f}" for km in KMS)])  # fmt: skip
    around += [_ends(ends.get("median_km"), 1.0), *(_ends(between.get(km), 100.0) for km in KMS)]
    rows.append(["  95 % interval", *around])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(widths[k]) for k, cell in enumerate(row[1:], 1))])
             for row in rows]  # fmt: skip
    rule = "-" * max(map(len, lines))
    heading = f"{told['title']} ({told['n_published']:,} photos): median distance, and % of guesses within"
    said = ", ".join([f"n = {told['n']:,}", *settings])
    foot = [f"{OURS}: {said}", *(f"! {note}" for note in told["notes"]),
            *(f"[{number}] {source}" for number, source in enumerate(sources, 1))]  # fmt: skip
    return "\n".join(line.rstrip() for line in [heading, lines[0], rule, *lines[1:-2], rule, *lines[-2:], *foot])


def _ends(pair: Any, scale: float) -> str:
    return "" if pair is None else f"{scale * pair[0]:,.1f}–{scale * pair[1]:,.1f}"
