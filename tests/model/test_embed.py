"""embed: a row for each place, view by view on request, resumed after any end, known by its encoder for ever."""

import json
import resource
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from model import embed
from model.artifacts import read_record
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, write_manifest
from model.errors import ArtifactError, ConfigError, ImageError, ManifestError, StorageError
from model.networks.encoder import Encoder

PLACES, SIZE, DIM, SHARED = 13, 32, 16, 8


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A tiny CLIP with random weights, in the hub's layout."""
    from transformers import CLIPConfig, CLIPModel

    from model.data.vocabulary import train_tokenizer

    folder = tmp_path_factory.mktemp("encoder") / "tiny"
    torch.manual_seed(0)
    small = {"hidden_size": DIM, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision = small | {"image_size": SIZE, "patch_size": 16}
    text = small | {"vocab_size": 300, "max_position_embeddings": 77}
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=SHARED)).save_pretrained(folder)
    train_tokenizer(["A photo from France."] * 5, 300, 77).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({"size": {"shortest_edge": SIZE}}))
    return folder


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("places"), np.random.default_rng(0)
    rows = []
    for place in range(PLACES):
        for view in range(4):
            noise = rng.integers(0, 255, (SIZE, SIZE, 3), dtype=np.uint8)
            Image.fromarray(noise).save(folder / f"{place}_{view}.png")
        files = {f"image_{view}": f"{place}_{view}.png" for view in range(4)}
        rows.append({"id": f"p{place}", "lat": 1.0 * place, "lng": 2.0 * place, "split": "train", **files})
    return write_manifest(pd.DataFrame(rows), folder / "manifest.parquet")


@pytest.fixture
def job(manifest, encoder, tmp_path):
    return embed.EmbedConfig(manifest, str(encoder), tmp_path / "run", batch=2, shard=4)


def stopped_after(batches, monkeypatch):
    """Let the network end with Ctrl-C after so many batches -> the numbers of places that it was given."""
    real, seen = embed._features, []

    def features(encoder, pixels, features):
        if len(seen) == batches:
            raise KeyboardInterrupt
        seen.append(len(pixels))
        return real(encoder, pixels, features)

    monkeypatch.setattr(embed, "_features", features)
    return seen


def test_a_row_for_each_place_in_order_is_the_mean_of_its_views(job, manifest, encoder):
    path = embed.main(job)
    vectors = read_embeddings(path, read_manifest(manifest))
    assert (vectors.shape, vectors.dtype) == ((PLACES, DIM), np.float32)
    images = [Image.open(manifest.parent / f"7_{view}.png") for view in range(4)]
    assert vectors[7] == pytest.approx(Encoder.load(encoder).embed_views([images])[0], abs=1e-5)
    assert (path.parent / "ids.txt").read_text() == "".join(f"p{place}\n" for place in range(PLACES))
    assert sorted(file.name for file in path.parent.iterdir()) == ["embed.record.json", "embeddings.npy", "ids.txt"]


def test_the_record_does_not_say_where_the_encoder_lay(job, tmp_path, capsys):
    out = embed.main(job).parent
    text = (out / "embed.record.json").read_text()
    assert str(tmp_path) not in text and str(Path(job.encoder).parent) not in text
    moved = tmp_path / "moved" / Path(job.encoder).name
    shutil.copytree(job.encoder, moved)
    embed.main(replace(job, encoder=str(moved)))
    assert "nothing to do" in capsys.readouterr().out  # the same encoder in another place


def test_every_view_is_kept_on_request_and_their_mean_is_the_place(job, manifest):
    path = embed.main(replace(job, views="all"))
    views = read_embeddings(path.parent / "views.npy", read_manifest(manifest), per_view=True)
    assert views.shape == (PLACES, 4, DIM)
    assert views.mean(axis=1) == pytest.approx(np.load(path), abs=1e-6)
    assert np.abs(views[:, 0] - views[:, 1]).max() > 1e-3
    record = read_record(path.parent, "embed")
    assert record["outputs"]["views"]["path"] == "views.npy"
    assert record["facts"]["views"] == 4
    of_places = read_embeddings(path.parent / "views.npy", read_manifest(manifest))
    assert of_places == pytest.approx(np.load(path), abs=1e-6)
    embed.main(job)
    assert not (path.parent / "views.npy").exists()


def test_projected_features_are_those_that_meet_texts(job, manifest, encoder):
    path = embed.main(replace(job, features="projected"))
    loaded = Encoder.load(encoder)
    pixels = np.stack([loaded.to_pixels([Image.open(manifest.parent / f"{p}_{v}.png") for v in range(4)])
                       for p in range(PLACES)])  # fmt: skip
    assert np.load(path) == pytest.approx(loaded.project_images(pixels), abs=1e-5)
    assert read_record(path.parent, "embed")["facts"]["features"] == "projected"


