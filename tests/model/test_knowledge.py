"""knowledge: what an embedding holds is found in it, what it lacks is named, and foreign files end in a sentence."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model import knowledge
from model.artifacts import read_record
from model.data.manifest import write_manifest
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geo.distance import destination, from_unit, to_unit
from model.knowledge import KnowledgeConfig

N, TOWNS = 900, 30


@dataclass(frozen=True)
class Files:
    manifest: Path
    embeddings: Path
    predictions: Path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Towns all over the Earth; the embedding holds climate and soil, neither the hour nor the word on signs."""
    folder = tmp_path_factory.mktemp("knowledge")
    rng = np.random.default_rng(0)
    towns = from_unit(rng.normal(size=(TOWNS, 3)) * [1, 1, 0.6])
    own = rng.integers(0, TOWNS, N)
    points = destination(towns[own], rng.uniform(0, 360, N), rng.uniform(0, 60, N))
    soil = to_unit(points) @ rng.normal(size=(3, 2))
    temperature = 25.0 - 0.4 * np.abs(points[:, 0])
    word = rng.normal(size=(TOWNS, 4))[own]
    word[rng.random(N) < 0.3] = np.nan
    koppen = np.array(["Af", "Cfb", "ET"])[np.digitize(temperature, [10.0, 18.0])]
    frame = pd.DataFrame({
        "id": [f"p{k}" for k in range(N)], "lat": points[:, 0], "lng": points[:, 1],
        "split": np.array(["train", "train", "train", "validation", "test"])[np.arange(N) % 5],
        "country": [f"C{town % 9}" for town in own], "koppen": koppen, "temperature_c": temperature,
        "hour": rng.uniform(0, 24, N), "month": rng.integers(1, 13, N), "driving_side": "right",
    })  # fmt: skip
    seen = np.column_stack([soil, temperature[:, None], rng.normal(size=(N, 6))])
    embeddings = (seen @ rng.normal(size=(seen.shape[1], 16)) + 0.05 * rng.normal(size=(N, 16))).astype(np.float32)
    np.save(folder / "embeddings.npy", embeddings)
    names = ["soil.rgb:light", "soil.rgb:red", *(f"signs.text:{k}" for k in range(4)), "sky.sun:value"]
    columns = np.column_stack([soil, word, rng.normal(size=N)]).astype(np.float32)
    fields = [pa.field("id", pa.string()), *(
        pa.field(name, pa.float32(), metadata={"clue": name.split(":")[0], "unit": "number"}) for name in names
    )]  # fmt: skip
    arrays = [pa.array(frame["id"]), *(pa.array(column, from_pandas=False) for column in columns.T)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), folder / "clues.parquet")
    test = frame[frame["split"] == "test"]
    guess = test[["lat", "lng"]].to_numpy().copy()
    guess[::2] = destination(guess[::2], 90.0, 3000.0)
    pd.DataFrame({"id": test["id"], "lat": guess[:, 0], "lng": guess[:, 1]}).to_csv(
        folder / "predictions.csv", index=False
    )
    return Files(write_manifest(frame, folder / "manifest.parquet"), folder / "embeddings.npy",
                 folder / "predictions.csv")  # fmt: skip


def config(files, out, **changes):
    return KnowledgeConfig(**({"manifest": files.manifest, "embeddings": files.embeddings, "out": out} | changes))


def asked(config):
    return json.loads(knowledge.main(config).read_text(encoding="utf-8"))


def moved(files, folder, change, clues=True):
    """The same files with another manifest."""
    folder.mkdir(exist_ok=True)
    frame = change(pd.read_parquet(files.manifest))
    kept = np.load(files.embeddings)[[int(name[1:]) for name in frame["id"]]]
    np.save(folder / "embeddings.npy", kept)
    if clues:
        shutil.copy(files.manifest.parent / "clues.parquet", folder)
    return Files(write_manifest(frame, folder / "manifest.parquet"), folder / "embeddings.npy", files.predictions)


def test_what_the_embedding_holds_is_read_and_what_it_lacks_is_not(files, tmp_path, capsys):
    told = asked(config(files, tmp_path, predictions=files.predictions))
    assert (told["n_train"], told["n_choose"], told["n_test"], told["dimensions"]) == (540, 180, 180, 16)
    named = told["named"]
    assert named["temperature_c"]["r2"] > 0.95 and named["hour, on the circle"]["r2"] < 0.1
    assert named["koppen"]["accuracy"] > named["koppen"]["majority"] + 0.2
    assert abs(named["month"]["accuracy"] - named["month"]["majority"]) < 0.15
    assert "driving_side" not in named, "the same everywhere"
    clues = told["clues"]
    assert clues["soil.rgb"]["r2"] > 0.95 and max(clues["signs.text"]["r2"], clues["sky.sun"]["r2"]) < 0.3
    assert next(iter(told["families"])) == "soil"
    assert clues["signs.text"]["n"] < 180 == clues["soil.rgb"]["n"]
    misses = told["misses"]
    assert misses["n"] == 90 and set(misses["families"]) == {"signs", "sky"}, "soil is read well"
    lost = 1.0 - misses["as_read"]["within_750_km"]  # of soil alone
    assert misses["families"]["signs"]["settled"] > 0.5 * lost > misses["families"]["sky"]["settled"]
    assert misses["families"]["signs"]["shown"] == pytest.approx(0.7, abs=0.15)
    words = capsys.readouterr().out
    assert "temperature_c" in words and "90 test places missed by more than 750 km" in words and "signs" in words


