"""What else is known of places: labels, standardised targets and their inverses."""

import json

import numpy as np
import pandas as pd
import pytest

from model.data.attributes import REGRESSIONS, UNKNOWN, AttributeSpace, Scale
from model.errors import ArtifactError

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


def test_a_scale_worked_out_by_hand_and_its_inverse():
    scale = Scale(500.0, np.log(600.0), 0.5)
    standardised = scale.forward(pd.Series([100.0, -430.0, -500.0, None]))
    assert standardised[0] == pytest.approx(0.0)
    assert standardised[1] == pytest.approx(2 * np.log(70 / 600))
    assert np.isnan(standardised[2:]).all()
    assert scale.inverse(standardised[:2]) == pytest.approx([100.0, -430.0])
    assert Scale(None, 12.0, 4.0).inverse(np.array([0.5])) == pytest.approx([14.0])


def test_a_wild_prediction_stays_a_number_of_this_earth():
    wild = Scale(1.0, 3.0, 2.0).inverse(np.array([1e9, -1e9, 1e30], np.float32))
    assert np.isfinite(wild).all()
    assert wild[0] == pytest.approx(np.exp(13.0) - 1)


def test_inverse_transforms_give_back_what_was_learned_for_every_regression():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.gamma(2.0, 50.0, 200) for name in REGRESSIONS})
    space = AttributeSpace.fit(frame)
    back = space.decode({}, space.targets(frame))
    for name in REGRESSIONS:
        assert back[name].to_numpy() == pytest.approx(frame[name].to_numpy(), rel=1e-4, abs=1e-2)


def test_months_are_numbers_even_where_gaps_make_them_decimal():
    space = AttributeSpace.fit(pd.DataFrame({"month": [1, 2, 11]}))
    gapped = pd.DataFrame({"month": [11.0, np.nan, 2.0]})
    labels = space.labels(gapped)["month"]
    assert [space.classes["month"][i] for i in labels[[0, 2]]] == ["11", "2"]
    assert labels[1] == UNKNOWN
    decoded = space.decode({"month": labels[[0, 2]]}, None)
    assert decoded["month"].tolist() == [11, 2]


def test_a_column_that_validation_lacks_is_a_column_of_gaps():
    space = AttributeSpace.fit(TRAIN)
    bare = TRAIN[["koppen"]]
    assert (space.labels(bare)["country"] == UNKNOWN).all()
    assert np.isnan(space.targets(bare)).all()


def test_what_is_left_out_is_not_learned():
    space = AttributeSpace.fit(TRAIN, without={"country", "altitude_m"})
    assert set(space.classes) == {"koppen"}
    assert set(space.regressions) == {"temperature_c"}


def test_a_space_survives_json_and_foreign_data_are_refused():
    space = AttributeSpace.fit(TRAIN)
    assert AttributeSpace.from_dict(json.loads(json.dumps(space.as_dict()))) == space
    foreign_data = [
        None, {}, {"classes": [], "regressions": {}}, {"classes": {"country": [1, 2]}, "regressions": {}},
        {"classes": {}, "regressions": {"a": {"mean": "x"}}},
        {"classes": {}, "regressions": {"a": {"offset": 1.0, "mean": 1e6, "deviation": 1.0}}},
        {"classes": {}, "regressions": {"a": {"offset": None, "mean": float("nan"), "deviation": 1.0}}},
    ]  # fmt: skip
    for foreign in foreign_data:
        with pytest.raises(ArtifactError):
            AttributeSpace.from_dict(foreign)


def test_each_name_is_read_once_however_many_rows_hold_it(monkeypatch):
    calls = []
    monkeypatch.setattr("model.data.attributes._name", lambda column, value: calls.append(1) or str(value))
    frame = pd.DataFrame({"country": np.array(["FR", "DE", "NA"], object)[np.arange(30_000) % 3]})
    space = AttributeSpace.fit(frame)
    assert np.bincount(space.labels(frame)["country"]).tolist() == [10_000] * 3
    assert len(calls) == 6  # each name once when fitted, once when looked up
