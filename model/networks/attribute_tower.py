"""Fine-tuning a tower to say what the ground is like: BiT, or any vision backbone, with its heads, on pictures.

A random view of each place in each epoch, all of them together to validate; the epoch with the least validation loss is
kept. Every finished epoch is a state that a stopped training goes on from to the same end. Knows no map and no command.
Source: "Recall vs Area" fine-tunes BiT-M ResNet-50v2 (Kolesnikov et al., arXiv 1912.11370).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from model.artifacts import whole
from model.data.views import decode_views
from model.errors import ArtifactError, ConfigError
from model.networks.attribute_heads import AttributeHeads
from model.networks.attribute_training import Labels, Pace, bar, loss_of
from model.networks.encoder import Encoder, best_device, pool
from model.networks.optimisers import Optimisers
from model.networks.training_state import check_belongs, load_state, read_notes, save_state

BEST = "best.safetensors"


class Pictures:
    """Pictures of places, decoded as an encoder reads them; `paths` one list of files a place."""

    def __init__(self, encoder: Encoder, paths: Sequence[Sequence[Path]], views: int) -> None:
        self.encoder, self.paths, self.views = encoder, paths, views
        self._mean, self._std = (np.asarray(part, np.float32)[:, None, None] for part in (encoder.mean, encoder.std))

    def read(self, rows: NDArray[np.int64], views: NDArray[np.int64] | None = None) -> torch.Tensor:
        """(n, V, 3, H, W) of places; with `views` (n,) of one view each, (n, 1, 3, H, W)."""
        with ThreadPoolExecutor() as readers:
            found = list(readers.map(lambda row: self._place(int(row)), rows))
        pixels = np.stack(found)
        if views is not None:
            pixels = pixels[np.arange(len(rows)), views][:, None]
        return torch.from_numpy(pixels)

    def _place(self, row: int) -> NDArray[np.float32]:
        files = [Path(path) for path in self.paths[row]]
        place = decode_views(files, self.views, self.encoder.image_size, self.encoder.resample)  # (V, H, W, 3)
        normal: NDArray[np.float32] = (place.transpose(0, 3, 1, 2).astype(np.float32) / 255.0 - self._mean) / self._std
        return normal


class Tower(torch.nn.Module):
    """A tower that sees and the heads on what it sees, trained as one."""

    def __init__(self, model: torch.nn.Module, heads: AttributeHeads) -> None:
        super().__init__()
        self.model, self.heads = model, heads

    def forward(self, pixels: torch.Tensor) -> dict[str, torch.Tensor]:
        """(n, V, 3, H, W) -> the logits (n, M) of every attribute, from the mean over the views."""
        n, v = pixels.shape[:2]
        seen = pool(self.model(pixel_values=pixels.flatten(0, 1)).last_hidden_state)
        logits: dict[str, torch.Tensor] = self.heads(seen.reshape(n, v, -1).mean(dim=1))
        return logits


def fine_tune(
    tower: Tower, pictures: Pictures, rows: Mapping[str, NDArray[np.int64]], labels: Mapping[str, Labels], pace: Pace,
    state: Path, belongs_to: Mapping[str, Any],
) -> tuple[int, int]:  # fmt: skip
    """Train tower and heads in place on pictures; a random view of each place in each epoch, all of them to validate.

    The state of each finished epoch, and the weights of the best one, lie in `state`; a training that was stopped goes
    on from there to the same end.

    Returns:
        The number of epochs run, and the one that was kept.

    Raises:
        ArtifactError: `state` is that of another training.
        ConfigError: nothing but losses that are no numbers.
    """
    device = best_device()
    tower.to(device)
    optimisers = Optimisers(tower.named_parameters(), "adamw", pace.lr, pace.weight_decay)
    told = {**belongs_to, **asdict(pace)}
    best, kept, epoch = float("inf"), 0, 0
    if (found := read_notes(state)) is not None:
        check_belongs(state, found, told)
        load_state(state, found, tower, optimisers)
        epoch, kept, best = found.step, int(found.notes["kept"]), float(found.notes["best"])

    def outcome(split: str, which: NDArray[np.int64], views: NDArray[np.int64] | None) -> torch.Tensor:
        wanted = {name: torch.from_numpy(values[which]).to(device) for name, values in labels[split].items()}
        return loss_of(tower(pictures.read(rows[split][which], views).to(device)), wanted)

    n = {split: len(rows[split]) for split in ("train", "validation")}
    steps = -(-n["train"] // pace.batch) + -(-n["validation"] // pace.batch)
    with bar("fine-tuning") as progress:
        task = progress.add_task("", total=pace.epochs * steps, completed=epoch * steps)
        while epoch < pace.epochs and epoch - kept < pace.patience:
            draw = np.random.default_rng([pace.seed, epoch])  # of the epoch alone, so that a resumed one is the same
            epoch += 1
            tower.train()
            order, view = draw.permutation(n["train"]), draw.integers(0, pictures.views, n["train"])
            for start in range(0, n["train"], pace.batch):
                which = order[start : start + pace.batch]
                loss = outcome("train", which, view[which])
                optimisers.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimisers.step()
                progress.advance(task)
            now = _validated(tower, outcome, n["validation"], pace.batch, lambda: progress.advance(task))
            if now < best:
                best, kept = now, epoch
                tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tower.state_dict().items()}
                with whole(state / BEST) as temporary:
                    temporary.write_bytes(save(tensors))
            progress.update(task, description=f"epoch {epoch}: validation loss {now:.4f} (best {best:.4f})")
            save_state(state, epoch, tower, optimisers, told, {"kept": kept, "best": best})
    if not kept:
        raise ConfigError(f"the validation loss was no finite number in any of {epoch} epochs; give a smaller --lr.")
    tower.cpu().eval()
    try:
        tower.load_state_dict(load_file(state / BEST))
    except (OSError, RuntimeError, SafetensorError) as error:
        raise ArtifactError(f"{state / BEST} holds no weights of this training; remove {state} to start "
                            "anew.") from error  # fmt: skip
    return epoch, kept


@torch.inference_mode()
def _validated(
    tower: Tower, outcome: Callable[[str, NDArray[np.int64], NDArray[np.int64] | None], torch.Tensor], n: int,
    batch: int, advance: Callable[[], None],
) -> float:  # fmt: skip
    tower.eval()
    total = 0.0
    for start in range(0, n, batch):
        which = np.arange(start, min(start + batch, n))
        total += float(outcome("validation", which, None)) * len(which)
        advance()
    return total / n


def save_tower(tower: Tower, encoder: Encoder, folder: Path) -> Path:
    """Write the tower in the hub's layout, as every encoder of the project: safetensors, config and preprocessor."""
    folder.mkdir(parents=True, exist_ok=True)
    tower.model.save_pretrained(folder, safe_serialization=True)  # type: ignore[operator]
    side = encoder.image_size
    preprocessor = {"crop_size": {"height": side, "width": side}, "size": {"shortest_edge": side},
                    "image_mean": list(encoder.mean), "image_std": list(encoder.std),
                    "resample": int(encoder.resample), "image_processor_type": "BitImageProcessor"}  # fmt: skip
    with whole(folder / "preprocessor_config.json") as temporary:
        temporary.write_text(json.dumps(preprocessor, indent=1) + "\n", encoding="utf-8")
    return folder
