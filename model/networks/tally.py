"""Running means of losses and times between two lines of a training's log. Knows no training."""

from collections.abc import Mapping

import torch


class Tally:
    """Adds up steps until it is read; reading it begins anew."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.steps, self.data_s, self.network_s = 0, 0.0, 0.0
        self.losses: dict[str, torch.Tensor] = {}

    def add(self, losses: Mapping[str, torch.Tensor], data_s: float, network_s: float) -> None:
        """One step: its losses and how long its data and its network took."""
        self.steps, self.data_s, self.network_s = self.steps + 1, self.data_s + data_s, self.network_s + network_s
        for name, loss in losses.items():
            self.losses[name] = self.losses[name] + loss if name in self.losses else loss  # read later: no wait

    def means(self) -> dict[str, float]:
        """The mean of each loss."""
        return {name: float(value) / max(1, self.steps) for name, value in self.losses.items()}

    def speed(self, places_a_step: int) -> float:
        """Places a second."""
        return self.steps * places_a_step / max(1e-9, self.data_s + self.network_s)

    def read(self, places_a_step: int) -> str:
        """Places a second, milliseconds a step for data and network, and the mean of each loss."""
        steps = max(1, self.steps)
        parts = " ".join(f"{name} {value:.3f}" for name, value in self.means().items())
        line = (f"{self.speed(places_a_step):.0f} places/s (data {self.data_s / steps * 1e3:.0f} ms, network "
                f"{self.network_s / steps * 1e3:.0f} ms a step): {parts}")  # fmt: skip
        self.clear()
        return line
