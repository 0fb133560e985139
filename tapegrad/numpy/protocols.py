"""NumPy's protocols: ``numpy.sin(t)`` and ``numpy.mean(t)`` of tensors are recorded like ours.

The result belongs to the dialect of the operands: an array of this dialect, if one is among them,
else a tensor. Where no tape is active, functions of TensorFlow's tensors give NumPy's arrays, as
they do in TensorFlow.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np

from tapegrad.core.containers import array_in, is_column
from tapegrad.core.context import active_recorders
from tapegrad.core.convert import operand
from tapegrad.core.leaks import tell_of_function
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.core.variable import Variable
from tapegrad.numpy.array import holding, ndarray, plain
from tapegrad.numpy.function import HANDLERS, arrays_in, faced, is_followed
from tapegrad.numpy.ufunc import UFUNCS, among_arrays

__all__: list[str] = []


def _tensor(t: Tensor) -> Tensor:
    return t


#: What an array calls for its operators: beside a tensor of the first dialect they give a tensor.
_OF_OPERATORS = {
    *(np.add, np.subtract, np.multiply, np.true_divide, np.floor_divide, np.remainder, np.power),
    *(np.matmul, np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
    *(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.left_shift, np.right_shift, np.divmod),
}


def _array_ufunc(self: Any, model: Any, method: str, *inputs: Any, **options: Any) -> Any:
    if (
        not active_recorders()
        and (model not in _OF_OPERATORS or method != "__call__")
        and method != "at"
        and not among_arrays((*inputs, *options.get("out", ())))
    ):
        # Nobody follows: as in TensorFlow, NumPy's functions of tensors give NumPy's results.
        return getattr(model, method)(*_seen(inputs), **{k: _seen(v) for k, v in options.items()})
    function = UFUNCS.get(model)
    if function is None and "scipy.special" in sys.modules:
        importlib.import_module("tapegrad.numpy.special")  # which tells what SciPy's functions are
        function = UFUNCS.get(model)
    if function is None:
        return by_data(model, getattr(model, method), inputs, options)
    outs = options.get("out", ())
    inputs = tuple([_column(x) for x in inputs])
    for x in (*inputs, *outs):
        if hasattr(x, "__array_ufunc__") and not isinstance(x, (ArrayLike, np.ndarray, np.generic)):
            return NotImplemented
    in_dialect = among_arrays((*inputs, *outs))
    for out in outs:
        if isinstance(out, np.ndarray):
            if not in_dialect and method == "__call__" and inputs[0] is out:
                # `a += t` of an array and a tensor gives a tensor, as in TensorFlow.
                return function.call(_of_one_kind(inputs), {}, _tensor)
            if not is_followed(*arrays_in(inputs)):
                seen = {k: _seen(v) for k, v in options.items()}
                return getattr(model, method)(*_seen(inputs), **seen)
            raise TypeError(
                f"numpy.{model.__name__}: out (or the left side of an operation such as +=) is a "
                f"numpy.ndarray, in which what tapes follow would be lost. Use an array of "
                f"tapegrad.numpy in its place: np.array(a), or np.zeros({out.shape})."
            )
    face = holding if in_dialect else _tensor
    if face is _tensor:
        inputs = _of_one_kind(inputs)
    if method == "__call__":
        if face is holding and not options:
            return function(*inputs)
        return function.call(inputs, dict(options), face)
    found = getattr(function, method)(*inputs, **options)
    return _of_dialect(found, face)


def _column(x: Any) -> Any:
    """Data of pandas, which leaves functions of them to us; xarray wraps its own around them."""
    return array_in(x) if is_column(x) else x


def _seen(value: Any) -> Any:
    """Tensors as arrays that cannot be written to: results of NumPy may be views of them."""
    if isinstance(value, ArrayLike):
        return np.asarray(value)
    if value.__class__ in (list, tuple):
        return value.__class__([_seen(v) for v in value])
    return value


def _of_one_kind(inputs: Any) -> Any:
    """Beside a tensor of the first dialect NumPy's arrays take its type, as for its operators."""
    tensor = next((x for x in inputs if isinstance(x, ArrayLike)), None)
    if tensor is None or tensor._value.dtype.kind not in "fc":
        return inputs
    dtype = tensor._value.dtype
    return tuple([_of_type(x, dtype) for x in inputs])


def _of_type(x: Any, dtype: Any) -> Any:
    takes = isinstance(x, (np.ndarray, np.generic)) and (
        x.dtype.kind in "iuf" or x.dtype.kind == dtype.kind
    )
    return operand(x, dtype) if takes else x


def _of_dialect(found: Any, face: Any) -> Any:
    if face is holding:
        return found
    if isinstance(found, ndarray):
        return found._tensor
    if isinstance(found, (tuple, list)):
        parts = [_of_dialect(f, face) for f in found]
        kind: Any = type(found)
        return kind(*parts) if hasattr(found, "_fields") else kind(parts)
    return found


def _array_function(self: Any, model: Any, types: Any, args: Any, options: Any) -> Any:
    if not active_recorders() and (not _holds_arrays((args, options)) or _for_a_solver()):
        return model(*_seen(args), **{k: _seen(v) for k, v in options.items()})
    handler = HANDLERS.get(model)
    if handler is None:
        return by_data(model, model, args, options)
    for kind in types:
        if not issubclass(kind, (ArrayLike, np.ndarray)):
            return NotImplemented
    found = handler(*args, **options)
    return _of_dialect(found, holding if _holds_arrays((args, options)) else _tensor)


def _for_a_solver() -> bool:
    """Whether SciPy's solvers ask: they hand on what users' functions return to compiled code."""
    caller = sys._getframe(2).f_globals.get("__name__", "")
    return caller.startswith("scipy.optimize")


#: Functions that write files and texts, or look at shapes and types.
_OUTPUT: set[Any] = {
    *(np.save, np.savez, np.savez_compressed, np.savetxt),
    *(np.array_repr, np.array_str, np.array2string),
    *(np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj, np.result_type, np.can_cast),
    *(np.common_type, np.min_scalar_type, np.may_share_memory, np.shares_memory),
}


def looked_at(value: Any) -> Any:
    """Tensors as arrays for what is neither computed with nor kept."""
    if isinstance(value, ArrayLike):
        return np.asarray(value._read("text"))
    if value.__class__ in (list, tuple):
        return value.__class__([looked_at(v) for v in value])
    if value.__class__ is dict:
        return {k: looked_at(v) for k, v in value.items()}
    return value


def by_data(model: Any, call: Any, args: Any, options: Any) -> Any:
    """What NumPy computes with the data, where no gradient is lost by that.

    Raises
    ------
    GradientLeakError
        If a tape follows one of the arguments, unless `set_gradient_leaks` says otherwise.
    """
    arrays = arrays_in((args, options))
    if model in _OUTPUT:
        return call(*looked_at(args), **looked_at(options))
    for x in arrays:
        x._touch()
        left = [recorder.leave(x._id, "array") for recorder in active_recorders()]
        if any(left):
            tell_of_function(f"{getattr(model, '__module__', 'numpy')}.{model.__name__}", x)
    found = call(*plain(args), **{k: plain(v) for k, v in options.items()})
    return faced(found) if any(isinstance(x, ndarray) for x in arrays) else found


def _holds_arrays(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return any(map(_holds_arrays, value))
    return isinstance(value, ndarray)


_kind: Any
for _kind in (ndarray, Tensor, Variable):
    _kind.__array_ufunc__ = _array_ufunc
    _kind.__array_function__ = _array_function
