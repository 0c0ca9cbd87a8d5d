"""Rows of all processes together, with their gradients. Knows no loss."""

from typing import Any

import torch


class _Gather(torch.autograd.Function):
    """All rows forward; backward each process gets what every process's loss says of its own rows."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor) -> torch.Tensor:
        ctx.n, ctx.rank = len(rows), torch.distributed.get_rank()
        parts = [torch.empty_like(rows) for _ in range(torch.distributed.get_world_size())]
        torch.distributed.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        together = gradients[0].clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(together)
        return together[ctx.rank * ctx.n :][: ctx.n]


def gather_rows(rows: torch.Tensor) -> tuple[torch.Tensor, int]:
    """Rows (M, P) of all processes in order -> (M · processes, P), and where our own begin.

    All processes must ask together, with the same M. Each loss may be a mean over its process's rows: the mean of
    gradients over the processes, which is what data-parallel training takes, is then that of one process with all rows.
    """
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return rows, 0
    together: torch.Tensor = _Gather.apply(rows)  # type: ignore[no-untyped-call]
    return together, torch.distributed.get_rank() * len(rows)
