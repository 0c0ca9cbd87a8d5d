"""How fast PIGEON's tower learns here: bfloat16, and small maps as multiplications, against neither; Muon's own step.

    python -m benchmarks.pretraining [--size 64] [--views 256] [--repeats 5] [--json]

Forward and backward through the vision tower of the preset "pigeon" on random pictures, in turn, so that a slow moment
of the machine meets all; medians. No text, no heads. Then one step of Muon on the tower's convolutions, ours (float32)
and torch's (bfloat16, which processors without it emulate). With --json the last line is one JSON object: `views_per_s`
of each way, `speedup` of each over float32 with plain convolutions, `muon_step_s` of both and `muon_speedup`.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any

import torch

from model.commands import run
from model.errors import ConfigError
from model.networks.encoder import best_dtype
from model.networks.optimisers import Muon
from model.networks.small_maps import multiply_small_maps
from model.networks.towers import PRESETS

PRESET = "pigeon"
WAYS = {"float32": (False, False), "float32 small maps": (False, True),
        "bfloat16": (True, False), "bfloat16 small maps": (True, True)}  # fmt: skip
MUON = {"ours": Muon, "torch": torch.optim.Muon}


def tower(small_maps: bool) -> Any:
    """The preset's residual network with random weights."""
    from transformers import ResNetConfig, ResNetModel

    preset = PRESETS[PRESET]
    torch.manual_seed(0)
    config: Any = ResNetConfig(
        embedding_size=preset.stem, hidden_sizes=preset.widths, depths=preset.depths, layer_type="basic"
    )
    network: Any = ResNetModel(config)
    network.to(memory_format=torch.channels_last).train()
    if small_maps:
        multiply_small_maps(network)
    return network


def step(network: Any, pixels: torch.Tensor, bfloat16: bool) -> float:
    """Seconds of one forward and backward pass."""
    start = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        seen = network(pixel_values=pixels).last_hidden_state
    seen.float().square().mean().backward()
    took = time.perf_counter() - start
    network.zero_grad()
    return took


def muon_step(kind: type[torch.optim.Muon], matrices: list[torch.Tensor]) -> float:
    """Seconds of one step of an optimiser on such matrices."""
    parameters = [torch.nn.Parameter(matrix.clone()) for matrix in matrices]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)
    optimiser = kind(parameters, lr=0.003, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
    start = time.perf_counter()
    optimiser.step()
    return time.perf_counter() - start


def measure(size: int, views: int, repeats: int) -> dict[str, Any]:
    """Medians of all ways.

    Raises:
        ConfigError: pictures, views or repeats that are none.
    """
    if size < 32 or views < 2 or repeats < 1:
        raise ConfigError(f"--size must be 32 or more, --views 2, --repeats 1; found {size}, {views} and {repeats}.")
    pixels = torch.randn(views, 3, size, size).contiguous(memory_format=torch.channels_last)
    networks = {name: tower(small) for name, (_, small) in WAYS.items()}
    matrices = [p.detach().flatten(1) for p in networks["float32"].parameters() if p.ndim == 4]
    took: dict[str, list[float]] = {name: [] for name in [*WAYS, *MUON]}
    for repeat in range(-1, repeats):  # the first warms up
        for name, (bfloat16, _) in WAYS.items():
            seconds = step(networks[name], pixels, bfloat16)
            if repeat >= 0:
                took[name].append(seconds)
        for name, kind in MUON.items():
            seconds = muon_step(kind, matrices)
            if repeat >= 0:
                took[name].append(seconds)
    median = {name: statistics.median(values) for name, values in took.items()}
    muon = {name: median.pop(name) for name in MUON}
    return {
        "benchmark": "pretraining", "size": size, "views": views, "repeats": repeats,
        "threads": torch.get_num_threads(), "multiplies_in_bfloat16": best_dtype(torch.device("cpu")) == torch.bfloat16,
        "views_per_s": {name: round(views / seconds, 1) for name, seconds in median.items()},
        "speedup": {name: round(median["float32"] / seconds, 2) for name, seconds in median.items()},
        "muon_step_s": {name: round(seconds, 3) for name, seconds in muon.items()},
        "muon_speedup": round(muon["torch"] / muon["ours"], 2),
    }  # fmt: skip


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.pretraining`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pretraining", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--size", type=int, default=64, help="side of a view in pixels")
    parser.add_argument("--views", type=int, default=256, help="at a time: 64 places of four")
    parser.add_argument("--repeats", type=int, default=5, help="timed passes of each way")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    arguments = parser.parse_args(argv)
    figures = measure(arguments.size, arguments.views, arguments.repeats)
    for name, speed in figures["views_per_s"].items():
        print(f"{name:<20} {speed:>8,.0f} views/s  {figures['speedup'][name]:.2f} times")
    for name, seconds in figures["muon_step_s"].items():
        print(f"a step of Muon, {name:<5} {seconds:>7.3f} s")
    if arguments.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    run(cli)
