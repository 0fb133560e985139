"""Generated kernels straight to LLVM's language: Numba compiles the frame around them only.

Numba finds the types of any Python program; that takes most of the time of a compilation, although
the programs here say their types themselves. So the text of a kernel, and that of the elementary
functions it uses, is translated statement by statement (see `translation`) inside of an intrinsic
function, and what Numba sees is one call of that. Arguments, the cache on disk and calls from
Python stay Numba's.
"""

# Numba's own functions have no types.
# mypy: disallow_untyped_calls=False

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable
from functools import cache
from inspect import Parameter, Signature
from typing import Any

from numba import njit, types
from numba.extending import intrinsic

from tapegrad.kernels.translation import Translation
from tapegrad.kernels.values import Array, Number, Scope


def direct(function: Callable[..., None]) -> Any:
    """A kernel as machine code at its first call, by way of this translation."""
    if not hasattr(njit(function), "py_func"):  # Numba is switched off
        return function
    code = function.__code__
    tree = _definitions(code.co_filename)[code.co_firstlineno]
    names = code.co_varnames[: code.co_argcount]

    def typed(typingctx: Any, *given: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            work = Translation(context, builder, _body_of)
            known = [
                Array.of(context, builder, kind, value)
                if isinstance(kind, types.Array)
                else Number(types.unliteral(kind), value)
                for kind, value in zip(given, args, strict=True)
            ]
            work.run(tree, Scope(function.__globals__, dict(zip(names, known, strict=True)), ()))
            return context.get_dummy_value()

        return types.none(*given), codegen

    plain = Parameter.POSITIONAL_OR_KEYWORD
    typed.__signature__ = Signature([Parameter(n, plain) for n in ("typingctx", *names)])  # type: ignore[attr-defined]
    namespace = {**function.__globals__, "_body": intrinsic(typed)}
    arguments = ", ".join(names)
    text = f"def kernel({arguments}):\n    _body({arguments})\n"
    exec(compile(text, code.co_filename, "exec"), namespace)
    frame = namespace["kernel"]
    frame.__module__ = function.__module__
    return njit(nogil=True, error_model="numpy")(frame)


@cache
def _definitions(file: str) -> dict[int, ast.FunctionDef]:
    """The functions of a source file, by their first lines."""
    found = {}
    for node in ast.walk(ast.parse("".join(linecache.getlines(file)))):
        if isinstance(node, ast.FunctionDef):
            first = node.decorator_list[0] if node.decorator_list else node
            found[first.lineno] = node
    return found


def _body_of(callee: Any) -> tuple[ast.FunctionDef, dict[str, Any], tuple[str, ...]] | None:
    """The text of an elementary function, the names it knows, and what arithmetic it permits."""
    function = getattr(callee, "py_func", None)
    if function is None or not callee.targetoptions.get("forceinline"):
        return None
    code = function.__code__
    names = dict(function.__globals__)
    cells = function.__closure__ or ()
    names.update(zip(code.co_freevars, [cell.cell_contents for cell in cells], strict=True))
    fast = tuple(sorted(callee.targetoptions.get("fastmath") or ()))
    return _definitions(code.co_filename)[code.co_firstlineno], names, fast
