"""How special functions are made: a row says SciPy's name and what of the engine computes it.

SciPy's own ufunc knows the types and broadcasts; the engine's function is called with tensors of
one floating point type.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from tapegrad.core.table import TABLE
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, of_type, tensor_of
from tapegrad.numpy.function import faced, function
from tapegrad.numpy.protocols import by_data
from tapegrad.numpy.ufunc import ufunc
from tapegrad.ops.holomorphic import COMPLEX

#: The functions by name, those with a derivative and those without.
SPECIAL: dict[str, Any] = {}


def model_of(name: str) -> Any:
    """SciPy's function; where it was wrapped for the array API, the one inside."""
    return inspect.unwrap(getattr(special, name))


def family(*rows: tuple[Any, ...], complex_too: bool = False) -> None:
    """Make functions of each element.

    Parameters
    ----------
    rows
        SciPy's name; the name of the primitive that does just this, or a function of tensors; the
        names of the parameters; a summary; the arguments of an example.
    complex_too
        Whether the engine computes with complex numbers as well.
    """
    for name, compute, inputs, summary, arguments in rows:
        if not hasattr(special, name):  # it came with a later SciPy
            continue
        model = model_of(name)
        simple = isinstance(compute, str)
        in_engine = TABLE[compute] if simple else compute
        SPECIAL[name] = ufunc(
            model,
            in_engine if complex_too else _of_reals(model, in_engine),
            summary,
            f"np.special.{name}({arguments})",
            compute if simple and model.nin < 3 and not complex_too else "",
            inputs,
        )


def _of_reals(model: Any, compute: Callable[..., Any]) -> Callable[..., Any]:
    """The engine's function, or that of complex numbers; SciPy's where there is none of these."""
    of_complex = COMPLEX.get(model.__name__)

    @functools.wraps(compute)
    def run(*operands: Tensor) -> Any:
        kinds = [x._value.dtype.kind for x in operands]
        if "c" in kinds:
            if of_complex is None:
                return _without_derivative(model, operands)
            dtype = operands[-1]._value.dtype
            return TABLE[of_complex](*[of_type(x, dtype) for x in operands])
        if kinds.count("f") < len(kinds):  # such as the integers of a degree
            dtype = np.result_type(*[x._value for x in operands if x._value.dtype.kind == "f"])
            operands = tuple([of_type(x, dtype) for x in operands])
        return compute(*operands)

    return run


def _without_derivative(model: Any, operands: Any) -> Any:
    found = of_data(model, *map(holding, operands))
    return tuple([f._tensor for f in found]) if isinstance(found, tuple) else found._tensor


def of_data(model: Any, *args: Any, **options: Any) -> Any:
    """What SciPy's function gives, with arrays of this dialect.

    Raises
    ------
    GradientLeakError
        If a tape follows an argument, unless `set_gradient_leaks` says otherwise.
    """
    return faced(by_data(model, model, args, options))


def special_function(
    example: str, **parameters: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of tensors one of this module; see `tapegrad.numpy.function.function`."""
    decorate = function(example, module=special, **parameters)

    def add(inner: Callable[..., Any]) -> Callable[..., Any]:
        made = SPECIAL[inner.__name__] = decorate(inner)
        return made

    return add


def without_derivative(name: str) -> Callable[..., Any]:
    """A function of SciPy's that computes with data only."""
    model = model_of(name)

    @functools.wraps(model, assigned=("__name__", "__qualname__", "__doc__"), updated=())
    def call(*args: Any, **options: Any) -> Any:
        return of_data(model, *args, **options)

    return call


def constant(x: Tensor, value: float) -> Tensor:
    """A number of a tensor's type."""
    return wrap_constant(x._value.dtype.type(value))


def floating(*values: Any, half: bool = False) -> list[Tensor]:
    """Tensors of the floating point type in common, which is float64 for integers.

    SciPy's loops are of single precision at least; `half` says that there is no loop.
    """
    found = [x if x.__class__ in (bool, int, float) else tensor_of(x) for x in values]
    dtype = np.result_type(*[x._value.dtype if isinstance(x, Tensor) else x for x in found])
    if dtype.kind not in "fc":
        dtype = np.dtype(np.float64)
    elif dtype == np.float16 and not half:
        dtype = np.dtype(np.float32)
    return [of_type(x if isinstance(x, Tensor) else tensor_of(x), dtype) for x in found]
