"""Symbolic tensors: what layers are called on to describe a model before there is data."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import only_recorders
from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import as_dtype
from tapegrad.core.names import numbered
from tapegrad.core.shape import TensorShape

#: Whether a layer runs only to say what shape its outputs have: statistics stay as they are.
DESCRIBING: ContextVar[bool] = ContextVar("tapegrad_describing", default=False)


class KerasTensor:
    """A shape and a dtype that stand for a tensor; layers that are called on it describe a model.

    Parameters
    ----------
    shape
        The sizes, None where they are open.
    dtype
        The dtype.
    name
        By default ``"keras_tensor"``, numbered.

    Attributes
    ----------
    node
        The call that made it, or None for an input.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.keras.Input((3,))
    >>> y = tf.keras.layers.Dense(2)(x)
    >>> y.shape
    (None, 2)
    """

    #: Whether there ever was one; until then layers need not look for them.
    exists = False

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        KerasTensor.exists = True
        self.shape = tuple(shape)
        self._dtype = as_dtype(dtype)
        self.name = name or numbered("keras_tensor")
        self.node: Node | None = None

    @property
    def dtype(self) -> str:
        """The name of the dtype."""
        return self._dtype.name

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def __bool__(self) -> bool:
        raise TypeError(
            "A symbolic KerasTensor has no value, so it is neither true nor false. Decide inside "
            "of a layer's `call`, where there are tensors."
        )

    def __iter__(self) -> Any:
        raise TypeError("Iterating over a symbolic KerasTensor is not supported.")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise ValueError(
            "A KerasTensor is symbolic: it has no value, and functions of TensorFlow and NumPy "
            "cannot take it. Put the call into a layer, for example tf.keras.layers.Lambda."
        )


class Step:
    """An operator of Python as a layer without weights."""

    name = "operator"

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.nodes: list[Node] = []

    def __call__(self, *args: Any) -> Any:
        """The function of the arguments."""
        return self.function(*args)


def _operator(function: Callable[..., Any], reflected: bool = False) -> Any:
    def method(self: KerasTensor, *others: Any) -> Any:
        args = (*others, self) if reflected else (self, *others)
        return symbolic_call(Step(function), args, {})

    return method


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    _function = getattr(operator, _name)
    setattr(KerasTensor, f"__{_name}__", _operator(_function))
    setattr(KerasTensor, f"__r{_name}__", _operator(_function, reflected=True))
for _name in ("neg", "abs", "getitem"):
    setattr(KerasTensor, f"__{_name}__", _operator(getattr(operator, _name)))


class Node:
    """One call of a layer on symbolic tensors."""

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.outputs: Any = None

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic tensors among the arguments."""
        leaves = nest.flatten((self.args, self.kwargs))
        return [leaf for leaf in leaves if isinstance(leaf, KerasTensor)]


def is_symbolic(args: Any, kwargs: Any) -> bool:
    """Whether there are symbolic tensors among the arguments of a call."""
    return any(isinstance(leaf, KerasTensor) for leaf in nest.flatten((args, kwargs)))


def with_values(structure: Any, values: Callable[[KerasTensor], Any]) -> Any:
    """A structure with values in place of symbolic tensors."""
    if isinstance(structure, KerasTensor):
        return values(structure)
    if isinstance(structure, list):
        return [with_values(part, values) for part in structure]
    if isinstance(structure, tuple):
        return tuple(with_values(part, values) for part in structure)
    if isinstance(structure, dict):
        return {key: with_values(part, values) for key, part in structure.items()}
    return structure


def symbolic_inputs(shape: Any, dtype: Any) -> Any:
    """Symbolic tensors of a shape, or of a structure of shapes."""
    sizes = isinstance(shape, (tuple, list)) and all(
        n is None or isinstance(n, (int, np.integer)) for n in shape
    )
    if sizes or isinstance(shape, TensorShape):
        return KerasTensor(shape, dtype)
    return [symbolic_inputs(part, dtype) for part in shape]


