"""Which objects stand in which direction: lists by azimuth, nearest first. Knows no pixels."""

# mypy: allow-untyped-defs, allow-untyped-calls

from math import atan2, floor, pi

import world.draw.slots as n
from world.draw.compiled import kernel


@kernel
def fill_bins(T, starts, items):
    """List the objects of every azimuth bin, nearest first; T must be sorted by NEAR. Returns how many were listed."""
    total = 0
    for pass_ in range(2):
        if pass_ == 0:
            starts[:] = 0
        for i in range(T.shape[0]):
            middle = atan2(T[i, n.Y], T[i, n.X]) / (2.0 * pi) * n.BINS
            spread = T[i, n.SPREAD] / (2.0 * pi) * n.BINS
            low = floor(middle - spread)
            high = floor(middle + spread)
            if high - low >= n.BINS:
                low = 0
                high = n.BINS - 1
            for k in range(low, high + 1):
                at = k % n.BINS
                if pass_ == 0:
                    starts[at + 1] += 1
                else:
                    if starts[at] < items.shape[0]:
                        items[starts[at]] = i
                    starts[at] += 1
        if pass_ == 0:
            for k in range(n.BINS):
                starts[k + 1] += starts[k]
            total = starts[n.BINS]
            if total > items.shape[0]:
                return total
    for k in range(n.BINS, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0
    return total
