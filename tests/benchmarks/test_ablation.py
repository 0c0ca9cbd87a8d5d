"""The ablation on a few coloured pictures: every row is made as it says, once, and stands beside the paper's."""

import json
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks import ablation
from benchmarks.ablate import plan
from benchmarks.ablate.report import markdown, row_figures
from benchmarks.ablate.stages import Stages, most_points, one_of_each
from benchmarks.tables.published import PIGEON
from model.artifacts import read_record
from model.data.manifest import write_manifest
from model.errors import ConfigError, ManifestError
from model.geocells.naive import NaiveSettings, partition

COLOURS = {"FR": (200, 40, 40, 46.5, 2.5), "DE": (40, 200, 40, 51.0, 10.0), "ES": (40, 40, 200, 40.0, -3.5)}


def coloured(folder, splits, seed):
    """Places in three countries, each of its own colour, with views of 32 pixels."""
    rng = np.random.default_rng(seed)
    folder.mkdir()
    rows = []
    for i, split in enumerate(splits):
        country = list(COLOURS)[i % 3]
        *colour, lat, lng = COLOURS[country]
        row = {"id": f"s{seed}-{i}", "split": split, "lat": lat + rng.normal(), "lng": lng + rng.normal(),
               "country": country, "country_name": country, "region": "North", "town": "Town", "koppen": "Cfb",
               "driving_side": "right", "month": 1 + i % 12, "heading_deg": 0.0}  # fmt: skip
        for view in range(4):
            noise = rng.integers(-20, 20, (32, 32, 3)) + np.array(colour)
            row[f"image_{view}"] = f"{i}_{view}.png"
            Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(folder / row[f"image_{view}"])
        rows.append(row)
    return write_manifest(pd.DataFrame(rows), folder / "manifest.parquet")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The whole ablation: where it lies, and what it was told."""
    root = tmp_path_factory.mktemp("ablation")
    config = ablation.AblationConfig(
        coloured(root / "known", ["train"] * 36 + ["validation"] * 9, 0), coloured(root / "fresh", ["test"] * 12, 1),
        root / "work", epochs=1, places=30, preset="tiny", batch=15, learning_rate=5e-3, dimensions=8, workers=0,
    )  # fmt: skip
    return config, ablation.main(config)


def test_rows_are_the_papers_in_its_order_and_each_takes_one_thing_more():
    published = [name for name in PIGEON if name != "last layer tuned as well"]
    assert list(plan.ROWS) == published
    rows = [asdict(setup) for setup in plan.ROWS.values()]
    for above, row in pairwise(rows):
        assert [name for name in row if row[name] != above[name]] == [name for name in row if not row[name]
                                                                      and above[name]]  # fmt: skip
        assert sum(above.values()) - sum(row.values()) == 1
    assert not any(rows[-1].values())
    assert len({setup.encoder for setup in plan.ROWS.values()}) == 5  # four that are trained, and the one before them
    assert len({setup.head for setup in plan.ROWS.values()}) == 7


def test_steps_of_the_paper_are_beside_the_row_above_in_its_own_table():
    assert plan.published_step("without contrastive pretraining")["mean_score"] == 4464 - 4522
    assert plan.published_step("without refinement")["mean_score"] == 4522 - 4531  # above it stands the tuned layer
    assert plan.published_step("without last-layer tuning")["mean_score"] == 0


@pytest.mark.parametrize(
    ("step", "published", "sign"),
    [(-5.0, -1.0, "same"), (5.0, -1.0, "other"), (0.5, -1.0, "unclear"), (5.0, 0.0, "none"), (5.0, 2.0, "same")],
)
def test_a_sign_counts_where_the_interval_leaves_nothing_out(step, published, sign):
    found = {"mean_score": step, "mean_score_95": (step - 1.0, step + 1.0)}
    assert plan.compare(found, {"mean_score": published}, "mean_score") == sign


def test_every_row_has_its_figures_intervals_and_its_step(made):
    _, found = made
    assert list(found["rows"]) == list(plan.ROWS)
    for name, row in found["rows"].items():
        assert row["n"] == 12 and set(row["interval_95"]["within_km"]) == {"1", "25", "200", "750", "2500"}
        assert ("step" in row) == (name != "full")
    for name, above in (("without refinement", "full"), ("one view for four", "without last-layer tuning")):
        rows = found["rows"]
        assert rows[name]["step"]["mean_score"] == pytest.approx(rows[name]["mean_score"] - rows[above]["mean_score"])
    assert found["facts"]["places"] == {"train": 30, "validation": 9, "test": 12}


def test_a_row_without_refinement_is_what_evaluate_calls_unrefined(made):
    config, found = made
    told = json.loads((config.work / "full" / "evaluation" / "metrics.json").read_text())
    assert read_record(config.work / "full", "build_index")["config"]["kernel_places"] == 0, "PIGEON refines by itself"
    for row, figures in (("full", told), ("without refinement", told["unrefined"])):
        assert found["rows"][row]["mean_km"] == pytest.approx(figures["mean_km"], rel=1e-4)
        assert found["rows"][row]["country_accuracy"] == figures["country_accuracy"]


def test_each_encoder_and_head_lacks_what_its_row_says(made):
    config, found = made
    read = {folder: read_record(config.work / folder, "pretrain") for folder in ("full", "no-captions", "naive-cells",
                                                                                 "cells-alone")}  # fmt: skip
    captions = {folder: record["config"]["caption_weight"] > 0 for folder, record in read.items()}
    assert captions == {"full": True, "no-captions": False, "naive-cells": False, "cells-alone": False}
    tasks = {folder: record["config"]["attribute_weight"] > 0 for folder, record in read.items()}
    assert tasks == {"full": True, "no-captions": True, "naive-cells": True, "cells-alone": False}
    cells = {folder: record["inputs"]["geocells"] for folder, record in read.items()}
    assert cells["full"] == cells["no-captions"] != cells["naive-cells"] == cells["cells-alone"]
    assert {record["facts"]["places_seen"] for record in read.values()} == {30}
    heads = {folder: read_record(config.work / folder, "train_head") for folder in ("cells-alone", "frozen", "one-hot")}
    assert [heads[folder]["facts"]["tau_km"] for folder in heads] == [75.0, 75.0, 0.0]
    assert heads["cells-alone"]["facts"]["tasks"] == ["cells"]
    assert heads["frozen"]["inputs"]["embeddings"] != heads["one-hot"]["inputs"]["embeddings"]
    assert not (config.work / "frozen" / "pretrain.record.json").exists()
    assert found["rows"]["without last-layer tuning"]["made"]["places_seen"] == 0


def test_the_same_command_makes_nothing_twice(made, capsys):
    config, found = made
    files = [*config.work.rglob("*.safetensors"), *config.work.rglob("*.faiss")]
    before = {path: path.stat().st_mtime_ns for path in files}
    assert len(before) > 10
    assert ablation.main(config)["rows"] == found["rows"]
    assert before == {path: path.stat().st_mtime_ns for path in files}
    assert "nothing to do" in capsys.readouterr().err


def test_the_table_stands_beside_the_papers_rows(made):
    config, _ = made
    text = (config.work / "ablation.md").read_text()
    lines = text.splitlines()
    assert (
        "Cumulative" in lines[0]
        and "12 unseen places" in lines[0]
        and "1 passes over the places from nothing" in lines[0]
    )
    assert sum(line.startswith("| *PIGEON, street view* |") for line in lines) == 8
    assert "| *PIGEON, street view* | *5,000* | *72.1* | *148* | *3,890* |" in text
    steps = lines[next(i for i, line in enumerate(lines) if line.startswith("| beside the row above")) :]
    assert [line.split("|")[1].strip() for line in steps[2:9]] == list(plan.ROWS)[1:]
    assert json.loads((config.work / "ablation.json").read_text())["rows"]["full"]["n"] == 12


def test_another_sign_is_told_with_where_the_two_are_apart():
    truth = {"truth_lat": 0.0, "truth_lng": 0.0, "truth_country": "FR", "id": [str(i) for i in range(50)]}
    near, far = (
        pd.DataFrame(truth | {"distance_km": km, "country": name}) for km, name in ((10.0, "FR"), (900.0, "DE"))
    )
    rows = {"full": row_figures(far, None), "without refinement": row_figures(near, far),
            "without contrastive pretraining": row_figures(near, near),
            "without semantic cells": row_figures(far, near)}  # fmt: skip
    facts = {"places": {"test": 50, "train": 9}, "budget": "a minute", "start_from": None}
    told = [line for line in markdown(rows, facts).splitlines() if line.startswith("- ")]
    assert [line.split(":")[0] for line in told] == [
        "- without refinement, score", "- without refinement, country",
    ]  # fmt: skip
    assert "−9 in the paper." in told[0] and told[0].endswith(plan.APART["without refinement"])
    assert "**other sign** / **other sign**" in markdown(rows, facts)
    mixed = pd.concat([near.head(26), far.tail(24)])
    rows = {
        "full": row_figures(mixed, None),
        "without refinement": row_figures(mixed.sample(frac=1, random_state=0), near),
    }
    rows["without refinement"]["step"] |= {"mean_score": 3.0, "mean_score_95": (-5.0, 9.0)}
    assert "- without refinement, score: +3 (−5 … +9) here, −9 in the paper. Our interval holds 0" in markdown(
        rows, facts
    )


def test_naive_cells_are_about_as_many():
    points = np.random.default_rng(0).uniform(-60, 60, (800, 2))
    for wanted in (1, 20, 150):
        most = most_points(points, wanted)
        assert len(partition(points, NaiveSettings(most)).polygons) == pytest.approx(wanted, rel=0.3)


def test_one_view_of_each_place_is_taken_in_turn(made, tmp_path):
    config, _ = made
    stages = Stages(config)
    views = np.load(config.work / "frozen" / "test" / "views.npy")
    found = np.load(one_of_each(config.work / "frozen" / "test" / "views.npy", stages.test, tmp_path / "one.npy"))
    assert np.array_equal(found[[0, 1, 5]], views[[0, 1, 5], [0, 1, 1]])


def test_an_encoder_that_had_learned_captions_already_is_told(made):
    config, _ = made
    assert "learned captions, attributes, clues already" in ablation.start_note(str(config.work / "full" / "encoder"))
    assert "captions" not in ablation.start_note(str(config.work / "no-captions" / "encoder"))
    assert ablation.start_note("openai/clip-vit-base-patch32") == ""


def test_what_cannot_be_made_is_refused_before_any_work(made, tmp_path):
    config, _ = made
    told = {"manifest": config.manifest, "work": tmp_path / "work", "epochs": 1.0, "preset": "tiny"}
    for change, words in (({"budget_minutes": 1.0}, "either"), ({"epochs": None}, "either"), ({"batch": 1}, "--batch"),
                          ({"test_places": 1}, "2 or more"), ({"preset": "huge"}, "huge")):  # fmt: skip
        with pytest.raises(ConfigError, match=words):
            ablation.AblationConfig(**(told | change))
    with pytest.raises(ManifestError, match="no rows of the split 'test'"):
        ablation.main(ablation.AblationConfig(**told))
    with pytest.raises(ConfigError, match=r"--places 99: .* has 36 training places"):
        ablation.main(ablation.AblationConfig(**told, places=99, test_manifest=config.test_manifest))
    photos = pd.read_parquet(config.manifest).rename(columns={"image_0": "image"})
    write_manifest(photos.drop(columns=[f"image_{k}" for k in (1, 2, 3)]), tmp_path / "photos.parquet")
    with pytest.raises(ConfigError, match="image_0 … image_3"):
        ablation.main(
            ablation.AblationConfig(
                **(told | {"manifest": tmp_path / "photos.parquet"}), test_manifest=config.test_manifest
            )
        )
    assert not (tmp_path / "work").exists()
