import pytest
import torch

from model.errors import ArtifactError
from model.networks.training_state import load_state, read_notes, save_state


def trained(seed, steps=3):
    torch.manual_seed(seed)
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    optimizer = torch.optim.AdamW(module.parameters(), lr=0.1)
    for _ in range(steps):
        module(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    return module, optimizer


def test_weights_and_moments_come_back_and_the_next_step_is_the_same(tmp_path):
    module, optimizer = trained(0)
    save_state(tmp_path, 3, module, optimizer, {"elapsed_s": 1.5})
    state = read_notes(tmp_path)
    assert state["step"] == 3
    assert state["notes"] == {"elapsed_s": 1.5}
    other, other_optimizer = trained(1)
    load_state(tmp_path, state, other, other_optimizer)
    data = torch.randn(8, 3)
    for net, opt in ((module, optimizer), (other, other_optimizer)):
        net(data).square().mean().backward()
        opt.step()
    for mine, theirs in zip(module.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


def test_only_the_last_state_is_kept_and_nothing_is_pickled(tmp_path):
    module, optimizer = trained(0)
    save_state(tmp_path, 3, module, optimizer, {})
    save_state(tmp_path, 9, module, optimizer, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "moments-00000009.safetensors", "state.json", "weights-00000009.safetensors",
    ]  # fmt: skip


def test_no_state_is_none_and_an_edited_one_is_refused(tmp_path):
    assert read_notes(tmp_path) is None
    module, optimizer = trained(0)
    save_state(tmp_path, 1, module, optimizer, {})
    state = read_notes(tmp_path)
    (tmp_path / state["files"]["weights"]).write_bytes(b"no weights")
    with pytest.raises(ArtifactError, match="no state of this training"):
        load_state(tmp_path, state, module, optimizer)
    (tmp_path / "state.json").write_text("{}")
    with pytest.raises(ArtifactError, match="is no training state"):
        read_notes(tmp_path)
