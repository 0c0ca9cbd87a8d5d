"""Who answers photos: a choice that is kept, read with suspicion, and can be taken back."""

import numpy as np
import pytest
from PIL import Image

from model.errors import ArtifactError, ConfigError, NetworkError
from model.geo.folders import home_dir
from model.geolocator import SYSTEMS, Geolocator, for_photos
from model.predictors.catalogue import CLIP_FILES, TOKENIZER_FILES, published, size_words
from model.predictors.fetch import fetch
from model.predictors.protocol import system_of
from world.draw.pictures import encode


def test_a_choice_is_kept_and_can_be_taken_back():
    assert for_photos.chosen() is None
    for_photos.choose("streetclip")
    assert for_photos.chosen() == "streetclip"
    for_photos.choose(None)
    for_photos.choose(None)
    assert for_photos.chosen() is None
    with pytest.raises(ConfigError, match="geoclip, streetclip"):
        for_photos.choose("planet")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"answers": "planet"}', '{"answers": 3}', "null", "[" * 100_000])
def test_a_file_that_says_nothing_is_told_and_never_guessed(text):
    home_dir().mkdir(parents=True, exist_ok=True)
    (home_dir() / "photos.json").write_text(text)
    with pytest.raises(ConfigError, match=r"photos\.json"):
        for_photos.chosen()


def test_sizes_are_told_as_people_do():
    assert [size_words(n) for n in (12, 3000, 42_000_000, 1_715_000_000)] == ["12 bytes", "3 kB", "42 MB", "1.7 GB"]


@pytest.fixture(scope="module")
def tiny_clip(tmp_path_factory):
    """A random CLIPModel in the layout of StreetCLIP's repository, small enough to be made for a test."""
    import json

    import torch
    from transformers import CLIPConfig, CLIPModel

    from model.data.vocabulary import train_tokenizer

    torch.manual_seed(0)
    tokenizer = train_tokenizer(["A Street View photo in France.", "A Street View photo from Paris."] * 5, 300, 77)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = CLIPConfig(
        text_config={**size, "vocab_size": len(tokenizer), "max_position_embeddings": 77,
                     "eos_token_id": tokenizer.eos_token_id, "bos_token_id": tokenizer.bos_token_id},
        vision_config={**size, "image_size": 28, "patch_size": 14}, projection_dim=8,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("streetclip")
    CLIPModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    preprocessor = {"crop_size": {"height": 28, "width": 28}, "size": {"shortest_edge": 28}, "resample": 3,
                    "do_center_crop": True, "do_normalize": True, "feature_extractor_type": "CLIPFeatureExtractor",
                    "image_processor_type": "CLIPImageProcessor", "do_resize": True}  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor))
    names = {*CLIP_FILES, *TOKENIZER_FILES}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name in names}


@pytest.fixture
def streetclip(hub, tiny_clip, tmp_path, monkeypatch):
    from model.predictors import open_zero_shot as opening

    real = opening.read_settings
    monkeypatch.setattr("model.predictors.text_cache.cache_dir", lambda: tmp_path / "texts")
    # few sentences: what is asked here is who answers
    monkeypatch.setattr(opening, "read_settings", lambda *given: {**real(*given), "beam": 1, "most": 2})
    hub.repositories["geolocal/StreetCLIP"] = {**tiny_clip, "pytorch_model.bin": b"pickled"}
    return hub


def picture():
    return Image.linear_gradient("L").resize((96, 80)).convert("RGB")


def drawn():
    ramp = np.linspace(0, 255, 120 * 90 * 3).reshape(90, 120, 3).astype(np.uint8)
    return encode(ramp, ".jpg")


def test_before_it_is_fetched_its_name_is_refused_with_what_to_do(streetclip):
    with pytest.raises(ArtifactError, match=r"python -m model\.get streetclip"):
        Geolocator.load(predictor="streetclip")
    assert not streetclip.asked, "opening a system asks no network"
    with pytest.raises(ConfigError, match="leave --encoder"):
        Geolocator.load(predictor="streetclip", encoder="somewhere")


def test_what_was_fetched_answers_photos_while_pictures_of_the_simulated_earth_and_four_views_keep_theirs(streetclip):
    fetch(published("streetclip"), wait=lambda _: None)
    shipped = Geolocator.load()
    paired = shipped.with_photos("streetclip")
    guess = paired.locate(picture())
    assert guess.system == "StreetCLIP" and not guess.out_of_distribution
    assert guess.candidates[0].country_name and guess.cells.sum() == pytest.approx(1.0, abs=1e-4)
    assert paired.answering(1).predictor.record["settings"]["prompts"] == "streetclip"
    assert paired.embed(picture()).shape == (16,)
    assert paired.locate(drawn()).system == shipped.locate(drawn()).system == "PIGEOTTO"
    assert paired.locate([picture()] * 4, shipped.world_version).system == "PIGEON"
    assert paired.answering(4) is shipped.checkpoint, "nothing is opened twice"
    assert shipped.locate(picture()).system == "PIGEOTTO", "API and bot keep their default"
    assert "streetclip" in SYSTEMS


def test_where_to_search_is_asked_of_the_system_that_answers(streetclip, monkeypatch):
    fetch(published("streetclip"), wait=lambda _: None)
    asked = []

    class Searcher:
        def __init__(self, checkpoint):
            asked.append(system_of(checkpoint.predictor))

        def of(self, embeddings):
            return [len(embeddings)]

    monkeypatch.setattr("model.predictors.searching.searcher_of", Searcher)
    paired = Geolocator.load().with_photos("streetclip")
    assert paired.search_map(drawn()) == paired.search_map(picture()) == 1
    assert asked == ["PIGEOTTO", "StreetCLIP"]