def test_a_tower_without_texts_has_no_projection(job, manifest, encoder, tmp_path):
    from transformers import CLIPModel

    CLIPModel.from_pretrained(encoder).vision_model.save_pretrained(tmp_path / "tower")
    (tmp_path / "tower" / "preprocessor_config.json").write_text((encoder / "preprocessor_config.json").read_text())
    config = replace(job, encoder=str(tmp_path / "tower"), features="projected")
    with pytest.raises(ArtifactError, match="--features pooled"):
        embed.main(config)


def test_a_stopped_run_goes_on_behind_the_last_rows_that_are_safe(job, monkeypatch, tmp_path):
    seen = stopped_after(5, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        embed.main(job)
    assert json.loads((job.out / "embed.unfinished" / "state.json").read_text())["done"] == 8
    monkeypatch.undo()
    again = stopped_after(99, monkeypatch)
    resumed = np.load(embed.main(job))
    assert (seen, again) == ([2] * 5, [2, 2, 1])
    assert resumed == pytest.approx(np.load(embed.main(replace(job, out=tmp_path / "whole"))), abs=1e-6)
    embed.main(job)
    assert len(again) == 3 + 7  # done: nothing was embedded again


def test_rows_of_another_job_are_never_gone_on_from(job, monkeypatch):
    stopped_after(3, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        embed.main(job)
    with pytest.raises(ArtifactError, match=r"another config.*remove the folder"):
        embed.main(replace(job, features="projected"))
    (job.out / "embed.unfinished" / "embeddings.npy").write_bytes(b"")
    with pytest.raises(ArtifactError, match="holds less than"):
        embed.main(job)


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_later(job, monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, hard))  # a write past so many bytes fails, as on a full disk
    try:
        with pytest.raises(StorageError, match="What was finished is kept"):
            embed.main(job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(np.load(embed.main(job))) == PLACES


def test_the_manifest_says_how_many_views_there_are_and_no_shape_does(job, manifest, tmp_path):
    frame = pd.DataFrame({"id": ["wide", "square"], "lat": 0.0, "lng": 0.0, "image": ["wide.png", "square.png"]})
    Image.effect_noise((128, 64), 50).convert("RGB").save(tmp_path / "wide.png")
    Image.effect_noise((64, 64), 50).convert("RGB").save(tmp_path / "square.png")
    photos = write_manifest(frame, tmp_path / "photos.parquet")
    embed.main(replace(job, manifest=photos, views="all"))
    assert np.load(job.out / "views.npy").shape == (2, 1, DIM)
    panoramas = write_manifest(frame.assign(views=4), tmp_path / "panoramas.parquet")
    with pytest.raises(ImageError, match=r"square\.png"):
        embed.main(replace(job, manifest=panoramas, out=tmp_path / "other"))


def test_a_model_of_the_hub_is_recorded_by_its_id_and_revision(job, encoder, tmp_path, monkeypatch):
    import huggingface_hub.constants

    revision = "ab" * 20
    model = tmp_path / "hub" / "models--someone--tiny"
    (model / "snapshots" / revision).mkdir(parents=True)
    (model / "snapshots" / revision / "config.json").write_text("{}")
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(revision)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    real = Encoder.load
    monkeypatch.setattr(embed.Encoder, "load", lambda name: real(encoder))
    embed.main(replace(job, encoder="someone/tiny"))
    facts = read_record(job.out, "embed")["facts"]
    assert (facts["hub_id"], facts["revision"]) == ("someone/tiny", revision)
    with pytest.raises(ArtifactError, match="revision of 'someone/other'"):
        embed.main(replace(job, encoder="someone/other", out=tmp_path / "other"))


def test_no_encoder_no_manifest_and_contradictions_are_refused(job, tmp_path):
    with pytest.raises(ArtifactError, match="looked for an encoder"):
        embed.main(replace(job, encoder=str(tmp_path / "none")))
    with pytest.raises(ManifestError, match="no such file"):
        embed.main(replace(job, manifest=tmp_path / "none.parquet"))
    frame = read_manifest(job.manifest)
    frame.loc[11, "image_2"] = None
    with pytest.raises(ManifestError, match="'p11'"):  # at once, not hours later
        embed.main(replace(job, manifest=write_manifest(frame, tmp_path / "gap.parquet")))
    assert not (job.out / "embed.unfinished").exists()
    for wrong in ({"batch": 0}, {"shard": 1}, {"readers": -1}):
        with pytest.raises(ConfigError, match="--"):
            replace(job, **wrong)
