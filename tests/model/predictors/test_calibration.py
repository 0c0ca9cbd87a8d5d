"""calibration.json: what was written is read, presets stand in, and edited or foreign files are refused."""

import json

import pytest

from model.errors import ArtifactError, ConfigError
from model.predictors.calibration import Calibration, Radius
from model.retrieval.refiner import RefinerSettings

FITTED = Calibration(
    1.3, RefinerSettings(20, 0.4, 0.0, 15, True, 200.0), (525.0, 0.9),
    Radius((900.0, 2500.0), ((0.8, 0.9, 1.0), (1.0, 1.1, 1.2), (1.0, 1.0, 1.5))),
)  # fmt: skip


@pytest.mark.parametrize("calibration", [FITTED, Calibration()], ids=["fitted", "preset"])
def test_what_was_written_is_read(calibration, tmp_path):
    calibration.write(tmp_path / "calibration")
    assert Calibration.read(tmp_path / "calibration") == calibration


def test_presets_are_the_papers_and_promise_no_radius():
    pigeon, pigeotto = Calibration.of_preset("pigeon"), Calibration.of_preset("pigeotto")
    assert (pigeon.refiner.candidates, pigeon.refiner.temperature, pigeon.refiner.max_move_km) == (5, 1.6, 1000.0)
    assert (pigeotto.refiner.candidates, pigeotto.refiner.temperature, pigeotto.refiner.max_move_km) == (40, 0.6, 0.0)
    assert pigeon.radius is None
    with pytest.raises(ConfigError, match="sparrow"):
        Calibration.of_preset("sparrow")


def without(key):
    return lambda data: data.pop(key)


def with_(**changes):
    return lambda data: data.update(changes)


@pytest.mark.parametrize(
    "edit",
    [
        without("temperature"), without("radius"), without("refiner"), with_(format=2), with_(temperature=0.0),
        with_(temperature="1"), with_(temperature=True), with_(temperature=float("nan")), with_(expected_line=[1.0]),
        with_(expected_line=[1.0, None]), with_(refiner={}), with_(refiner=None), with_(radius=[]),
        with_(radius={"edges": [3.0, 2.0], "factors": [[1.0] * 3] * 3}),
        with_(radius={"edges": [1.0], "factors": [[1.0] * 3]}),
        with_(radius={"edges": [], "factors": [[1.0] * 2]}),
        with_(radius={"edges": [], "factors": [[-1.0] * 3]}),
        lambda data: data["refiner"].update(candidates=0),
        lambda data: data["refiner"].update(candidates=2.5),
        lambda data: data["refiner"].update(hedge="yes"),
        lambda data: data["refiner"].update(temperature=float("inf")),
    ],
)  # fmt: skip
def test_an_edited_calibration_is_refused_in_one_sentence(edit, tmp_path):
    path = FITTED.write(tmp_path)
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data))
    with pytest.raises(ArtifactError, match=r"calibrat") as refused:
        Calibration.read(tmp_path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "3", "{", "\x80"])
def test_a_file_that_is_none_is_refused_and_a_missing_one_names_the_verb(text, tmp_path):
    with pytest.raises(ArtifactError, match=r"model\.calibrate"):
        Calibration.read(tmp_path)
    (tmp_path / "calibration.json").write_text(text)
    with pytest.raises(ArtifactError, match="calibrate again"):
        Calibration.read(tmp_path)
