"""The state of a training that was stopped: weights and moments as safetensors, the rest as JSON. No pickle.

Each state is a set of files named by its step; `state.json`, written last, says which set is whole.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from model.artifacts import whole
from model.errors import ArtifactError

NOTE = "state.json"


def save_state(folder: Path, step: int, module: nn.Module, optimizer: torch.optim.Optimizer, notes: Any) -> None:
    """Write all that an exact resume needs, then remove older states."""
    weights = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in module.state_dict().items()}
    moments = {
        f"{index}.{key}": torch.as_tensor(value).detach().cpu().clone().contiguous()
        for index, state in optimizer.state_dict()["state"].items()
        for key, value in state.items()
    }
    files = {"weights": f"weights-{step:08d}.safetensors", "moments": f"moments-{step:08d}.safetensors"}
    for part, tensors in (("weights", weights), ("moments", moments)):
        with whole(folder / files[part]) as temporary:
            save_file(tensors, temporary)
    with whole(folder / NOTE) as temporary:
        temporary.write_text(json.dumps({"step": step, "files": files, "notes": notes}, indent=1), encoding="utf-8")
    for old in folder.glob("*-*.safetensors"):
        if old.name not in files.values():
            old.unlink(missing_ok=True)


def read_notes(folder: Path) -> dict[str, Any] | None:
    """`{"step", "files", "notes"}` of the last whole state, or None where there is none.

    Raises:
        ArtifactError: a note that is not one.
    """
    path = folder / NOTE
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {"step": int(found["step"]), "files": dict(found["files"]), "notes": found["notes"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is no training state ({error}); remove {folder} to start anew.") from error


def load_state(folder: Path, state: dict[str, Any], module: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put weights and moments back.

    Raises:
        ArtifactError: a file that is missing, edited or of another model.
    """
    try:
        module.load_state_dict(load_file(folder / state["files"]["weights"]))
        moments = load_file(folder / state["files"]["moments"])
        own = optimizer.state_dict()
        own["state"] = {}
        for name, tensor in moments.items():
            index, key = name.split(".", 1)
            own["state"].setdefault(int(index), {})[key] = tensor
        optimizer.load_state_dict(own)
    except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ArtifactError(f"{folder} holds no state of this training ({reason}); remove it to start anew.") from error
