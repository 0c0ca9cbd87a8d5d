import multiprocessing
import os
import signal
import socket
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import load_file

from model import pretrain
from model.artifacts import read_record
from model.errors import ArtifactError
from model.networks import training
from model.networks.optimisers import Optimisers
from model.networks.training_settings import PretrainConfig
from model.networks.training_state import read_notes

FORK = multiprocessing.get_context("fork")  # a new interpreter would spend seconds on importing


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def config(coloured_places, tmp_path):
    return PretrainConfig(
        manifest=coloured_places.manifest, geocells=coloured_places.geocells, out=tmp_path / "run",
        preset="tiny-resnet", epochs=2, batch=8, learning_rate=5e-3, tensorboard=False,
    )  # fmt: skip


def weights(out):
    return load_file(out / "encoder" / "model.safetensors")


def facts(out):
    return read_record(out, "pretrain")["facts"]


def end_in_a_step(step):
    """What a process does that is killed in the midst of a step."""
    real, taken = Optimisers.step, []

    def mortal(self):
        real(self)
        taken.append(1)
        if len(taken) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    Optimisers.step = mortal


def end_in_a_state(step):
    """What a process does that is killed when the weights are written, the moments are not."""
    import model.networks.training_state as state

    real, written = state.save_file, []

    def mortal(tensors, path):
        written.append(1)
        if len(written) == 2 * step:
            os.kill(os.getpid(), signal.SIGKILL)
        real(tensors, path)

    state.save_file = mortal


@pytest.mark.parametrize(
    ("optimizer", "accumulate", "end", "kept"),
    [("adamw", 1, end_in_a_state, 4), ("muon", 2, end_in_a_step, 3)],
)
def test_killed_at_any_moment_it_goes_on_to_the_same_weights(config, tmp_path, optimizer, accumulate, end, kept):
    config = replace(config, optimizer=optimizer, accumulate=accumulate, batch=8 // accumulate)
    pretrain.main(config)
    broken = replace(config, out=tmp_path / "broken", checkpoint_minutes=0.0)

    def child():
        end(kept + 1)
        pretrain.main(broken)

    process = FORK.Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert read_notes(broken.out / "training").step == kept
    assert not (broken.out / "encoder").exists()
    pretrain.main(broken)
    assert facts(broken.out)["steps"] == facts(config.out)["steps"] > kept
    whole, resumed = weights(config.out), weights(broken.out)
    assert all(np.array_equal(tensor, resumed[name]) for name, tensor in whole.items())


def stopped_after(config, step, monkeypatch):
    """A training that was interrupted when it had kept this step."""
    real = training.save_state

    def stop(folder, at, *rest):
        real(folder, at, *rest)
        if at == step:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training, "save_state", stop)
        pretrain.main(replace(config, checkpoint_minutes=0.0))


def test_a_state_is_bound_to_settings_and_inputs_and_may_only_grow_longer(config, monkeypatch, tmp_path):
    config = replace(config, probe_places=0)
    stopped_after(config, 2, monkeypatch)
    for change, told in (
        ({"seed": 1}, "seed was 0, is 1"), ({"learning_rate": 1e-3}, "learning_rate was 0.005, is 0.001"),
        ({"epochs": 1}, "begun for 2 epochs, now 1"), ({"epochs": None, "minutes": 5.0}, "length was epochs"),
        ({"geocells": None}, "content of geocells was"), ({"tau_km": 20.0}, "tau_km was 75.0, is 20.0"),
    ):  # fmt: skip
        with pytest.raises(ArtifactError, match=told):
            pretrain.main(replace(config, **change))
    frame = pd.read_parquet(config.manifest).assign(region="South")
    frame.to_parquet(config.manifest.parent / "other.parquet")
    with pytest.raises(ArtifactError, match="content of manifest was"):
        pretrain.main(replace(config, manifest=config.manifest.parent / "other.parquet"))
    assert not (config.out / "encoder").exists()
    pretrain.main(replace(config, epochs=3, workers=0, tau_km=75.0))
    assert facts(config.out)["steps"] == 9
    assert facts(config.out)["lengths"] == [[0, 2.0], [2, 3.0]]


