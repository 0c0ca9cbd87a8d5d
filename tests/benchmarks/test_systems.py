"""The bench of systems: measured once, with what an answer costs; nothing is guessed where a run is missing."""

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks import systems
from benchmarks.systems import Entry
from model.errors import ConfigError
from model.geo.distance import from_unit
from model.geolocator import Geolocator


@pytest.fixture
def places(tmp_path):
    """Twelve places that nobody has seen, with embeddings that mean nothing."""
    rng = np.random.default_rng(8)
    points = from_unit(rng.normal(size=(12, 3)))
    table = pd.DataFrame({"id": [f"p{i}" for i in range(12)], "split": "test", "lat": points[:, 0],
                          "lng": points[:, 1], "country": "FR", "koppen": "Cfb"})  # fmt: skip
    table.to_parquet(tmp_path / "manifest.parquet", index=False)
    dim = Geolocator.load().encoder.dim
    np.save(tmp_path / "embeddings.npy", rng.normal(size=(12, dim)).astype(np.float32))
    return ["--manifest", str(tmp_path / "manifest.parquet"), "--embeddings", str(tmp_path / "embeddings.npy"),
            "--out", str(tmp_path / "out"), "--repeats", "1"]  # fmt: skip


def test_a_system_has_its_distances_its_areas_and_its_costs_and_is_measured_once(places, tmp_path, capsys, monkeypatch):
    systems.cli([*places, "--systems", "pigeon", "--json"])
    lines = capsys.readouterr().out.splitlines()
    told = json.loads(lines[-1])["pigeon"]
    assert told["n"] == 12 and told["guess_ms"] > 0 and 100 < told["peak_mb"] < 24_000
    assert set(told["recall_area"]["recall"]) == set(systems.CAPS)
    rows = [line for line in lines if line.startswith("| pigeon")]
    assert len(rows) == 2 and rows[0].rstrip("| ").endswith(f"{told['peak_mb']:,}")

    monkeypatch.setattr(systems, "evaluate", lambda config: pytest.fail("measured again"))
    systems.cli([*places, "--systems", "pigeon", "--json"])
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["pigeon"] == told
    written = json.loads((tmp_path / "out" / "pigeon" / "cost.json").read_text())
    (tmp_path / "out" / "pigeon" / "cost.json").write_text(json.dumps(written | {"asked": "other places"}))
    with pytest.raises(pytest.fail.Exception, match="measured again"):
        systems.cli([*places, "--systems", "pigeon"])


def test_an_entry_says_its_run_and_its_settings():
    entry = Entry.read("zero-shot=runs/a,beam=1,leaves=region")
    assert (entry.predictor, str(entry.checkpoint), entry.settings) == (
        "zero-shot",
        "runs/a",
        ("beam=1", "leaves=region"),
    )
    assert entry.label == "zero-shot=a,beam=1,leaves=region" and entry.folder == "zero-shot-a_beam-1_leaves-region"
    assert Entry.read("pigeon") == Entry("pigeon", "pigeon")
    with pytest.raises(ConfigError, match="looked for the system 'crow', found pigeon"):
        Entry.read("crow")


@pytest.mark.parametrize(
    ("argv", "words"),
    [(["--systems", "pigeon", "pigeon"], "one name"), (["--systems", "pigeon=nowhere"], "nowhere"),
     (["--repeats", "0"], "1 or more")],
)  # fmt: skip
def test_what_cannot_be_measured_is_told_in_a_sentence(places, capsys, argv, words):
    with pytest.raises(SystemExit) as ended:
        systems.cli([*places, *argv])
    assert ended.value.code == 2 and words in capsys.readouterr().err
