"""The state of a training that was stopped: weights and moments as safetensors, the rest as JSON. No pickle.

Each state is a set of files named by its step; `state.json`, written last, says which set is whole and what training it
belongs to: its settings and the fingerprints of its inputs. A state of any other training is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from model.artifacts import whole
from model.errors import ArtifactError
from model.networks.optimisers import Optimisers

NOTE, FORMAT = "state.json", 2


@dataclass(frozen=True)
class StateNotes:
    """What `state.json` says."""

    step: int
    files: dict[str, str]
    belongs_to: dict[str, Any]
    notes: dict[str, Any]


def save_state(
    folder: Path, step: int, module: nn.Module, optimisers: Optimisers, belongs_to: Mapping[str, Any], notes: Any
) -> None:
    """Write all that an exact resume needs, then remove older states."""
    files = {"weights": f"weights-{step:08d}.safetensors", "moments": f"moments-{step:08d}.safetensors"}
    for part, tensors in (("weights", module.state_dict()), ("moments", optimisers.state())):
        copies = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
        with whole(folder / files[part]) as temporary:
            save_file(copies, temporary)
    note = {"format": FORMAT, "step": step, "files": files, "belongs_to": dict(belongs_to), "notes": notes}
    with whole(folder / NOTE) as temporary:
        temporary.write_text(json.dumps(note, indent=1), encoding="utf-8")
    for old in folder.glob("*-*.safetensors"):
        if old.name not in files.values():
            old.unlink(missing_ok=True)


def read_notes(folder: Path) -> StateNotes | None:
    """The notes of the last whole state, or None where there is none.

    Raises:
        ArtifactError: a note that is not one, or one of another format.
    """
    path = folder / NOTE
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("format") != FORMAT:
            raise ValueError("of another format")
        return StateNotes(int(found["step"]), dict(found["files"]), dict(found["belongs_to"]), dict(found["notes"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{path} is no training state ({error}); remove {folder} to start anew.") from error


def check_belongs(
    folder: Path, state: StateNotes, belongs_to: Mapping[str, Any], assumed: Mapping[str, Any] | None = None
) -> None:
    """Refuse a state of another training.

    `assumed` are settings that a state may not know yet, and what was done before they were there.

    Raises:
        ArtifactError: naming what differs, and how.
    """
    ours, theirs = json.loads(json.dumps(dict(belongs_to))), dict(assumed or {}) | state.belongs_to
    differing = [name for name in sorted(set(ours) | set(state.belongs_to)) if ours.get(name) != theirs.get(name)]
    if not differing:
        return
    told = ", ".join(f"{name} was {_short(theirs.get(name))}, is {_short(ours.get(name))}"
                     for name in differing[:4])  # fmt: skip
    raise ArtifactError(
        f"{folder} holds step {state.step} of another training ({told}). Give the settings and inputs it began with to "
        "go on, or another --out, or remove that folder to start anew."
    )


def load_state(folder: Path, state: StateNotes, module: nn.Module, optimisers: Optimisers) -> None:
    """Put weights and moments back.

    Raises:
        ArtifactError: a file that is missing, edited or of another model.
    """
    try:
        module.load_state_dict(load_file(folder / state.files["weights"]))
        optimisers.load_state(load_file(folder / state.files["moments"]))
    except (OSError, KeyError, ValueError, RuntimeError, IndexError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ArtifactError(f"{folder} holds no state of this training ({reason}); remove it to start anew.") from error


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{text[:12]}…"
