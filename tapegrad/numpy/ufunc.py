"""Universal functions: broadcasting, promotion by NumPy's own tables, ``out=`` and ``where=``.

NumPy says in which types a function computes (`numpy.ufunc.resolve_dtypes`). Where that is floating
point, the engine's function does it and tapes record it; where no derivative makes sense, NumPy
computes.
"""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import TABLE, recording
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.numpy.array import holding, leave, of_type, tensor_of
from tapegrad.numpy.core_axes import CORE_OPTIONS, CoreAxes
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.in_place import write
from tapegrad.numpy.quick import way_of
from tapegrad.numpy.ufunc_methods import Methods

_NUMBERS = (bool, int, float, complex)
_CALL_OPTIONS = {"casting", "dtype", "order", "signature", "subok"}

#: What stands for a universal function of NumPy.
UFUNCS: dict[Any, ufunc] = {}


class ufunc(Methods):
    """A function of each element, such as `sin` or `add`, with NumPy's methods.

    They are made by this dialect, one for each of NumPy's.

    Parameters
    ----------
    model
        NumPy's function, which knows the types.
    compute
        A function of tensors of the types in which it computes; None where there is no derivative.
    summary
        What it computes.
    example
        An expression for the docstring.
    fast
        The name of the primitive that does it for arrays of one type.
    inputs
        The names of the parameters, separated by spaces; by default those of NumPy's functions.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.add.reduce(np.array([1.0, 2.0, 4.0]))
    array(7.)
    """

    def __init__(
        self,
        model: Any,
        compute: Callable[..., Any] | None,
        summary: str,
        example: str,
        fast: str = "",
        inputs: str = "",
    ) -> None:
        self.model, self.compute = model, compute
        self.__name__ = self.__qualname__ = model.__name__
        self.__module__ = "tapegrad.numpy"
        self.nin, self.nout, self.nargs = model.nin, model.nout, model.nargs
        self.identity, self.types, self.ntypes = model.identity, model.types, model.ntypes
        self.signature = model.signature
        self.__doc__ = summary
        self._keywords = _CALL_OPTIONS | (CORE_OPTIONS if model.signature else {"where"})
        #: The short way; see `quick`.
        self.quick = way_of(TABLE.get(fast), self.nin, TABLE["square"])
        UFUNCS[model] = self
        names = inputs.split() or (["x"] if self.nin == 1 else ["x1", "x2"])
        self.__signature__ = _signature(names, model)
        self.__doc__ = documented_text(summary, names, example)

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute for each element, with NumPy's options ``out``, ``where`` and ``dtype``."""
        if self.quick is not None and not options and len(inputs) == self.nin:
            found = self.quick(*inputs)
            if found is not None:
                return found
        return self.call(inputs, options, holding)

    def call(self, inputs: tuple[Any, ...], options: dict[str, Any], face: Any) -> Any:
        """Compute, and give the results the face of a dialect."""
        extra = options.pop("out", None) if options else None
        if len(inputs) > self.nin:
            if extra is not None or len(inputs) > self.nargs:
                raise TypeError(
                    f"{self.__name__}() takes from {self.nin} to {self.nargs} positional arguments "
                    f"but {len(inputs)} were given"
                )
            missing = self.nargs - len(inputs)
            inputs, extra = inputs[: self.nin], (*inputs[self.nin :], *(None,) * missing)
        if not options.keys() <= self._keywords:
            unknown = sorted(options.keys() - self._keywords)[0]
            raise TypeError(f"{self.__name__}() got an unexpected keyword argument {unknown!r}")
        where = options.pop("where", True) if options else True
        options.pop("order", None)
        options.pop("subok", None)
        outs = (extra,) if not isinstance(extra, tuple) else extra
        casting = options.get("casting", "same_kind")
        results = self._compute(inputs, options)
        several = results if isinstance(results, tuple) else (results,)
        if where is not True:
            several = tuple(
                [
                    self._masked(where, r, None if extra is None else outs[i], inputs)
                    for i, r in enumerate(several)
                ]
            )
        if extra is None:
            return leave(several if self.nout > 1 else several[0], face)
        written = tuple(
            [
                leave(r, face) if o is None else write(o, _spread(r, o), casting, self.__name__)
                for r, o in zip(several, outs, strict=True)
            ]
        )
        return written if self.nout > 1 else written[0]

    def _masked(self, where: Any, result: Tensor, out: Any, inputs: tuple[Any, ...]) -> Tensor:
        mask = tensor_of(where)
        if mask._value.dtype.kind != "b":
            raise TypeError(
                f"Cannot cast array data from {mask._value.dtype!r} to dtype('bool') according "
                f"to the rule 'safe'"
            )
        if out is None:
            old = wrap_constant(np.zeros((), result._value.dtype)[()])
        else:
            old = of_type(tensor_of(out), result._value.dtype)
        return recording.where(mask, result, old)

    def _compute(self, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        if len(inputs) != self.nin:
            raise TypeError(
                f"{self.__name__}() takes from {self.nin} to {self.nargs} positional arguments but "
                f"{len(inputs)} were given"
            )
        given: list[Any] = [x if x.__class__ in _NUMBERS else tensor_of(x) for x in inputs]
        if builtins.all(x.__class__ in _NUMBERS for x in given):
            given = [tensor_of(x) for x in given]
        kinds = [x.__class__ if x.__class__ in _NUMBERS else x._value.dtype for x in given]
        kinds = [np.dtype(bool) if k is bool else k for k in kinds]
        tensors = [x for x in given if isinstance(x, Tensor)]
        if self.compute is not None:
            keywords = {k: v for k, v in options.items() if k in ("signature", "casting")}
            if options.get("dtype") is not None:
                keywords["signature"] = (
                    *[None] * self.nin,
                    *[np.dtype(options["dtype"])] * self.nout,
                )
            loop = self.model.resolve_dtypes((*kinds, *[None] * self.nout), **keywords)
            if builtins.any(d.kind in "fc" for d in loop[: self.nin]) and not self._breaks(given):
                if options.keys() & CORE_OPTIONS:
                    axes = CoreAxes(self.__name__, self.signature, dict(options))
                    return axes.leave(self._in_engine(axes.enter(given), loop))
                return self._in_engine(given, loop)

        def compute(*arrays: Any) -> Any:
            queue = iter(arrays)
            values = [next(queue) if isinstance(x, Tensor) else x for x in given]
            found = self.model(*values, **options)
            return tuple([np.asarray(f)[()] for f in found]) if self.nout > 1 else found

        compute.__name__ = self.__name__
        return computed(compute, *tensors)

    def _breaks(self, given: list[Any]) -> bool:
        """Whether a Python integer does not fit: NumPy raises the error then."""
        return builtins.any(x.__class__ is int and not -(2**63) <= x < 2**64 for x in given)

    def _in_engine(self, given: list[Any], loop: tuple[Any, ...]) -> Any:
        operands = [
            of_type(x, d) if isinstance(x, Tensor) else wrap_constant(_number(x, d))
            for x, d in zip(given, loop, strict=False)
        ]
        if self.nin > 1 and self.signature is None:
            _check_broadcast(operands)
        compute: Any = self.compute
        try:
            found = compute(*operands)
        except InvalidArgumentError as problem:
            raise ValueError(str(problem)) from None
        if self.nout == 1:
            return of_type(found, loop[-1])
        return tuple([of_type(f, d) for f, d in zip(found, loop[self.nin :], strict=True)])


def documented_text(summary: str, inputs: list[str], example: str) -> str:
    """The docstring of a universal function."""

    def model() -> None: ...

    model.__doc__ = (
        summary
        + "\n\nParameters\n----------\n"
        + "".join(
            f"{name}\n    An array or number; shapes broadcast, types are promoted.\n"
            for name in inputs
        )
        + "out\n    An array to write the result to.\nwhere\n    Which elements are computed."
    )
    return documented(example)(model).__doc__ or ""


def _signature(inputs: list[str], model: Any) -> inspect.Signature:
    """NumPy's parameters: operands by position, an array for the result, and options."""
    Parameter = inspect.Parameter
    defaults: dict[str, Any] = {"casting": "same_kind", "order": "K", "dtype": None}
    defaults |= {"subok": True, "signature": None}
    if model.signature is None:
        defaults = {"where": True, **defaults}
    else:
        defaults |= {"axes": None, "axis": None, "keepdims": False}
    out = None if model.nout == 1 else (None,) * model.nout
    return inspect.Signature(
        [
            *[Parameter(name, Parameter.POSITIONAL_ONLY) for name in inputs],
            Parameter("out", Parameter.POSITIONAL_OR_KEYWORD, default=out),
            *[Parameter(n, Parameter.KEYWORD_ONLY, default=d) for n, d in defaults.items()],
        ]
    )


def _spread(result: Tensor, out: Any) -> Tensor:
    """A result as often as an array for it has room, where NumPy broadcasts to that."""
    shape = getattr(out, "shape", ())
    if result._value.shape == shape:
        return result
    try:
        fits = np.broadcast_shapes(result._value.shape, shape) == shape
    except ValueError:
        return result
    return recording.broadcast_to(result, to=tuple(shape)) if fits else result


def _number(x: Any, dtype: np.dtype[Any]) -> Any:
    with np.errstate(all="ignore"):
        return dtype.type(x)


def _check_broadcast(operands: list[Tensor]) -> None:
    shapes = [x._value.shape for x in operands]
    if len({s for s in shapes if s}) < 2:
        return
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        texts = " ".join([str(s).replace(" ", "") for s in shapes])
        raise ValueError(f"operands could not be broadcast together with shapes {texts} ") from None


def among_arrays(inputs: Any) -> bool:
    """Whether one of the inputs is an array of this dialect."""
    return builtins.any(isinstance(x, ArrayLike) and x._takes_over for x in inputs)
