import json

import pytest

from benchmarks import pretraining
from model.errors import ConfigError


def test_the_last_line_is_json_with_a_speedup_for_every_way(capsys):
    pretraining.cli(["--size", "32", "--views", "4", "--repeats", "1", "--json"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(figures["speedup"]) == list(figures["views_per_s"]) == list(pretraining.WAYS)
    assert figures["speedup"]["float32"] == 1.0
    assert all(value > 0 for value in figures["views_per_s"].values())
    assert set(figures["muon_step_s"]) == {"ours", "torch"}
    assert figures["muon_speedup"] > 0


def test_all_ways_have_the_same_weights_and_only_some_multiply():
    plain, changed = pretraining.tower(False), pretraining.tower(True)
    assert all(a.equal(b) for a, b in zip(plain.parameters(), changed.parameters(), strict=True))
    assert type(plain.encoder.stages[3].layers[0].layer[0].convolution) is not type(
        changed.encoder.stages[3].layers[0].layer[0].convolution
    )


@pytest.mark.parametrize("odd", [(16, 4, 1), (64, 1, 1), (64, 4, 0)])
def test_nothing_to_measure_is_refused(odd):
    with pytest.raises(ConfigError, match="--size must be 32"):
        pretraining.measure(*odd)