def symbolic_call(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Remember a call, and find its outputs' shapes by two runs on zeros of different sizes."""
    node = Node(layer, args, kwargs)
    first, second = (_run_on_zeros(layer, args, kwargs, sizes) for sizes in ((1, 32), (2, 48)))

    def described(a: Any, b: Any) -> KerasTensor:
        shape = (m if m == n else None for m, n in zip(a.shape, b.shape, strict=True))
        found = KerasTensor(shape, a.dtype)
        found.node = node
        return found

    node.outputs = nest.map_structure(described, first, second)
    layer.nodes.append(node)
    return node.outputs


def _run_on_zeros(layer: Any, args: Any, kwargs: Any, sizes: tuple[int, int]) -> Any:
    """The outputs for zeros whose open sizes are `sizes`: of the batch, and of other axes."""

    def zeros(x: KerasTensor) -> Any:
        shape = [
            (sizes[0] if i == 0 else sizes[1]) if n is None else n for i, n in enumerate(x.shape)
        ]
        return as_tensor(np.zeros(shape, x._dtype.numpy_dtype))

    before = [(v, v._value) for v in getattr(layer, "variables", ())]
    token = DESCRIBING.set(True)
    try:
        with only_recorders(()):
            outputs = layer(*with_values(args, zeros), **with_values(kwargs, zeros))
    finally:
        DESCRIBING.reset(token)
        if not isinstance(layer, Step):
            layer._clear_losses()
    for variable, value in before:  # what a layer of the user's assigns has seen no data
        if variable._value is not value:
            variable.assign(value)
    return outputs


class Graph:
    """The calls that lead from some symbolic tensors to others, in an order to run them."""

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.flat_inputs: list[KerasTensor] = nest.flatten(inputs)
        self._known = {id(x) for x in self.flat_inputs}
        self.nodes: list[Node] = []
        seen: set[int] = set()
        for output in nest.flatten(outputs):
            self._visit(output, seen)
        self.layers = self._ordered_layers()

    def _visit(self, tensor: KerasTensor, seen: set[int]) -> None:
        waiting: list[tuple[KerasTensor, bool]] = [(tensor, False)]
        while waiting:
            x, done = waiting.pop()
            node = x.node
            if id(x) in self._known or (node is not None and id(node) in seen):
                continue
            if node is None or not node.inputs:
                raise ValueError(
                    f"`inputs` not connected to `outputs`: {x} is an input, and not one of the "
                    f"model's: {self.flat_inputs}"
                )
            if done:
                seen.add(id(node))
                self.nodes.append(node)
            else:
                waiting.append((x, True))
                waiting.extend((y, False) for y in reversed(node.inputs))

    def _ordered_layers(self) -> list[Any]:
        """Layers by their distance from the outputs, the most distant first, as Keras has them."""
        depth: dict[int, int] = {}
        of_layer: dict[int, int] = {}
        begin = [x.node for x in self.flat_inputs if x.node is not None]
        nodes = begin + self.nodes
        for node in reversed(nodes):
            own = max(depth.get(id(node), 0), of_layer.get(id(node.layer), 0))
            depth[id(node)] = of_layer[id(node.layer)] = own
            for x in [] if node in begin else node.inputs:
                if x.node is not None:
                    depth[id(x.node)] = max(depth.get(id(x.node), 0), own + 1)
        layers = {id(node.layer): node.layer for node in nodes}
        found = sorted(layers.values(), key=lambda layer: -of_layer[id(layer)])
        return [layer for layer in found if not isinstance(layer, Step)]

    def run(self, values: list[Any]) -> Any:
        """The outputs for values of the inputs."""
        held: dict[int, Any] = {}

        def value_of(x: KerasTensor) -> Any:
            return held[id(x)]

        held |= {id(x): value for x, value in zip(self.flat_inputs, values, strict=True)}
        for node in self.nodes:
            args, kwargs = with_values((node.args, node.kwargs), value_of)
            results = nest.flatten(node.layer(*args, **kwargs))
            symbols = nest.flatten(node.outputs)
            held |= {id(x): value for x, value in zip(symbols, results, strict=True)}
        return with_values(self.outputs, value_of)


class SymbolicEnds:
    """What a layer was last called on symbolically, and what came of it."""

    nodes: list[Node]
    _name: str

    @property
    def input(self) -> Any:
        """The symbolic tensors that the layer was called on; AttributeError before."""
        inputs = self._last_node().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic tensors that it returned; AttributeError before."""
        return self._last_node().outputs

    def _last_node(self) -> Node:
        if not self.nodes:
            raise AttributeError(
                f"The layer {self._name} has never been called on a symbolic tensor, and thus has "
                f"no defined input and output. Begin the model with tf.keras.Input."
            )
        return self.nodes[-1]
