"""A training whose manifest has clues and class maps beside it, from files to heads."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image, PngImagePlugin

from model.data.manifest import write_manifest
from model.networks import towers
from model.networks.training import Training
from model.networks.training_settings import PretrainConfig

N = 12


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """Twelve places, sky above and road below, with a clue that every second place shows."""
    folder = tmp_path_factory.mktemp("seen")
    rng = np.random.default_rng(0)
    legend = PngImagePlugin.PngInfo()
    legend.add_text("Legend", json.dumps(["sky", "road"]))
    classes = Image.fromarray(np.repeat([0, 1], 16).astype(np.uint8)[:, None].repeat(32, 1), "L")
    rows = []
    for i in range(N):
        row = {"id": f"p{i}", "split": "train", "lat": float(i), "lng": 1.0, "country": "AABB"[i % 2 * 2 :][:2],
               "country_name": "Aland", "month": 1 + i, "heading_deg": 0.0}  # fmt: skip
        for view in range(4):
            row |= {f"image_{view}": f"{i}_{view}.png", f"class_{view}": f"{i}_{view}_class.png"}
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), np.uint8)).save(folder / row[f"image_{view}"])
            classes.save(folder / row[f"class_{view}"], pnginfo=legend)
        rows.append(row)
    frame = pd.DataFrame(rows)
    shown = np.where(np.arange(N) % 2, np.nan, np.arange(N)).astype(np.float32)
    pd.DataFrame({"id": frame["id"], "road.width_m:value": shown}).to_parquet(folder / "clues.parquet")
    return write_manifest(frame, folder / "manifest.parquet")


def trained(manifest, folder, monkeypatch, **options):
    from accelerate import Accelerator

    monkeypatch.setattr("model.data.clues.MIN_SHOWN", 3)
    settings = {"preset": "tiny-resnet", "epochs": 1, "batch": 4, "workers": 0, "tensorboard": False} | options
    training = Training(PretrainConfig(manifest=manifest, out=folder, **settings), Accelerator(cpu=True))
    training.run()
    return training


def test_clues_and_maps_beside_a_manifest_are_learned(manifest, tmp_path, monkeypatch):
    training = trained(manifest, tmp_path, monkeypatch)
    assert [task.clue for task in training.places.clues.space.tasks] == ["road.width_m"]
    assert training.places.legend == ("sky", "road")
    assert training.bare.clue_head.read[-1].bias.abs().sum() > 0
    assert training.bare.map_head.read.bias.abs().sum() > 0
    assert "month" in training.space.classes


def test_maps_of_four_views_are_left_out_where_a_place_has_one(manifest, tmp_path, monkeypatch):
    frame = pd.read_parquet(manifest).rename(columns={"image_0": "image"})
    single = write_manifest(frame.drop(columns=["image_1", "image_2", "image_3"]), manifest.parent / "single.parquet")
    training = trained(single, tmp_path, monkeypatch)
    assert training.places.legend == () and training.bare.map_head is None


def test_weights_of_0_leave_the_files_alone(manifest, tmp_path, monkeypatch):
    training = trained(manifest, tmp_path, monkeypatch, clue_weight=0.0, map_weight=0.0)
    assert training.bare.clue_head is training.bare.map_head is training.places.clues is None


def test_single_photographs_are_cut_out_of_four_views_and_have_no_month_and_no_maps(manifest, tmp_path, monkeypatch):
    monkeypatch.setitem(towers.PRESETS, "tiny-photo", replace(towers.PRESETS["tiny-resnet"], style="photo", views=1))
    training = trained(manifest, tmp_path, monkeypatch, preset="tiny-photo")
    raw = training.steps[0]
    assert raw.views.shape[1] == 4
    assert all(text.startswith(("A photo", "This location", "In this")) for text in raw.captions)
    assert training.maker.batch(raw, 0).pixels.shape == (4, 1, 3, 32, 32)
    assert "month" not in training.space.classes
    assert training.bare.map_head is None
    assert training.bare.clue_head is not None