def test_it_is_asked_once_and_again_when_something_changed(files, tmp_path, capsys):
    first = knowledge.main(config(files, tmp_path))
    before = first.stat().st_mtime_ns
    knowledge.main(config(files, tmp_path))
    assert "nothing to do" in capsys.readouterr().out and first.stat().st_mtime_ns == before
    assert read_record(tmp_path, "knowledge")["inputs"].keys() == {"manifest", "embeddings", "clues"}
    told = asked(config(files, tmp_path, places=100))
    assert told["n_train"] == 100 and "misses" not in told


def test_well_read_families_are_asked_too_when_all_are_wanted(files, tmp_path):
    told = asked(config(files, tmp_path, predictions=files.predictions, badly=1.0, misses=40))
    assert told["misses"]["n"] == 40 and set(told["misses"]["families"]) == {"signs", "sky", "soil"}


def test_without_misses_there_is_nothing_to_look_up(files, tmp_path, capsys):
    frame = pd.read_parquet(files.manifest)
    frame[frame["split"] == "test"][["id", "lat", "lng"]].to_csv(tmp_path / "perfect.csv", index=False)
    told = asked(config(files, tmp_path, predictions=tmp_path / "perfect.csv"))
    assert told["misses"]["n"] == 0 and "families" not in told["misses"]
    assert "0 test places missed" in capsys.readouterr().out


def test_without_clues_the_manifest_alone_is_asked(files, tmp_path):
    told = asked(config(files, tmp_path, clues="none"))
    assert told["clues"] == {} == told["families"] and told["named"]["temperature_c"]["r2"] > 0.95


def test_without_validation_places_some_of_training_choose(files, tmp_path):
    alone = moved(files, tmp_path / "w", lambda frame: frame[frame["split"] != "validation"])
    told = asked(config(alone, tmp_path, predictions=files.predictions))
    assert (told["n_train"], told["n_choose"]) == (486, 54)
    assert told["named"]["temperature_c"]["r2"] > 0.95


def test_countries_come_from_the_atlas_where_the_manifest_has_none(files, tmp_path):
    bare = moved(files, tmp_path / "w", lambda frame: frame[["id", "split", "lat", "lng", "temperature_c"]])
    told = asked(config(bare, tmp_path, predictions=files.predictions))
    assert list(told["named"]) == ["temperature_c"] and told["misses"]["n"] == 90


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop(columns="split"), "lacks the columns split"),
        (lambda frame: frame[frame["split"] == "train"], "20 test places or more in .*, found 540 and 0"),
        (lambda frame: frame[frame["split"] != "train"], "found 0 and 180"),
    ],
)
def test_a_manifest_without_the_splits_is_refused(files, tmp_path, change, words):
    with pytest.raises(ManifestError, match=words):
        knowledge.main(config(moved(files, tmp_path / "w", change), tmp_path))
    assert not (tmp_path / "knowledge.json").exists()


def test_a_manifest_that_tells_nothing_is_refused(files, tmp_path):
    bare = moved(files, tmp_path / "w", lambda frame: frame[["id", "split", "lat", "lng"]], clues=False)
    with pytest.raises(ManifestError, match="something to ask"):
        knowledge.main(config(bare, tmp_path))
    with pytest.raises(ManifestError, match="visible clues beside"):
        knowledge.main(config(bare, tmp_path, predictions=files.predictions))


def test_embeddings_of_another_manifest_are_refused(files, tmp_path):
    np.save(tmp_path / "short.npy", np.zeros((5, 3), np.float32))
    with pytest.raises(ArtifactError, match="do not belong together"):
        knowledge.main(config(files, tmp_path, embeddings=tmp_path / "short.npy"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,lat\np4,1\n", "a table without lng"),
        ("id,lat,lng\nelsewhere,1,2\n", "holds no test place"),
        ("id,lat,lng\np4,north,2\n", "no position"),
    ],
)
def test_predictions_of_others_are_refused(files, tmp_path, text, words):
    (tmp_path / "predictions.csv").write_text(text)
    with pytest.raises(ManifestError, match=words):
        knowledge.main(config(files, tmp_path, predictions=tmp_path / "predictions.csv"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"places": 3}, "--places"), ({"misses": 0}, "--misses"), ({"seed": -1}, "--seed"), ({"badly": 0.0}, "--badly"),
     ({"badly": 1.5}, "--badly"), ({"clues": "none", "predictions": Path("p.csv")}, "--clues none")],
)  # fmt: skip
def test_contradictions_are_refused_at_birth(files, tmp_path, changes, words):
    with pytest.raises(ConfigError, match=words):
        config(files, tmp_path, **changes)
