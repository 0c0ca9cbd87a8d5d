"""How much of the Earth must be searched before the truth is found: exact, on atoms in place of pixels.

An atom is all the pixels that have the same regions in every table that takes part: the density that a photo's scores
spread over the Earth is the same on all of them, so a photo costs one look at the atoms, not at 58 million pixels, and
the answer is the same. Knows no model, no file and no polygon; photos are looked at in blocks, which keeps the memory
under some 200 MB beside the scores that are given and 16 bytes an atom and table.

Source: the three algorithms of "Recall vs Area" (rasterise, ensemble, evaluate), see also recall_area.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from model.errors import ArtifactError, ConfigError
from model.geo.distance import Floats, check_points
from model.geo.rasters import pixels_of
from model.geo.runs import RegionRaster, RunRaster, overlay, pixel_areas_km2

Ties = Literal["whole", "optimistic", "midpoint"]
FLOOR = 1e-9  # of an ensemble, in densities of nothing known: one table's zero must not erase the Earth for the others
TIE = 1e-11  # relative: densities that differ by rounding alone are equal
BLOCK = 4_000_000  # photos times atoms that are looked at together: three arrays of 32 MB


@dataclass(frozen=True)
class Atoms:
    """The Earth cut up by K tables of regions at once.

    Attributes:
        runs: the atom of each pixel, 0 … A − 1.
        sets: (A, K) the set of regions that each atom has in each table, -1 for none.
        tables: the K rasters.
    """

    runs: RunRaster
    sets: NDArray[np.int32]
    tables: tuple[RegionRaster, ...]

    @classmethod
    def of(cls, tables: Sequence[RegionRaster]) -> "Atoms":
        """Overlay some tables of regions.

        Raises:
            ConfigError: none, or tables on different grids.
        """
        runs, sets = overlay([table.runs for table in tables])
        return cls(runs, sets, tuple(tables))

    def __len__(self) -> int:
        return len(self.sets)

    @cached_property
    def areas_km2(self) -> Floats:
        """The area of each atom, (A,); they sum to the area of the Earth."""
        return self.runs.areas_km2(len(self))

    @cached_property
    def _spread(self) -> list[sparse.csr_array]:
        """For each table (S, J) what turns the scores of regions into densities of sets: 1 / area of the region."""
        return [
            sparse.csr_array((1.0 / table.areas_km2[table.members], table.members, table.offsets),
                             shape=(table.sets, table.count))
            for table in self.tables
        ]  # fmt: skip

    def at(self, points: ArrayLike) -> NDArray[np.int32]:
        """The atoms (N,) of the pixels that hold points (N, 2).

        Raises:
            CoordinateError: points that lie on no Earth.
        """
        return self.runs.at(check_points(points).reshape(-1, 2))

    def outside(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Whether points (N, 2) lie in no region of some table, (N,): only chance or a floor finds them there."""
        return np.asarray((self.sets[self.at(points)] < 0).any(axis=1), np.bool_)

    def log_density(self, scores: ArrayLike | Sequence[ArrayLike], floor: float | None = None) -> Floats:
        """Natural logarithms of the density of probability on each atom, (N, A); not normalised over several tables.

        Args:
            scores: of the regions of one table (N, J), or a sequence of such for K tables. Each row is made to sum to
                1; a row of zeros says nothing.
            floor: the least density of each table, as a share of 1 / area of the Earth (default: 0 for one table,
                `FLOOR` for several). -inf where the density is 0.

        Raises:
            ArtifactError: scores of another shape, negative or not finite.
            ConfigError: a negative floor.
        """
        given = [_normalised(one) for one in self.checked(scores)]
        least = (FLOOR if len(given) > 1 else 0.0) if floor is None else floor
        if not 0.0 <= least < np.inf:
            raise ConfigError(f"the floor of a density must not be negative, found {least}.")
        least /= float(self.areas_km2.sum())
        total = np.zeros((len(given[0]), len(self)))
        for k, (table, spread) in enumerate(zip(given, self._spread, strict=True)):
            # The last column is that of pixels without a region: -1 finds it.
            density = np.zeros((len(table), spread.shape[0] + 1))
            density[:, :-1] = (spread @ table.T).T
            with np.errstate(divide="ignore"):
                logs = np.log(np.maximum(density, least))
            total += logs[:, self.sets[:, k]]
        return total

    def checked(self, scores: ArrayLike | Sequence[ArrayLike]) -> list[NDArray[Any]]:
        """The scores (N, J) of each table as they are given, looked through block by block and not copied.

        Raises:
            ArtifactError: as `log_density`.
        """
        alone = len(self.tables) == 1 and np.ndim(scores) == 2  # type: ignore[arg-type]
        listed: Sequence[ArrayLike] = [scores] if alone else scores  # type: ignore[assignment, list-item]
        if len(listed) != len(self.tables):
            raise ArtifactError(f"looked for the scores of {len(self.tables)} tables of regions, found {len(listed)}.")
        arrays = [np.asarray(one) for one in listed]
        for array, table in zip(arrays, self.tables, strict=True):
            if array.ndim != 2 or array.shape[1] != table.count or len(array) != len(arrays[0]):
                raise ArtifactError(f"looked for scores ({len(arrays[0])}, {table.count}), a column for each region, "
                                    f"found an array of shape {array.shape}.")  # fmt: skip
            odd = np.zeros(len(array), bool)
            for some in _blocks(len(array), table.count):
                part = np.asarray(array[some], np.float64)
                odd[some] = ~np.isfinite(part).all(axis=1) | (part < 0).any(axis=1)
            if odd.any():
                raise ArtifactError(f"the scores of {int(odd.sum()):,} of {len(array):,} photos, the first in row "
                                    f"{int(odd.argmax())}, are negative or no numbers; looked for "
                                    "probabilities.")  # fmt: skip
        return arrays


