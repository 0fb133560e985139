"""``tf.function`` itself: its arguments, and what it promises."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tapegrad.compiler.function import Function
from tapegrad.compiler.signature import check_input_signature

__all__ = ["function"]


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: str | None = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
) -> Any:
    """Compile a function: what it does is recorded once, and run as generated code from then on.

    The first call with arguments of a kind (structure, shapes, dtypes, Python values) simply runs,
    while its operations are recorded, gradients and optimizer steps among them. Later calls run a
    program that was generated from the record: without dead code and repetitions, elementwise work
    fused into loops that Numba compiles, products left to BLAS. Where Python decides by a value
    (``if``, ``while``), the program checks that the decision is still the same; another outcome
    records another way.

    Parameters
    ----------
    func
        The function. Left out, the result is a decorator.
    input_signature
        A list of `TensorSpec`, or structures of them: the only arguments allowed.
    autograph, jit_compile
        Without effect: Python's control flow works as it is, and everything that can be is
        compiled.
    reduce_retracing
        Whether two records that differ only in sizes are to serve all other sizes too, so that
        Python does not run for each. So it is anyway where `input_signature` has sizes of None.
    experimental_relax_shapes
        The old name of `reduce_retracing`.
    experimental_implements, experimental_autograph_options, experimental_attributes
        Without effect.
    experimental_compile, experimental_follow_type_hints
        Without effect.

    Returns
    -------
    Function
        A callable like `func`, or a decorator.

    Raises
    ------
    TypeError
        If `func` cannot be called, or the signature is not one of it.

    Notes
    -----
    As in TensorFlow, Python's side effects (``print``, ``list.append``, NumPy's random numbers)
    happen only while a call is recorded; Variables, random operations, `print` of this library and
    optimizers work at every call. Unlike TensorFlow, a value may be read (``float(x)``,
    ``x.numpy()``): such a function is not compiled, but runs eagerly at every call, and
    ``explain()`` says where and why.

    Examples
    --------
    >>> import tapegrad as tf
    >>> @tf.function
    ... def double(x):
    ...     return 2.0 * x
    >>> [double(tf.constant(x)).numpy().item() for x in (4.0, 5.0)]
    [8.0, 10.0]
    >>> double.experimental_get_tracing_count()
    1
    """
    specs = check_input_signature(input_signature)
    generalises = bool(reduce_retracing or experimental_relax_shapes)
    if func is None:
        return functools.partial(Function, input_signature=specs, reduce_retracing=generalises)
    return Function(func, specs, generalises)
