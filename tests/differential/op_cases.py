"""Cases about single operations: value, gradients, tangent and second order, from tables.

A table is a module ``cases_ops_*`` that makes one `OpTable` and calls it once per use of an
operation. An operation is called with keywords for its value and by position under the tapes, so
the names and the order of its parameters are tested as well.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from tests.differential.harness import case

#: variant -> arguments by name, and operation -> variants
Variants = dict[str, dict[str, Any]]
Operations = dict[str, Variants]

#: Libraries differ in their elementary functions by a few units in the last place.
RTOL = {"float16": 2e-3, "float32": 1e-5, "float64": 1e-11}

#: Those of linear algebra, whose algorithms differ, magnify rounding errors by the condition.
RTOL_OF_MATRICES = {"float32": 1e-4, "float64": 1e-10}

#: Every other function takes a `name` as well, for the sake of graphs.
NAMELESS = (
    "image.flip_left_right",
    "image.adjust_brightness",
    "image.adjust_contrast",
    "image.adjust_gamma",
    "image.central_crop",
    "image.crop_to_bounding_box",
    "image.pad_to_bounding_box",
    "image.resize_with_crop_or_pad",
    "image.resize_with_pad",
    "image.rgb_to_yiq",
    "image.rgb_to_yuv",
    "image.sobel_edges",
    "image.yiq_to_rgb",
    "image.yuv_to_rgb",
    "image.flip_up_down",
    "image.image_gradients",
    "image.per_image_standardization",
    "image.ssim",
    "nn.silu",
    "nn.swish",
)


class Leaf(NamedTuple):
    """An argument that the tapes follow; of the case's dtype if it names none."""

    values: Any
    dtype: str | None = None


class Held(NamedTuple):
    """An argument that is a tensor but not followed; of the case's dtype if it names none."""

    values: Any
    dtype: str | None = None


def spread(shape: Sequence[int], low: float = -2.0, high: float = 2.0, start: int = 1) -> Any:
    """Distinct numbers without pattern, multiples of 1/64 (exact in every float dtype)."""
    count = int(np.prod(shape))
    fraction = (np.arange(start, start + count) * 0.6180339887498949 + 0.137) % 1.0
    return (np.round((low + (high - low) * fraction) * 64.0) / 64.0).reshape(tuple(shape))


def weights_like(tf: Any, tensor: Any, start: int) -> Any:
    """Fixed weights of the shape and dtype of `tensor`, to serve as cotangent or tangent."""
    weights = spread(tensor.shape.as_list(), -1.0, 1.0, start)
    if tensor.dtype.is_complex:
        weights = weights + 1j * spread(tensor.shape.as_list(), -1.0, 1.0, start + 5)
    return tf.constant(weights, tensor.dtype)


def with_dtype(dtype: str | None, of_case: str) -> str:
    """The dtype of an argument: "complex" stands for the complex partner of the case's dtype."""
    if dtype == "complex":
        return {"float32": "complex64", "float64": "complex128"}[of_case]
    return of_case if dtype is None else dtype


def build(tf: Any, argument: Any, dtype: str, leaves: list[Any]) -> Any:
    """Replace `Leaf` and `Held` by tensors, also inside containers; collect the leaves."""
    if isinstance(argument, (Leaf, Held)):
        own = with_dtype(argument.dtype, dtype)
        tensor = tf.constant(np.array(argument.values, tf.as_dtype(own).as_numpy_dtype))
        if isinstance(argument, Leaf):
            leaves.append(tensor)
        return tensor
    if isinstance(argument, (list, tuple)):
        return type(argument)(build(tf, part, dtype, leaves) for part in argument)
    if isinstance(argument, Mapping):
        return {name: build(tf, part, dtype, leaves) for name, part in argument.items()}
    return argument