def _normalised(scores: NDArray[Any]) -> Floats:
    """Every row (N, J) made to sum to 1 but those of zeros."""
    array = np.asarray(scores, np.float64)
    total = array.sum(axis=1, keepdims=True)
    found: Floats = array / np.where(total > 0, total, 1.0)
    return found


def _blocks(rows: int, width: int) -> Iterator[slice]:
    """Slices of the rows, each of which makes an array of `BLOCK` numbers with `width` columns, or fewer."""
    step = max(1, BLOCK // max(1, width))
    for start in range(0, rows, step):
        yield slice(start, start + step)


def search_areas_km2(
    atoms: Atoms,
    scores: ArrayLike | Sequence[ArrayLike],
    truth: ArrayLike,
    ties: Ties = "whole",
    floor: float | None = None,
) -> Floats:
    """The area that is searched, likeliest pixels first, until the one that holds the truth is found: (N,) km².

    Args:
        atoms: of the tables that the scores are over.
        scores: (N, J), or one such for each table.
        truth: (N, 2) degrees.
        ties: pixels as likely as the truth's count "whole"; or not at all but for the truth's own ("optimistic"); or
            the mean of both ("midpoint").
        floor: as `Atoms.log_density`.

    A truth in no region, or where the scores are 0, is found with the whole Earth when ties count whole.

    Raises:
        ArtifactError, ConfigError, CoordinateError: scores, floor, rule of ties or points that cannot be.
    """
    if ties not in get_args(Ties):
        raise ConfigError(f"ties count {', '.join(get_args(Ties))}; found {ties!r}.")
    points = check_points(truth).reshape(-1, 2)
    given = atoms.checked(scores)
    if len(given[0]) != len(points):
        raise ArtifactError(f"looked for a truth for each of {len(given[0]):,} photos, found {len(points):,}.")
    own = atoms.at(points)
    rows, _ = pixels_of(points, *atoms.runs.shape)
    pixel = pixel_areas_km2(*atoms.runs.shape)[rows]
    areas = np.empty(len(points))
    for some in _blocks(len(points), max(len(atoms), *(table.count for table in atoms.tables))):
        logs = atoms.log_density([table[some] for table in given], floor)
        at_truth = np.take_along_axis(logs, own[some, None], axis=1)
        found: Floats = np.zeros(len(logs))
        if ties != "optimistic":
            found += (logs >= at_truth - TIE) @ atoms.areas_km2
        if ties != "whole":
            found += (logs > at_truth + TIE) @ atoms.areas_km2 + pixel[some]
        areas[some] = found / 2.0 if ties == "midpoint" else found
    return areas
