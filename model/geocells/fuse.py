"""Regions joined into cells that hold enough points, never across a border of a country. Knows no polygon.

Regions are numbers here: how many points, which country and admin-1 region, which others they touch. Source: PIGEON
(arXiv 2307.05845), section 3.1, with its order of neighbours.
"""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Graph:
    """R regions.

    Attributes:
        points: (R,) number of training points in each.
        country: (R,) number of its country.
        admin1: (R,) number of its admin-1 region, of one country only.
        centres: (R, 3) unit vectors.
        touching: (E, 2) pairs of regions of one country that touch, each once.
    """

    points: NDArray[np.int64]
    country: NDArray[np.int64]
    admin1: NDArray[np.int64]
    centres: NDArray[np.float64]
    touching: NDArray[np.int64]


def join_empty(graph: Graph) -> NDArray[np.int64]:
    """The region with points that each region (R,) goes with: itself, else the nearest over land, else over water.

    −1 for all regions of a country that holds no point.
    """
    owner = np.where(graph.points > 0, np.arange(len(graph.points)), -1)
    sources = np.flatnonzero(graph.points > 0)
    if len(sources) == 0:
        return owner
    first, second = graph.touching.T
    length = np.linalg.norm(graph.centres[first] - graph.centres[second], axis=1) + 1e-9
    size = len(owner)
    roads = csr_matrix((length, (first, second)), shape=(size, size))
    _, _, reached = dijkstra(roads, directed=False, indices=sources, min_only=True, return_predecessors=True)
    by_land = (owner < 0) & (reached >= 0)
    owner[by_land] = reached[by_land]
    for country in np.unique(graph.country[owner < 0]):
        islands = np.flatnonzero((owner < 0) & (graph.country == country))
        own = sources[graph.country[sources] == country]
        if len(own):
            owner[islands] = own[cKDTree(graph.centres[own]).query(graph.centres[islands])[1]]
    return owner


def fuse(graph: Graph, owner: NDArray[np.int64], minimum: int) -> NDArray[np.int64]:
    """The cell of each region (R,), numbered by one of its regions; −1 as in `owner`.

    While a cell holds fewer than `minimum` points, the smallest goes to a neighbour: one that is small too in the same
    admin-1 region, else any there, else a small one of the country, else any; of several the largest. An island goes
    to the nearest cell of its admin-1 region, else of its country. A country with too few points ends as one cell.
    """
    parent = owner.copy()
    points = np.zeros(len(owner), np.int64)
    known = owner >= 0
    np.add.at(points, owner[known], graph.points[known])
    admin1, centres = graph.admin1.copy(), graph.centres
    near: dict[int, set[int]] = {int(cell): set() for cell in np.unique(owner[known])}
    for first, second in owner[graph.touching].tolist():
        if first != second and first >= 0 and second >= 0:
            near[first].add(second)
            near[second].add(first)
    of_country: dict[int, set[int]] = {}
    for cell in near:
        of_country.setdefault(int(graph.country[cell]), set()).add(cell)
    waiting = [(int(points[cell]), cell) for cell in near]
    heapq.heapify(waiting)
    into: dict[int, int] = {}
    while waiting:
        count, cell = heapq.heappop(waiting)
        if cell in into or count != points[cell]:
            continue  # it has grown or gone since
        if count >= minimum:
            break
        others = sorted(near[cell])
        if others:
            target = min(others, key=lambda other: (
                admin1[other] != admin1[cell], points[other] >= minimum, -points[other], other))  # fmt: skip
        else:
            same = np.array(sorted(of_country[int(graph.country[cell])] - {cell}), np.int64)
            if len(same) == 0:
                continue
            at_home = same[admin1[same] == admin1[cell]]
            same = at_home if len(at_home) else same
            target = int(same[np.argmin(np.linalg.norm(centres[same] - centres[cell], axis=1))])
        into[cell] = target
        of_country[int(graph.country[cell])].discard(cell)
        if points[cell] > points[target]:
            admin1[target] = admin1[cell]
        points[target] += points[cell]
        for other in near.pop(cell):
            near[other].discard(cell)
            if other != target:
                near[other].add(target)
                near[target].add(other)
        heapq.heappush(waiting, (int(points[target]), target))
    for region in np.flatnonzero(known):
        cell = int(parent[region])
        while cell in into:
            cell = into[cell]
        parent[region] = cell
    return parent
