"""Two processes on one machine, joined by gloo over a file: what they learn together is what one would learn alone."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model.networks.contrastive import info_nce
from model.networks.gather import gather_rows

PROCESSES = 2
ONE = """
import sys
import torch
from safetensors.torch import save_file
from model.networks.contrastive import info_nce
rank, folder = int(sys.argv[1]), sys.argv[2]
torch.set_num_threads(1)
torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
from safetensors.torch import load_file
given = load_file(f"{folder}/given.safetensors")
own = slice(3 * rank, 3 * rank + 3)
weights = {name: given[name].clone().requires_grad_() for name in ("image_weight", "text_weight", "scale")}
loss = info_nce(given["images"][own] @ weights["image_weight"], given["texts"][own] @ weights["text_weight"],
                weights["scale"], gather=True)
loss.backward()
kept = {"loss": loss.detach()} | {name: weight.grad for name, weight in weights.items()}
for value in kept.values():  # what data-parallel training does with gradients
    torch.distributed.all_reduce(value)
    value /= 2
save_file(kept, f"{folder}/kept-{rank}.safetensors")
torch.distributed.destroy_process_group()
"""


@pytest.fixture(scope="module")
def given():
    torch.manual_seed(0)
    return {"images": torch.randn(6, 5), "texts": torch.randn(6, 5), "image_weight": torch.randn(5, 4),
            "text_weight": torch.randn(5, 4), "scale": torch.tensor(1.3)}  # fmt: skip


@pytest.fixture(scope="module")
def together(given, tmp_path_factory):
    """Loss and gradients of both processes, the mean over them."""
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("gloo")
    save_file(given, folder / "given.safetensors")
    root = Path(__file__).parents[3]
    running = [
        subprocess.Popen([sys.executable, "-c", ONE, str(rank), str(folder)], cwd=root, stderr=subprocess.PIPE)
        for rank in range(PROCESSES)
    ]
    for process in running:
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0, told.decode()
    return [load_file(folder / f"kept-{rank}.safetensors") for rank in range(PROCESSES)]


@pytest.fixture(scope="module")
def alone(given):
    weights = {name: given[name].clone().requires_grad_() for name in ("image_weight", "text_weight", "scale")}
    images, texts = given["images"] @ weights["image_weight"], given["texts"] @ weights["text_weight"]
    loss = info_nce(images, texts, weights["scale"])
    loss.backward()
    return {"loss": loss.detach()} | {name: weight.grad for name, weight in weights.items()}


def test_two_processes_have_the_loss_of_one_with_all_rows(together, alone):
    for kept in together:
        assert torch.allclose(kept["loss"], alone["loss"], atol=1e-6)


@pytest.mark.parametrize("name", ["image_weight", "text_weight", "scale"])
def test_two_processes_have_the_gradient_of_one_with_all_rows(together, alone, name):
    """Rows are each other's negatives across processes: without that part the gradients differ by a tenth or more."""
    for kept in together:
        assert torch.allclose(kept[name], alone[name], atol=1e-6)


def test_a_single_process_gathers_its_own_rows():
    rows = torch.randn(3, 2, requires_grad=True)
    found, begin = gather_rows(rows)
    assert found is rows
    assert begin == 0
