"""What a training says while it runs: lines, a bar on a terminal, and curves for TensorBoard. Knows no network."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Journal:
    """Lines, bar and curves of one run; silent unless it is the main process's.

    Args:
        folder: where TensorBoard's files go; None for no curves.
        is_main: whether this process speaks.
        first_step: the step that a broken run goes on from; its curves beyond are dropped, all of them where it is 0.
    """

    def __init__(self, folder: Path | None, is_main: bool, first_step: int = 0):
        self.is_main = is_main
        self._writer: Any = None
        self._bar: Any = None
        if not is_main:
            return
        if folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(folder), purge_step=first_step + 1 if first_step else 0)
        if sys.stdout.isatty():
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
                TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
            )  # fmt: skip
            self._task = self._bar.add_task("training", total=1.0)
            self._bar.start()

    def say(self, text: str) -> None:
        """One line."""
        if self.is_main:
            if self._bar is not None:
                self._bar.console.print(text, highlight=False, markup=False)
            else:
                print(text, flush=True)

    def scalars(self, step: int, figures: Mapping[str, float], under: str) -> None:
        """Points of the curves `under/name`."""
        if self._writer is not None:
            for name, value in figures.items():
                self._writer.add_scalar(f"{under}/{name}", value, step)

    def progress(self, share: float, text: str) -> None:
        """How much is done, 0 … 1."""
        if self._bar is not None:
            self._bar.update(self._task, completed=min(1.0, share), description=text)

    def close(self) -> None:
        """Write what is not yet written; the terminal is the shell's again."""
        if self._writer is not None:
            self._writer.close()
        if self._bar is not None:
            self._bar.stop()
