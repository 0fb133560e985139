"""Elementwise arithmetic: sums, products, quotients, powers and roots."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from tapegrad.core.batching import spread_batch
from tapegrad.core.convert import operand
from tapegrad.core.define import elementwise, linear
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.primitive import ZERO
from tapegrad.core.shape import TensorShape
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.describe import NUMBERS, binary, unary
from tapegrad.ops.operands import is_complex, require_same_dtype

__all__ = (
    "accumulate_n",
    "add",
    "add_n",
    "divide",
    "multiply",
    "negative",
    "pow",
    "realdiv",
    "reciprocal",
    "rsqrt",
    "scalar_mul",
    "sqrt",
    "square",
    "squared_difference",
    "subtract",
    "truediv",
)


def _without_bool(function: Any) -> Any:
    """The function, for numbers only: NumPy also multiplies and negates truth values."""

    def forward(x: Any) -> Any:
        if x.dtype.kind == "b":
            raise TypeError
        return function(x)

    return forward


def _quotient_of_integers(value: Any, a: Any, b: Any) -> Any:
    """Integers of 8 and 16 bits divide as float32, larger ones as float64."""
    if a.dtype.itemsize > 2:
        return value
    with np.errstate(all="ignore"):
        return a.astype(np.float32) / b.astype(np.float32)


def _power(a: Any, b: Any) -> Any:
    if a.__class__ is np.ndarray and b.__class__ is not np.ndarray:
        # NumPy is fast for some Python numbers, and a cube is two products.
        b = b.item() if isinstance(b, np.generic) else b
        if b == 3:
            return a * a * a
    return a**b


def _log_or_zero(F: Any, x: Any) -> Any:
    """``log(x)``, and 0 where that is not a number: the exponent of a constant base."""
    defined = F.not_equal(x, 0.0) if x.dtype.kind == "c" else F.greater(x, 0.0)
    return F.log(F.where(defined, x, np.dtype(x.dtype.name).type(1)))


add = elementwise(
    "add",
    operator.add,
    1,
    1,
    doc=binary(
        "Sum, elementwise: the operator ``x + y``.",
        "tf.add([1, 2], [3, 5]).numpy()",
        "array([4, 7], dtype=int32)",
    ),
)
subtract = elementwise(
    "subtract",
    operator.sub,
    1,
    -1,
    doc=binary(
        "Difference, elementwise: the operator ``x - y``.",
        "tf.subtract([1, 2], [3, 5]).numpy()",
        "array([-2, -3], dtype=int32)",
    ),
)
multiply = elementwise(
    "multiply",
    operator.mul,
    lambda F, b: b,
    lambda F, a: a,
    doc=binary(
        "Product, elementwise: the operator ``x * y``.",
        "tf.multiply([1, 2], [3, 5]).numpy()",
        "array([ 3, 10], dtype=int32)",
    ),
)
divide = elementwise(
    "divide",
    operator.truediv,
    lambda F, b: 1.0 / b,
    lambda F, y, b: -y / b,
    otherwise=_quotient_of_integers,
    doc=binary(
        "Quotient, elementwise: the operator ``x / y``.",
        "tf.divide([1, 2], [4, 8]).numpy()",
        "array([0.25, 0.25])",
        returns="Of the common shape; for integers of 8 or 16 bits float32, for larger ones "
        "float64.",
    ),
)
truediv = divide
negative = elementwise(
    "negative",
    operator.neg,
    -1,
    doc=unary(
        "Negative, elementwise: the operator ``-x``.",
        "tf.negative([1.0, -2.0]).numpy()",
        "array([-1.,  2.], dtype=float32)",
        takes=NUMBERS,
    ),
)
reciprocal = elementwise(
    "reciprocal",
    lambda x: 1.0 / x,
    lambda F, y: -y * y,
    singular=True,
    doc=unary(
        r"Reciprocal :math:`1 / x`, elementwise.",
        "tf.math.reciprocal([2.0, -4.0]).numpy()",
        "array([ 0.5 , -0.25], dtype=float32)",
    ),
)
square = elementwise(
    "square",
    _without_bool(lambda x: x * x),
    lambda F, x: x + x,
    doc=unary(
        r"Square :math:`x^2`, elementwise.",
        "tf.square([2.0, -3.0]).numpy()",
        "array([4., 9.], dtype=float32)",
        takes=NUMBERS,
    ),
)
sqrt = elementwise(
    "sqrt",
    np.sqrt,
    lambda F, y: 0.5 * F.reciprocal(y),
    singular=True,
    doc=unary(
        r"Square root :math:`\sqrt x`, elementwise; NaN for negative numbers.",
        "tf.sqrt([4.0, 9.0]).numpy()",
        "array([2., 3.], dtype=float32)",
        notes="The derivative at 0 is infinite. A cotangent of 0 there gives 0, not NaN, so that\n"
        "``tf.where(x > 0, tf.sqrt(x), 0)`` has the gradient that one expects.",
    ),
)
rsqrt = elementwise(
    "rsqrt",
    lambda x: 1.0 / np.sqrt(x),
    lambda F, y: -0.5 * (y * y * y),
    singular=True,
    doc=unary(
        r"Reciprocal of the square root, :math:`1 / \sqrt x`, elementwise.",
        "tf.math.rsqrt([4.0, 16.0]).numpy()",
        "array([0.5 , 0.25], dtype=float32)",
    ),
)
pow = elementwise(
    "pow",
    _power,
    lambda F, a, b: F.multiply_no_nan(F.pow(a, b - 1.0), b),
    lambda F, y, a: y * _log_or_zero(F, a),
    singular=True,
    doc=binary(
        r"Power :math:`x^y`, elementwise: the operator ``x ** y``.",
        "tf.pow([2, 3], [3, 2]).numpy()",
        "array([8, 9], dtype=int32)",
        notes="Negative powers of integers are refused. The derivative with respect to `x` is 0 "
        "where\n`y` is 0, also at ``x == 0``; that with respect to `y` is 0 where `x` is not "
        "positive.",
    ),
)
_squared_difference = elementwise(
    "squared_difference",
    lambda a, b: np.square(a - b),
    lambda F, a, b: 2.0 * (a - b),
    lambda F, a, b: 2.0 * (b - a),
)
_abs = elementwise("abs", _without_bool(operator.abs), lambda F, x: F.sign(x))
_sign = elementwise("sign", _without_bool(np.sign), ZERO)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    r"""Squared difference :math:`(x - y)^2`, elementwise.

    Parameters
    ----------
    x : Tensor
        A floating point, complex or integer tensor.
    y : Tensor
        A tensor of the same dtype, of a shape that broadcasts with that of `x`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the common shape, and of the dtype of `x`; for complex data :math:`|x - y|^2`, with
        imaginary part 0.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ, or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.squared_difference([1.0, 5.0], [2.0, 2.0]).numpy()
    array([1., 9.], dtype=float32)
    """
    if is_complex(x) or is_complex(y):
        difference = subtract(x, y)
        return multiply(difference, recording.conj(difference))  # type: ignore[no-any-return]
    return _squared_difference(x, y)  # type: ignore[no-any-return]


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Quotient of floating point or complex numbers, elementwise; integers are refused.

    Parameters
    ----------
    x : Tensor
        A floating point or complex tensor.
    y : Tensor
        A tensor of the same dtype, of a shape that broadcasts with that of `x`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the common shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or are integers, or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.realdiv([1.0, 3.0], 2.0).numpy()
    array([0.5, 1.5], dtype=float32)
    """
    x = operand(x)
    if x._value.dtype.kind in "iub":
        raise InvalidArgumentError(
            f"realdiv: tensors of dtype {x.dtype.name} are not supported. Use tf.truediv, or "
            f"tf.cast(x, tf.float32)."
        )
    return divide(x, y)  # type: ignore[no-any-return]


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """Multiply a tensor, or the rows of IndexedSlices, by a scalar.

    Parameters
    ----------
    scalar : Tensor
        A tensor of shape ``()`` and of the dtype of `x`, or a Python number.
    x : Tensor or IndexedSlices
        What to multiply.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or IndexedSlices
        Of the kind, shape and dtype of `x`.

    Raises
    ------
    ValueError
        If `scalar` is not a scalar.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.scalar_mul(2.0, tf.constant([1.0, 2.0])).numpy()
    array([2., 4.], dtype=float32)
    """
    if isinstance(x, IndexedSlices):
        return x._map_values(lambda values: scalar_mul(scalar, values))
    x = operand(x)
    scalar = operand(scalar, x._value.dtype)
    if scalar._value.shape != ():
        raise ValueError(
            f"scalar_mul: Only scalar multiply works, got shape {scalar.shape}. Use tf.multiply."
        )
    return multiply(scalar, x)


