"""Convex solids met by a ray: slabs and half-spaces, and the light on a face. Knows no ground and no sky."""

# mypy: allow-untyped-defs, allow-untyped-calls

import world.draw.slots as n
from world.draw.compiled import kernel

MISS = 1e9


@kernel
def slab(o, d, half, near, far, face, axis):
    """Clip [near, far] by |o + d t| < half; `face` becomes ±axis where the ray enters."""
    if abs(d) < 1e-7:
        return (near, far, face) if abs(o) < half else (MISS, -MISS, face)
    a = (-half - o) / d
    b = (half - o) / d
    sign = -axis
    if a > b:
        a, b = b, a
        sign = axis
    if a > near:
        near = a
        face = sign
    return near, (b if b < far else far), face


@kernel
def below(po, pd, near, far, face, name):
    """Clip by the half-space po + pd t < 0."""
    if abs(pd) < 1e-9:
        return (near, far, face) if po < 0.0 else (MISS, -MISS, face)
    t = -po / pd
    if pd < 0.0:
        if t > near:
            near = t
            face = name
        return near, far, face
    return near, (t if t < far else far), face


@kernel
def lit(P, ax, ay, az):
    """(sky, sun) weights for a face whose outward normal is (ax, ay, az)."""
    toward = ax * P[n.SUN_X] + ay * P[n.SUN_Y] + az * P[n.SUN_Z]
    return 0.62 + 0.30 * az + 0.08 * ay, (toward if toward > 0.0 else 0.0) * P[n.SUN_STRENGTH]
