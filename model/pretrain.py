"""Stage: train an encoder on captions, geocells and attributes of places; writes RUN/encoder/ in the hub's layout.

The network starts from nothing (`--preset`) or from a CLIP model (`--start-from` a folder or a name on the hub). State
is kept in RUN/training/ every few minutes (safetensors and JSON), and the same command goes on from there, to the same
weights with `--epochs`; with `--minutes` the schedule follows the clock, so that the learning rate has reached zero
when the time is over. More --minutes or --epochs than before go on for longer; with any other setting or input the
state is refused. Curves are in RUN/tensorboard (`tensorboard --logdir RUN`).
"""

import shutil
import warnings
from pathlib import Path
from typing import Any

import torch

from model.artifacts import is_done, write_record
from model.commands import parser_for, read, run
from model.errors import ConfigError
from model.networks.training import PICTURES, Training
from model.networks.training_settings import PretrainConfig

STAGE = "pretrain"
EXAMPLES = """examples:
  a small encoder from nothing, in half an hour on a CPU:
    python -m model.pretrain --manifest data/manifest.parquet --geocells RUN/geocells.parquet --out RUN --minutes 30 \\
        --optimizer muon --small-size 64 --small-share 0.7
  PIGEON's own recipe on a GPU (arXiv 2307.05845): batches of 1024 made of 16 times 64 (gradients add up; the
  negatives of a caption are those of its 64), 0.2 of 3 epochs to warm up:
    python -m model.pretrain --manifest data/manifest.parquet --out RUN --epochs 3 \\
        --start-from openai/clip-vit-large-patch14-336 --learning-rate 1e-6 --weight-decay 1e-3 --schedule linear \\
        --warm-up 0.067 --batch 64 --accumulate 16 --views 1 --caption-weight 1 --attribute-weight 0 \\
        --bf16 --checkpoint-gradients
  the last layer of a model that already knows streets, the text tower as it is:
    python -m model.pretrain … --start-from geolocal/StreetCLIP --unfreeze 1 --freeze-text
  a CPU with two cores: two processes of one thread each are 1.7 times as fast as one of two threads; --bf16 only where
  the processor multiplies in it (AMX or AVX512-BF16), --batch is of each process:
    torchrun --standalone --nproc-per-node 2 -m model.pretrain … --bf16 --workers 0
  several GPUs or machines:
    accelerate launch -m model.pretrain …
"""


def main(config: PretrainConfig) -> Path:
    """Train, save RUN/encoder/ and write the record; a finished run is left as it is.

    Raises:
        ManifestError, ImageError, ArtifactError, StorageError, ConfigError: see `model.errors`.
    """
    encoder = config.out / "encoder"
    if is_done(config.out, STAGE, config, config.inputs):
        print(f"{encoder} is done; nothing to do.")
        return encoder
    accelerator = start_accelerator(config)
    training = Training(config, accelerator)
    training.run()
    if accelerator.is_main_process:
        training.save_encoder(encoder)
        write_record(config.out, STAGE, config, config.inputs, {"encoder": encoder}, training.facts())
        shutil.rmtree(config.out / PICTURES, ignore_errors=True)
    accelerator.wait_for_everyone()
    return encoder


def start_accelerator(config: PretrainConfig) -> Any:
    """What knows the devices and the other processes.

    Raises:
        ConfigError: --bf16 where the device has none.
    """
    from accelerate import Accelerator
    from accelerate.utils import DistributedDataParallelKwargs
    from transformers.utils import logging

    hide_bars: Any = logging.disable_progress_bar  # untyped
    hide_bars()
    # The strides of a kernel of 1 × 1 mean nothing, and those that differ are told of at every start, in six lines.
    warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")
    # A task without labels in a batch, or of weight 0, leaves its head without a gradient: nobody may wait for that.
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)
    # Without an accelerator's device accelerate takes several processes for as many trainings, unless told.
    accelerator = Accelerator(
        mixed_precision="no",  # bfloat16 is the training's own
        cpu=not (torch.cuda.is_available() or torch.backends.mps.is_available()), kwargs_handlers=[unused],
    )  # fmt: skip
    if config.bf16 and accelerator.device.type == "cuda" and not torch.cuda.is_bf16_supported(False):
        raise ConfigError("--bf16: this GPU cannot multiply in bfloat16 (it came with Ampere); leave the flag out.")
    return accelerator


if __name__ == "__main__":
    _parser = parser_for(PretrainConfig, "python -m model.pretrain", __doc__ or "", EXAMPLES)
    run(lambda: main(read(_parser, PretrainConfig)))