def test_the_verb_lists_asks_fetches_chooses_and_takes_back(streetclip, capsys):
    from model import get

    get.cli([])
    listed = capsys.readouterr().out
    assert "CC BY-NC 4.0" in listed and "MIT" in listed and "22.4 % within 25 km" in listed and "1.7 GB" in listed
    assert not streetclip.asked, "the list is known without a network"

    assert get.main("streetclip", ask=lambda _: "no") is None
    assert not streetclip.asked and for_photos.chosen() is None

    get.main("streetclip", ask=lambda _: " Yes ")
    assert for_photos.chosen() == "streetclip" and "--photos shipped" in capsys.readouterr().out
    assert "here" in get.describe(published("streetclip"))

    get.cli(["--photos", "shipped"])
    assert for_photos.chosen() is None
    get.cli(["--photos", "streetclip"])
    assert for_photos.chosen() == "streetclip"
    get.cli(["--remove", "streetclip"])
    assert for_photos.chosen() is None and "deleted" in capsys.readouterr().out
    with pytest.raises(ConfigError, match=r"model\.get streetclip"):
        get.let_answer("streetclip")


def test_the_verb_without_anybody_to_say_yes_and_without_a_network_ends_in_a_sentence(streetclip, capsys, monkeypatch):
    from model import get

    def nobody(_):
        raise EOFError

    with pytest.raises(ConfigError, match="--yes"):
        get.main("streetclip", ask=nobody)
    streetclip.answers = [(404, {"X-Error-Code": "RepoNotFound"})]
    with pytest.raises(NetworkError):
        get.main("streetclip", yes=True)
    streetclip.answers = [(404, {"X-Error-Code": "RepoNotFound"})]
    with pytest.raises(SystemExit) as ended:
        get.cli(["streetclip", "--yes"])
    assert ended.value.code == 2 and "open to all" in capsys.readouterr().err
    assert for_photos.chosen() is None


@pytest.fixture
def geoclip(streetclip, tiny_clip, tmp_path, monkeypatch):
    """The release of GeoCLIP in its true layout, small, behind a tiny backbone."""
    import json

    from safetensors.numpy import save

    monkeypatch.setattr("model.retrieval.gallery.cache_dir", lambda: tmp_path / "gallery")
    rng = np.random.default_rng(0)

    def layer(name, out, into):
        return {f"{name}.weight": rng.normal(size=(out, into)).astype(np.float32) / 4,
                f"{name}.bias": np.zeros(out, np.float32)}  # fmt: skip

    tensors = {"logit_scale": np.full((), 3.0, np.float32)}
    tensors |= layer("image_encoder.mlp.0", 12, 8) | layer("image_encoder.mlp.2", 16, 12)
    for number in range(3):
        part = f"location_encoder.LocEnc{number}"
        tensors[f"{part}.capsule.0.b"] = rng.normal(size=(5, 2)).astype(np.float32)
        tensors |= layer(f"{part}.capsule.1", 9, 10) | layer(f"{part}.capsule.3", 9, 9)
        tensors |= layer(f"{part}.capsule.5", 9, 9) | layer(f"{part}.head.0", 16, 9)
    config = {"model_type": "geoclip-geolocation", "format_version": 1, "sigma": [1, 16, 256],
              "gallery_file": "coordinates_100K.csv",
              "backbone": {"repo_id": "openai/clip-vit-large-patch14", "revision": "0" * 40}}  # fmt: skip
    places = zip(rng.uniform(-50, 60, 60), rng.uniform(-170, 170, 60), strict=True)
    streetclip.repositories["VicenteVivanco/geoclip-geolocation"] = {
        "config.json": json.dumps(config).encode(), "model.safetensors": save(tensors),
        "coordinates_100K.csv": ("LAT,LON\n" + "".join(f"{lat:.6f},{lng:.6f}\n" for lat, lng in places)).encode(),
    }  # fmt: skip
    streetclip.repositories["openai/clip-vit-large-patch14"] = tiny_clip
    return streetclip


def test_geoclip_as_its_authors_release_it_answers_photos_when_it_was_fetched(geoclip):
    fetch(published("geoclip"), wait=lambda _: None)
    paired = Geolocator.load().with_photos("geoclip")
    guess = paired.locate(picture())
    assert guess.system == "GeoCLIP" and not guess.out_of_distribution
    assert paired.locate(drawn()).system == "PIGEOTTO"
    assert Geolocator.load(predictor="geoclip").locate(picture()).lat == pytest.approx(guess.lat)


@pytest.mark.parametrize(
    ("path", "data"),
    [("config.json", b"{}"), ("config.json", b"no"), ("config.json", b'{"model_type": "other"}'),
     ("model.safetensors", b"no tensors"), ("coordinates_100K.csv", None)],
)  # fmt: skip
def test_a_release_that_is_another_is_a_sentence(geoclip, path, data):
    from model.networks.published_geoclip import load_release

    folder = fetch(published("geoclip"), wait=lambda _: None)
    if data is None:
        (folder / path).unlink()
    else:
        (folder / path).write_bytes(data)
    with pytest.raises(ArtifactError, match="as its authors release it"):
        load_release(folder)
