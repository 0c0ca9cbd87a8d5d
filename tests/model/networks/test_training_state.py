import pytest
import torch

from model.errors import ArtifactError
from model.networks.optimisers import Optimisers
from model.networks.training_state import check_belongs, load_state, read_notes, save_state

THIS = {"seed": 0, "content of manifest": "f00"}


def trained(seed, steps=3):
    torch.manual_seed(seed)
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    optimizer = Optimisers(module.named_parameters(), "adamw", 0.1, 0.01)
    for _ in range(steps):
        module(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    return module, optimizer


def test_weights_and_moments_come_back_and_the_next_step_is_the_same(tmp_path):
    module, optimizer = trained(0)
    save_state(tmp_path, 3, module, optimizer, THIS, {"elapsed_s": 1.5})
    state = read_notes(tmp_path)
    assert state.step == 3
    assert state.notes == {"elapsed_s": 1.5}
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
    save_state(tmp_path, 3, module, optimizer, THIS, {})
    save_state(tmp_path, 9, module, optimizer, THIS, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "moments-00000009.safetensors", "state.json", "weights-00000009.safetensors",
    ]  # fmt: skip


def test_no_state_is_none_and_an_edited_one_is_refused(tmp_path):
    assert read_notes(tmp_path) is None
    module, optimizer = trained(0)
    save_state(tmp_path, 1, module, optimizer, THIS, {})
    state = read_notes(tmp_path)
    (tmp_path / state.files["weights"]).write_bytes(b"no weights")
    with pytest.raises(ArtifactError, match="no state of this training"):
        load_state(tmp_path, state, module, optimizer)
    (tmp_path / "state.json").write_text("{}")
    with pytest.raises(ArtifactError, match="is no training state"):
        read_notes(tmp_path)


def test_a_state_of_another_training_is_refused_with_what_differs(tmp_path):
    save_state(tmp_path, 7, *trained(0), THIS, {})
    state = read_notes(tmp_path)
    check_belongs(tmp_path, state, dict(THIS))
    with pytest.raises(ArtifactError, match="seed was 0, is 1"):
        check_belongs(tmp_path, state, THIS | {"seed": 1})
    with pytest.raises(ArtifactError, match="content of manifest was f00, is f01"):
        check_belongs(tmp_path, state, THIS | {"content of manifest": "f01"})
    with pytest.raises(ArtifactError, match="clip was None, is 1"):
        check_belongs(tmp_path, state, THIS | {"clip": 1})
    check_belongs(tmp_path, state, THIS | {"clip": 1}, {"clip": 1})  # a setting that came later, at its default
    with pytest.raises(ArtifactError, match="clip was 1, is 2"):
        check_belongs(tmp_path, state, THIS | {"clip": 2}, {"clip": 1})
    with pytest.raises(ArtifactError, match="seed was 0, is None"):
        check_belongs(tmp_path, state, {"content of manifest": "f00"}, {"seed": None})


def test_moments_of_another_model_are_refused(tmp_path):
    save_state(tmp_path, 3, *trained(0), THIS, {})
    state = read_notes(tmp_path)
    module, _ = trained(0)
    fewer = Optimisers(list(module.named_parameters())[:1], "adamw", 0.1, 0.01)
    with pytest.raises(ArtifactError, match="not trained here"):
        load_state(tmp_path, state, module, fewer)
