import torch

from model.networks.tally import Tally


def test_means_are_over_the_steps_added_and_reading_begins_anew():
    tally = Tally()
    tally.add({"cells": torch.tensor(2.0)}, 0.25, 0.75)
    tally.add({"cells": torch.tensor(4.0)}, 0.25, 0.75)
    assert tally.read(10) == "10 places/s (data 250 ms, network 750 ms a step): cells 3.000"
    tally.add({"cells": torch.tensor(1.0)}, 0.5, 0.5)
    assert tally.read(10) == "10 places/s (data 500 ms, network 500 ms a step): cells 1.000"


def test_an_empty_tally_can_be_read():
    assert Tally().read(10).startswith("0 places/s")