def test_accumulated_batches_are_a_step_of_their_mean_gradient(config, tmp_path, monkeypatch):
    # By hand: two batches of 4 with losses that are means over the batch give the gradient of their mean.
    gradients = []
    real = Optimisers.step

    def noted(self):
        gradients.append({name: p.grad.clone() for name, p in self.by_name.items() if p.grad is not None})
        real(self)

    monkeypatch.setattr(Optimisers, "step", noted)
    alone = replace(config, batch=4, epochs=2 / 7, clip=0.0, learning_rate=1e-12, probe_places=0, preset="tiny")
    pretrain.main(alone)  # two steps; the rate is so small that both start from the same weights
    pretrain.main(replace(alone, out=tmp_path / "together", accumulate=2))
    first, second, together = gradients
    for name, mean in together.items():
        expected = (first[name] + second[name]) / 2
        assert torch.allclose(mean, expected, atol=1e-5 + 1e-3 * float(expected.abs().max())), name


def test_frozen_towers_stay_as_they_are_bit_by_bit(config, tmp_path):
    start = pretrain.main(replace(config, preset="tiny", epochs=1, probe_places=0))
    frozen = replace(
        config, out=tmp_path / "frozen", start_from=str(start), unfreeze="none", freeze_text=True, optimizer="muon"
    )
    pretrain.main(frozen)
    before = load_file(start / "model.safetensors")
    moved = {name for name, tensor in weights(frozen.out).items() if not np.array_equal(tensor, before[name])}
    assert moved == {"logit_scale", "visual_projection.weight", "text_projection.weight"}
    assert facts(frozen.out)["trained_parameters"] < facts(frozen.out)["parameters"] / 2


def test_bfloat16_and_checkpointed_gradients_train_the_same_network(config, tmp_path):
    config = replace(config, preset="tiny", epochs=1, probe_places=0, learning_rate=1e-3)
    pretrain.main(config)
    plain = weights(config.out)
    for flag in ("bf16", "checkpoint_gradients"):
        other = replace(config, out=tmp_path / flag, **{flag: True})
        pretrain.main(other)
        far = max(float(np.abs(tensor - weights(other.out)[name]).max()) for name, tensor in plain.items())
        assert far < 0.01
        assert (far > 1e-6) == (flag == "bf16")


def test_the_vision_tower_is_compiled_if_asked(config, monkeypatch):
    compiled = []
    monkeypatch.setattr(
        torch.nn.Module, "compile", lambda self, backend: compiled.append((type(self).__name__, backend))
    )
    config = replace(config, preset="tiny", epochs=1, probe_places=0)
    pretrain.main(config)
    assert compiled == []
    pretrain.main(replace(config, out=config.out / "compiled", compile=True))
    assert compiled == [("CLIPVisionModel", "inductor")]


def test_curves_are_written_for_tensorboard_and_a_broken_run_continues_them(config, monkeypatch):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.setattr(training, "LOG_STEPS", 2)
    config = replace(config, tensorboard=True)
    stopped_after(config, 3, monkeypatch)
    pretrain.main(config)
    curves = EventAccumulator(str(config.out / "tensorboard"))
    curves.Reload()
    names = set(curves.Tags()["scalars"])
    assert names >= {"loss/total", "loss/captions", "training/rate", "validation/median_km", "validation/score"}
    assert [point.step for point in curves.Scalars("training/rate")] == [2, 4, 6]


def two_processes(config, answers):
    """The training in two processes that talk by gloo."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def child(rank):
        from accelerate.state import AcceleratorState, PartialState

        os.environ.update(
            RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", LOCAL_WORLD_SIZE="2", MASTER_ADDR="127.0.0.1",
            MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo",
        )  # fmt: skip
        AcceleratorState._reset_state(True)
        PartialState._reset_state()
        run = training.Training.run

        def noted(self):
            run(self)
            answers.put((rank, {name: float(p.double().sum()) for name, p in self.bare.named_parameters()}))

        training.Training.run = noted
        pretrain.main(config)
        torch.distributed.destroy_process_group()

    children = [FORK.Process(target=child, args=(rank,)) for rank in range(2)]
    for process in children:
        process.start()
    found = dict(answers.get(timeout=60) for _ in children)
    for process in children:
        process.join(60)
    assert [process.exitcode for process in children] == [0, 0]
    return found


@pytest.mark.parametrize("caption_weight", [0.3, 0.0])
def test_two_processes_train_one_network_with_or_without_its_text_tower(config, caption_weight):
    config = replace(config, batch=5, caption_weight=caption_weight, epochs=1, workers=0, accumulate=2)
    found = two_processes(config, FORK.Queue())
    assert found[0] == found[1]
    assert facts(config.out)["processes"] == 2
    assert facts(config.out)["steps"] == 2  # 30 places in batches of 2 · 2 · 5
