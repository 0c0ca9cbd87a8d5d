import json

import numpy as np
import pytest
import torch
from PIL import Image

from model.errors import ArtifactError, ConfigError
from model.networks.encoder import Encoder
from model.networks.starting_point import starting_point
from model.networks.towers import PRESETS

REVISION = "0123456789abcdef0123456789abcdef01234567"
LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)]


def write_clip(folder, newer):
    """A tiny CLIP of random weights in the layout of openai/clip-vit-large-patch14-336 or geolocal/StreetCLIP."""
    from transformers import CLIPConfig, CLIPModel

    words = [*LETTERS, *(letter + "</w>" for letter in LETTERS), "<|startoftext|>", "<|endoftext|>"]
    text = {"vocab_size": len(words), "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "max_position_embeddings": 77, "eos_token_id": 2, "bos_token_id": 0}  # fmt: skip
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
              "image_size": 28, "patch_size": 14}  # fmt: skip
    torch.manual_seed(0)
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
               "unk_token": "<|endoftext|>"}  # fmt: skip
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    tokenizer = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "do_lower_case": True, **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    pictures = {"do_center_crop": True, "do_normalize": True, "do_resize": True, "resample": 3,
                "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}  # fmt: skip
    sizes = {"crop_size": {"height": 28, "width": 28}, "size": {"shortest_edge": 28},
             "image_processor_type": "CLIPImageProcessor"}  # fmt: skip
    older = {"crop_size": 28, "size": 28, "feature_extractor_type": "CLIPFeatureExtractor"}
    (folder / "preprocessor_config.json").write_text(json.dumps(pictures | (sizes if newer else older)))
    return folder


@pytest.fixture(params=[False, True], ids=["clip-vit-large-patch14-336", "StreetCLIP"])
def clip(request, tmp_path):
    return write_clip(tmp_path / "clip", request.param)


def test_a_model_of_the_hub_is_read_with_its_own_eyes_and_words(clip):
    start = starting_point(PRESETS["pigeon"], clip, list)
    assert (start.size, start.mean, start.std) == (28, (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    assert start.resample == Image.Resampling.BICUBIC
    assert start.tokenizer("a b")["input_ids"] == [52, 26, 27, 53]
    assert start.facts["model"] == {
        "kind": "CLIPModel", "tower": "clip_vision_model", "image_size": 28, "width": 32, "hidden_size": 32,
        "num_hidden_layers": 2, "patch_size": 14, "num_attention_heads": 2, "projection": 8, "text_width": 16,
        "text_layers": 1, "vocabulary": 54,
    }  # fmt: skip
    assert start.facts["start_from"] == {"name": None, "revision": None}  # a folder is known by its content


def test_texts_are_read_at_their_end_as_such_models_were_trained_to(clip):
    start = starting_point(PRESETS["pigeon"], clip, list)
    start.hub.eval()
    one, two = (start.hub.get_text_features(**start.tokenizer([text], return_tensors="pt")).pooler_output
                for text in ("a b", "a c"))  # fmt: skip
    assert float((one - two).detach().abs().max()) > 1e-4  # at their first token both would be the same


def test_a_name_of_the_hub_is_recorded_with_its_revision(tmp_path, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    model = tmp_path / "models--someone--tiny-clip"
    write_clip(model / "snapshots" / REVISION, newer=True)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(REVISION)
    start = starting_point(PRESETS["pigeon"], "someone/tiny-clip", list)
    assert start.facts["start_from"] == {"name": "someone/tiny-clip", "revision": REVISION}
    with pytest.raises(ArtifactError, match="not to be had by name"):
        starting_point(PRESETS["pigeon"], "someone/else", list)


def test_a_model_that_only_sees_is_refused(tmp_path):
    from transformers import ViTConfig, ViTModel

    config = ViTConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=32)
    ViTModel(config).save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"size": {"height": 32, "width": 32}}))
    with pytest.raises(ConfigError, match="without a text tower"):
        starting_point(PRESETS["pigeon"], tmp_path, list)


def test_pigeons_own_recipe_trains_a_model_of_the_hub(clip, coloured_places, tmp_path):
    from model import pretrain
    from model.artifacts import read_record
    from model.networks.training_settings import PretrainConfig

    config = PretrainConfig(
        manifest=coloured_places.manifest, out=tmp_path / "run", start_from=clip, epochs=3, learning_rate=1e-6,
        weight_decay=1e-3, schedule="linear", warm_up=0.067, batch=5, accumulate=3, views=1, caption_weight=1.0,
        attribute_weight=0.0, bf16=True, checkpoint_gradients=True, unfreeze="1", tensorboard=False,
    )  # fmt: skip
    encoder = Encoder.load(pretrain.main(config))
    facts = read_record(config.out, "pretrain")["facts"]
    assert facts["steps"] == 6  # 30 places in steps of 15, three times
    assert facts["model"]["tower"] == "clip_vision_model"
    assert (encoder.image_size, encoder.mean) == (28, (0.1, 0.2, 0.3))
    assert encoder.embed_texts(["a b"]).shape == (1, 8)
    assert np.isfinite(encoder.embed_views([[Image.new("RGB", (40, 40))]])).all()
    with pytest.raises(ConfigError, match="positions are learned for one size"):
        from dataclasses import replace

        pretrain.main(replace(config, out=tmp_path / "small", small_size=14))
