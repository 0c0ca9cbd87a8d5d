from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from model.errors import ArtifactError, ConfigError
from model.geocells.table import Geocells
from model.geolocator import Geolocator
from model.networks.encoder import Encoder

SIDE = 64


class Halves(nn.Module):
    """Two numbers of a picture: how bright its left half is, and how bright its right half."""

    def __init__(self) -> None:
        super().__init__()
        self.config = SimpleNamespace(hidden_size=2, image_size=SIDE)
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, pixel_values: torch.Tensor, **_: bool) -> SimpleNamespace:
        grey = torch.nn.functional.avg_pool2d(pixel_values.mean(dim=1, keepdim=True) * self.weight, 8)  # (B, 1, 8, 8)
        left = torch.cat([torch.ones(8, 4), torch.zeros(8, 4)], dim=1)
        spots = torch.cat([grey * left, grey * (1.0 - left)], dim=1)
        return SimpleNamespace(last_hidden_state=spots, hidden_states=(spots,))


class Sides:
    """Light on the left speaks for region 0, on the right for region 1 of the same country, darkness for region 2."""

    def __init__(self, countries: tuple[str | None, ...] = ("FR", "FR", "ES"), sure: float = 4.0, **record) -> None:
        lng = 10.0 * np.arange(3)
        table = pd.DataFrame({"cell_id": range(3), "lat": 0.0, "lng": lng, "country": list(countries), "region": "",
                              "n_train": 1, "site_lat": 0.0, "site_lng": lng, "polygon": [b""] * 3})  # fmt: skip
        self.regions, self.record, self.sure = Geocells(table, {}, "nearest", "three"), record, sure

    def scores(self, embeddings):
        light = np.asarray(embeddings, np.float64) * self.sure
        if light.ndim == 3:
            light = light.mean(axis=1)
        raised = np.exp(np.concatenate([light, np.zeros((len(light), 1))], axis=1) - light.max(axis=1, keepdims=True))
        return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)

    def points(self, embeddings):
        return self.regions.centroids[self.scores(embeddings).argmax(axis=1)]


def geolocator(**how) -> Geolocator:
    preprocessor = {"crop_size": SIDE, "image_mean": [0.01] * 3, "image_std": [1.0] * 3}
    return Geolocator.of(Sides(**how), Encoder(Halves(), preprocessor, None, torch.device("cpu")))


def half_lit(column: int) -> Image.Image:
    """Grey noise, bright from `column` on for a quarter of the width."""
    pixels = np.random.default_rng(0).integers(30, 90, (8, 8, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
    pixels[:, column : column + 16] += 140
    return Image.fromarray(pixels)


def test_the_light_that_made_the_guess_is_where_the_heat_is() -> None:
    why = geolocator().why(half_lit(16))
    assert why.of == "region" and why.country == "FR" and why.method == "features"
    assert why.heat.shape == (1, 8, 8) and why.heat.max() == 1.0
    heat = why.heat[0].mean(axis=0)
    assert heat[2:4].min() > 2.0 * heat[:2].max() and not heat[4:].any()
    other = geolocator().why(half_lit(40)).heat[0].mean(axis=0)
    assert not other[:4].any() and other[5:7].min() > 2.0 * other[4]


def test_all_regions_of_the_country_are_explained_together() -> None:
    picture = half_lit(16)
    region, country = geolocator().why(picture), geolocator().why(picture, of="country")
    assert country.of == "country" and country.probability > region.probability
    # light on either side speaks for France; for its left region the light on the right does not
    assert not region.heat[0][:, 4:].any() and country.heat[0][:, 4:].max() > 0.1


def test_probabilities_are_those_of_the_guess() -> None:
    model, picture = geolocator(), half_lit(16)
    guess = model.locate(picture)
    assert model.why(picture).probability == pytest.approx(guess.candidates[0].probability)
    assert model.why(picture, of="country").probability == pytest.approx(float(guess.cells[:2].sum()))


@pytest.mark.parametrize("nothing", ["", None])
def test_a_region_of_no_country_is_explained_itself(nothing: str | None) -> None:
    why = geolocator(countries=(nothing, nothing, "ES")).why(half_lit(16), of="country")
    assert why.of == "region" and why.country == "" and why.heat.any()


def test_a_model_that_is_quite_sure_can_still_tell_why() -> None:
    """The slope of a log-probability that is 0 to the last bit is 0; that of the odds is not."""
    why = geolocator(sure=300.0).why(half_lit(16))
    assert why.probability == 1.0 and why.heat[0][:, 2:4].min() > 0.5


def test_a_system_that_takes_every_view_is_explained_by_view() -> None:
    views = [half_lit(16), half_lit(40), half_lit(40), half_lit(16)]
    told = geolocator(features={"kind": "pooled", "views": "all"}).why(views)
    assert told.heat.shape == (4, 8, 8)
    assert told.heat.reshape(4, -1).max(axis=1) == pytest.approx(
        geolocator().why(views).heat.reshape(4, -1).max(axis=1)
    )


def test_what_cannot_be_explained_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="looked for region or country to explain, found 'town'"):
        geolocator().why(half_lit(16), of="town")  # type: ignore[arg-type]
    with pytest.raises(ArtifactError, match="has no encoder"):
        Geolocator.of(Sides()).why(half_lit(16))
