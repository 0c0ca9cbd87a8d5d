"""How a kernel becomes machine code: what it calls is taken in as it is, and only the whole is optimised and kept.

numba makes machine code of every function for itself, with doors to Python and C, then takes it into its callers and
optimises it anew in each of them. Of a hundred kernels that are all inlined into one that costs more than half of the
time. Here a kernel that another one calls is typed and put down in LLVM's language, no more. The results are the same
to the bit. numba's own parts are used below their documented surface: `KNOWN` says with which of its versions that was
tried; with any other one numba goes its usual way, and the first start takes longer. Knows no kernels.
"""

# mypy: allow-untyped-calls

import copy
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import numba
from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core import codegen, compiler, types
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import (
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.typing.context import Context
from numba.core.untyped_passes import FixupArgs, GenericRewrites, IRProcessing, ReconstructSSA, TranslateByteCode

KNOWN = ("0.68.",)

# numba's passes less those for what no kernel has: closures, `with`, exceptions, lists and whole arrays in expressions
BEFORE_LOWERING = (
    TranslateByteCode, FixupArgs, IRProcessing, GenericRewrites, ReconstructSSA,
    NopythonTypeInference, PreLowerStripPhis, IRLegalization,
)  # fmt: skip


class Part(codegen.JITCodeLibrary):
    """The code of a kernel that others take in: neither optimised nor made into machine code by itself."""

    def finalize(self) -> None:
        """Nothing more can be added; what it calls is handed on to whoever takes it in."""
        self._raise_if_finalized()
        self._finalized = True

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout


class Whole(codegen.JITCodeLibrary):
    """The code of a kernel that Python calls, with all parts, and the parts of parts."""

    def finalize(self) -> None:
        """Take everything in and make machine code."""
        self._linking_libraries = list(_with_parts(self._linking_libraries))
        super().finalize()

    def _optimize_final_module(self) -> None:
        # numba first runs a cheap pass that finds counted references: kernels have none
        manager, builder = self._codegen._module_pass_manager()
        manager.run(self._final_module, builder)


def _with_parts(libraries: list[Any]) -> Iterator[Any]:
    for library in libraries:
        yield library
        if isinstance(library, Part):
            yield from _with_parts(library._linking_libraries)


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerPart(NativeLowering):
    _name = "lower_part"

    def run_pass(self, state: Any) -> bool:
        state.library = Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags.no_compile = True
        super().run_pass(state)
        result = state["cr"]
        # callers find a kernel's code by its door to Python: this one leads nowhere, `Kernel.__call__` has another
        module, name = result.fndesc.lookup_module(), result.fndesc.qualname
        door = _dynfunc.make_function(module, name, "not for Python", 0, result.env, (state.library,))
        state.targetctx.insert_user_function(door, result.fndesc, [state.library])
        state["cr"] = result._replace(cfunc=door)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerWhole(NativeLowering):
    _name = "lower_whole"

    def run_pass(self, state: Any) -> bool:
        state.library = Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        super().run_pass(state)
        return True


class _Types(Context):
    """numba's knowledge of types with a memory: `a + b` of two floats is looked up once, not ten thousand times."""

    _memory: ClassVar[dict[Any, tuple[Any, Any]]] = {}
    _made: ClassVar[dict[int, tuple["_Types", Any]]] = {}

    @classmethod
    def of(cls, context: Any) -> "_Types":
        """The same knowledge, with a memory."""
        if isinstance(context, cls):
            return context
        if id(context) not in cls._made:
            made = copy.copy(context)
            made.__class__ = cls
            cls._made[id(context)] = (made, context)
        return cls._made[id(context)][0]

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        """The signature of a call, remembered where it depends on nothing but the types of its arguments."""
        callee = isinstance(func, types.Type) and not isinstance(func, types.BaseFunction)
        if kws or callee or isinstance(func, str):
            return super().resolve_function_type(func, args, kws)
        plain = tuple(types.unliteral(one) for one in args)
        if all(isinstance(one, types.Number | types.Boolean) for one in plain):
            args = plain  # a number's value changes nothing
        key = (id(func), tuple(args))
        if key not in self._memory:  # `func` is held on to, so that its id stays its own
            self._memory[key] = (super().resolve_function_type(func, args, kws), func)
        return self._memory[key][0]


class _Compiler(compiler.CompilerBase):
    lowering: type = NativeLowering

    def __init__(self, typingctx: Any, *rest: Any, **more: Any) -> None:
        super().__init__(_Types.of(typingctx), *rest, **more)

    def define_pipelines(self) -> list[Any]:
        manager = PassManager("kernel")
        manager._ENFORCING = False  # no look at the whole function after each pass; the last one looks
        for one in (*BEFORE_LOWERING, self.lowering, NoPythonBackend):
            manager.add_pass(one, one.__name__)
        manager.finalize()
        return [manager]

    def compile_extra(self, func: Any) -> Any:
        with _no_collecting():
            return super().compile_extra(func)


class _PartCompiler(_Compiler):
    lowering = _LowerPart


class _WholeCompiler(_Compiler):
    lowering = _LowerWhole


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Leave out the search for garbage: a tenth of the time goes into it, and there is next to none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Kernel(CPUDispatcher):
    """A function that is a part of the kernels that call it, and a whole with machine code for Python."""

    def __init__(self, function: Any, options: dict[str, Any]) -> None:
        inner = {name: value for name, value in options.items() if name != "cache"}
        doors = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        super().__init__(function, targetoptions={"nopython": True, **inner, **doors}, pipeline_class=_PartCompiler)
        decorated: Any = numba.njit
        self.whole = decorated(pipeline_class=_WholeCompiler, no_cfunc_wrapper=True, **options)(function)

    def __call__(self, *args: Any) -> Any:
        """Run the machine code, made on the first call."""
        return self.whole(*args)


def compiled(function: Any, options: dict[str, Any]) -> Any:
    """`function` as a kernel, with numba's `options`."""
    if not numba.__version__.startswith(KNOWN):
        return numba.njit(**options)(function)
    return Kernel(function, options)
