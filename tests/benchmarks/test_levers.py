"""The levers on a few coloured pictures: each row is what it is called, trained once, and told with its deviation."""

import json
from dataclasses import replace

import pytest

from benchmarks import levers
from model import pretrain
from model.artifacts import read_record
from model.errors import ArtifactError, ConfigError
from tests.benchmarks.test_ablation import coloured


@pytest.fixture
def config(tmp_path):
    splits = ["train"] * 30 + ["validation"] * 9 + ["test"] * 4
    return levers.LeversConfig(
        coloured(tmp_path / "known", splits, 0), tmp_path / "work", minutes=0.01, places=24, preset="tiny-resnet",
        small_size=None, rows=(levers.BASE, "batches of 32"), probe_places=9,
    )  # fmt: skip


def test_rows_differ_from_the_first_in_what_they_say_and_are_trained_once(config, monkeypatch):
    found = levers.main(config)
    assert list(found) == [levers.BASE, "batches of 32"]
    told = [read_record(levers.folder(config.folder, name, 0), "pretrain")["config"] for name in found]
    assert {name for name in told[0] if told[0][name] != told[1][name]} == {"batch"}
    assert told[1]["batch"] == 32 and told[0]["optimizer"] == "muon"
    for row in found.values():
        assert row["seeds"] == 1 and row["score_deviation"] is None
        assert 0 <= row["cell_country"] <= 1 and row["places_per_s"] > 0
    monkeypatch.setattr(pretrain, "start_accelerator", lambda _: pytest.fail("trained twice"))
    assert levers.main(config) == found


def test_seeds_are_added_to_what_is_there_and_the_last_line_is_json(config, capsys, monkeypatch):
    one = levers.main(config)[levers.BASE]
    monkeypatch.setattr(levers, "read", lambda *_: replace(config, rows=(levers.BASE,), seeds=2, json=True))
    levers.cli([])
    *text, last = capsys.readouterr().out.splitlines()
    row = json.loads(last)["rows"][levers.BASE]
    other = levers.figures(levers.folder(config.folder, levers.BASE, 1))
    assert row["score"] == pytest.approx((one["score"] + other["score"]) / 2)
    assert row["score_deviation"] == pytest.approx(abs(one["score"] - other["score"]) / 2**0.5)
    assert text[0].startswith("|  | seeds | steps | places/s | country %") and " ± " in text[2]


def test_every_row_is_one_that_a_training_takes(config):
    for name, changes in levers.ROWS.items():
        pretrain.PretrainConfig(config.manifest, config.work, minutes=1.0, **changes)
        assert bool(changes) == (name != levers.BASE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": ("no such row",)},
        {"seeds": 0},
        {"minutes": 0.0},
        {"workers": 0},
        {"probe_places": 0},
        {"rows": ()},
        {"rows": (levers.BASE, levers.BASE)},
        {"minutes": float("inf")},
        {"preset": "no such preset"},
    ],
)
def test_what_cannot_be_measured_is_refused(config, wrong):
    with pytest.raises(ConfigError, match=r"--|preset"):
        replace(config, **wrong)


def test_other_minutes_have_a_folder_of_their_own_and_a_record_without_figures_is_told_of(config, monkeypatch):
    assert replace(config, minutes=0.02).folder != config.folder != replace(config, places=20).folder
    facts = {"facts": {"validation": [{"score": 1.0}], "lengths": [[0, 1.0]], "places_seen": 2, "steps": 1}}
    monkeypatch.setattr(levers, "read_record", lambda *_, **__: facts)
    with pytest.raises(ArtifactError, match="cell_country, median_km, neighbour_country"):
        levers.figures(config.folder / "base-0")
