"""Kernels taken in as they are: the same bits as numba's usual way, and machine code for the whole alone."""

import gc
import math

import numpy as np
import pytest

from world.draw import inlining
from world.draw.compiled import OPTIONS, kernel

HERE = OPTIONS | {"cache": False}


def _made(function):
    """A kernel of a test's own, not kept on disk."""
    return inlining.compiled(function, HERE)


def _three(make):
    @make
    def wave(x, y):
        return math.sin(x) * 0.7 + math.sqrt(abs(y)) / 3.0, int(x * 8.0) % 5

    @make
    def folded(table, k):
        high, step = wave(table[k, 0], table[k, 1])
        return high * high - step if table[k, 2] > 0.5 else high + step

    @make
    def total(table, out):
        for k in range(table.shape[0]):
            out[k] = folded(table, k) + folded(table, (k + 3) % table.shape[0])

    return wave, folded, total


@pytest.fixture(scope="module")
def three():
    return _three(_made)


def _filled(total):
    table = np.random.Generator(np.random.PCG64(1)).uniform(-4.0, 4.0, (50, 3)).astype(np.float32)
    out = np.zeros(50, np.float32)
    total(table, out)
    return out


def test_the_whole_draws_the_same_bits_as_numbas_usual_way(three):
    import numba

    usual = _three(lambda function: numba.njit(**HERE)(function))[2]
    assert np.any(_filled(three[2])) and _filled(three[2]).tobytes() == _filled(usual).tobytes()


def test_only_the_whole_is_made_into_machine_code(three):
    wave, folded, total = three
    _filled(total)
    assert len(total.whole.signatures) == 1 and not total.overloads
    for part in (wave, folded):
        assert not part.whole.signatures
        assert [type(one.library) for one in part.overloads.values()] == [inlining.Part] * len(part.overloads)
    code = next(iter(total.whole.overloads.values())).library.get_llvm_str()
    assert not [
        line for line in code.splitlines() if line.startswith("define") and ("wave" in line or "folded" in line)
    ]


def test_a_part_can_be_called_from_python_too(three):
    assert three[0](1.5, 9.0) == (pytest.approx(0.7 * math.sin(1.5) + 1.0), 2)


def test_an_unknown_numba_goes_its_usual_way(monkeypatch, three):
    monkeypatch.setattr(inlining, "KNOWN", ("0.1.",))
    total = _three(_made)[2]
    assert not isinstance(total, inlining.Kernel)
    assert _filled(total).tobytes() == _filled(three[2]).tobytes()


def test_a_mistake_in_a_kernel_is_told_and_garbage_is_collected_again():
    @_made
    def wrong(x):
        return x.nothing

    assert gc.isenabled()
    with pytest.raises(Exception, match="nothing"):
        wrong(1.0)
    assert gc.isenabled()


def test_the_renderers_kernels_are_made_this_way():
    from world.draw.things.furniture import board

    assert isinstance(board, inlining.Kernel) and board.whole.targetoptions["fastmath"]
    assert isinstance(kernel(lambda x: x), inlining.Kernel)
