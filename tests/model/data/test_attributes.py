import numpy as np
import pandas as pd

from model.data.attributes import UNKNOWN, AttributeSpace

TRAIN = pd.DataFrame(
    {
        "country": ["NA", "FR", "FR", ""],
        "koppen": ["BWh", "Cfb", "Cfb", "Cfb"],
        "driving_side": ["left"] * 4,
        "altitude_m": [-400.0, 10.0, 3000.0, np.nan],
        "temperature_c": [20.0, 10.0, 0.0, 5.0],
        "population_per_km2": [7.0] * 4,
    }
)


def test_classes_and_targets_come_from_the_training_rows():
    space = AttributeSpace.fit(TRAIN)
    assert space.classes["country"] == ("FR", "NA")
    assert "driving_side" not in space.classes  # one value teaches nothing
    assert list(space.regressions) == ["altitude_m", "temperature_c"]
    assert space.labels(TRAIN)["country"].tolist() == [1, 0, 0, UNKNOWN]


def test_regressions_are_standardised_and_gaps_stay_gaps():
    targets = AttributeSpace.fit(TRAIN).targets(TRAIN)
    assert targets.shape == (4, 2)
    assert np.isnan(targets[3, 0])
    assert np.abs(np.nanmean(targets, axis=0)).max() < 1e-6
    assert np.allclose(np.nanstd(targets, axis=0), 1, atol=1e-5)


def test_a_class_that_training_never_saw_is_unknown():
    space = AttributeSpace.fit(TRAIN)
    new = TRAIN.assign(country=["XX", "FR", None, "NA"])
    assert space.labels(new)["country"].tolist() == [UNKNOWN, 0, UNKNOWN, 1]


def test_a_manifest_without_attributes_has_no_targets():
    bare = pd.DataFrame({"id": ["a", "b"], "lat": [0.0, 1.0], "lng": [0.0, 1.0]})
    space = AttributeSpace.fit(bare)
    assert space.classes == {}
    assert space.targets(bare).shape == (2, 0)