def by_name(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call with keywords, unless there are variadic arguments (under the name "*")."""
    if "*" not in arguments:
        return function(**arguments)
    named = dict(arguments)
    name = named.pop("name", None)
    return by_position(function, {**named, "name": name} if name else named)


def by_position(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call by position; arguments that come after the variadic ones need their keywords."""
    if "*" not in arguments:
        return function(*arguments.values())
    at = list(arguments).index("*")
    before, after = list(arguments.values())[:at], dict(list(arguments.items())[at + 1 :])
    return function(*before, *arguments["*"], **after)


def differentiable(tf: Any, outputs: Any) -> list[Any]:
    """The floating and complex tensors among the outputs."""
    flat = [t for t in tf.nest.flatten(outputs) if tf.is_tensor(t)]
    return [t for t in flat if t.dtype.is_floating or t.dtype.is_complex]


def dense(tf: Any, gradients: list[Any]) -> list[Any]:
    """Gradients without `IndexedSlices`, which have cases of their own."""
    return [None if g is None else tf.convert_to_tensor(g) for g in gradients]


def reverse(tf: Any, call: Callable[[], Any], leaves: list[Any], *, second: bool) -> dict[str, Any]:
    """Gradients for fixed cotangents; on request the gradients of their weighted sum."""
    with tf.GradientTape() as outer:
        outer.watch(leaves)
        with tf.GradientTape() as tape:
            tape.watch(leaves)
            targets = differentiable(tf, call())
        seeds = [weights_like(tf, t, 3 + i) for i, t in enumerate(targets)]
        gradients = dense(tf, tape.gradient(targets, leaves, output_gradients=seeds))
        weighted = [
            tf.reduce_sum(g * weights_like(tf, g, 11 + i))
            for i, g in enumerate(gradients)
            if g is not None
        ]
    if not second:
        return {"gradients": gradients}
    # Whether a second derivative is zero or unconnected depends on how a rule is written.
    again = outer.gradient(weighted, leaves, unconnected_gradients="zero")
    return {"gradients": gradients, "second": dense(tf, again)}


def forward(tf: Any, call: Callable[[], Any], leaves: list[Any]) -> dict[str, Any]:
    """Tangents of the outputs for fixed tangents of the leaves."""
    tangents = [weights_like(tf, leaf, 17 + i) for i, leaf in enumerate(leaves)]
    with tf.autodiff.ForwardAccumulator(leaves, tangents) as accumulator:
        outputs = differentiable(tf, call())
    return {"tangents": dense(tf, accumulator.jvp(outputs, unconnected_gradients="zero"))}


class Use(NamedTuple):
    """One row of a table, for tests that need the arguments themselves."""

    op: str
    variant: str
    arguments: Mapping[str, Any]
    dtype: str

    def __str__(self) -> str:
        return f"{self.op}-{self.variant}-{self.dtype}"


#: All rows of the tables that have been loaded.
USES: list[Use] = []


class OpTable:
    """Registers the cases of the table that stands in `module`."""

    def __init__(self, module: str, row: str | int) -> None:
        self.module = module
        self.row = row

    def __call__(
        self,
        op: str,
        variant: str,
        arguments: Mapping[str, Any],
        *,
        dtypes: Sequence[str] = ("float64", "float32"),
        second: bool = True,
        tangents: bool = True,
        rtol: float | Mapping[str, float] | None = None,
    ) -> None:
        """Value and gradients in each dtype; in float64 also the second order and the tangents.

        `rtol` is one relative tolerance for all dtypes, or one for each.
        """
        for dtype in dtypes:
            USES.append(Use(op, variant, arguments, dtype))

            def run(tf: Any, dtype: str = dtype) -> Any:
                function = operator.attrgetter(op)(tf)
                leaves: list[Any] = []
                inputs = build(tf, arguments, dtype, leaves)
                named = inputs if op in NAMELESS else {"name": "named", **inputs}
                result: dict[str, Any] = {"value": by_name(function, named)}
                double = dtype == "float64"
                call = partial(by_position, function, inputs)
                result |= reverse(tf, call, leaves, second=second and double)
                return result | forward(tf, call, leaves) if tangents and double else result

            tolerance = rtol.get(dtype) if isinstance(rtol, Mapping) else rtol
            self._register(run, op, f"{variant}_{dtype}", rtol=tolerance or RTOL[dtype])

    def value(
        self,
        op: str,
        variant: str,
        arguments: Mapping[str, Any],
        *,
        dtype: str = "float32",
        **options: Any,
    ) -> None:
        """Only the result of one call; `options` are those of `case`."""
        USES.append(Use(op, variant, arguments, dtype))

        def run(tf: Any) -> Any:
            return by_name(operator.attrgetter(op)(tf), build(tf, arguments, dtype, []))

        self._register(run, op, variant, **options)

    def _register(self, run: Callable[[Any], Any], op: str, variant: str, **options: Any) -> None:
        run.__name__ = f"{op.replace('.', '_')}_{variant}"
        run.__module__ = self.module
        case(self.row, **options)(run)