def _sum_of(*values: Any) -> Any:
    total = values[0] + values[1] if len(values) > 1 else values[0]
    for value in values[2:]:
        if total.__class__ is np.ndarray:
            total += value
        else:
            total = total + value
    return total


_add_n = linear(
    "add_n",
    _sum_of,
    lambda F, g, shapes: [g] * len(shapes),
    inputs="values*",
    batch=spread_batch("add_n"),
)


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """Sum of several tensors of one shape and dtype.

    Parameters
    ----------
    inputs : iterable of Tensor or IndexedSlices
        At least one; IndexedSlices are made dense. Of a single tensor the rows are summed.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of their shape and dtype.

    Raises
    ------
    ValueError
        If there are no inputs.
    InvalidArgumentError
        If shapes or dtypes differ: nothing is broadcast or promoted.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.add_n([tf.constant([1, 2]), tf.constant([3, 5]), tf.constant([10, 10])]).numpy()
    array([14, 17], dtype=int32)
    """
    values = [operand(x) for x in (inputs if isinstance(inputs, Iterable) else [inputs])]
    if not values:
        raise ValueError(
            "add_n: Inputs must be an iterable of at least one Tensor/IndexedSlices with the same "
            "dtype and shape."
        )
    first = values[0]
    require_same_dtype("add_n", *values)
    if first._value.dtype.kind == "b":
        raise InvalidArgumentError(
            "add_n: tensors of dtype bool are not supported. Use tf.reduce_any(tf.stack(inputs), "
            "axis=0), or tf.cast."
        )
    for i, x in enumerate(values[1:], start=1):
        if x._value.shape != first._value.shape:
            raise InvalidArgumentError(
                f"add_n: Inputs to operation AddN must have the same size and shape. Input 0: "
                f"{list(first.shape)} != input {i}: {list(x.shape)}. Nothing is broadcast: use "
                f"tf.broadcast_to, or the operator +."
            )
    return _add_n(*values)  # type: ignore[no-any-return]


def accumulate_n(
    inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None
) -> Tensor:
    """Sum of several tensors: `add_n`, with optional checks of the result's shape and dtype.

    Parameters
    ----------
    inputs : list of Tensor
        Tensors of one shape and dtype.
    shape, tensor_dtype : optional
        Expected shape and dtype.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of their shape and dtype.

    Raises
    ------
    ValueError
        If there are no inputs, or they do not have the expected shape.
    TypeError
        If they do not have the expected dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.accumulate_n([tf.constant([1, 2]), tf.constant([3, 5])]).numpy()
    array([4, 7], dtype=int32)
    """
    total = add_n(inputs)
    if shape is not None:
        TensorShape(shape).assert_is_compatible_with(total.shape)
    if tensor_dtype is not None and total.dtype != tensor_dtype:
        raise TypeError(
            f"accumulate_n: the inputs have dtype {total.dtype.name}, but tensor_dtype is "
            f"{tensor_dtype!r}. Use tf.cast."
        )
    return total
