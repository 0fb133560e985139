"""Recurrent networks: Elman's, long short-term memory, and gated recurrent units."""

from __future__ import annotations

import math
import warnings
from typing import Any

from tapegrad.core.structural import split, unstack
from tapegrad.core.structural import stack as stacked
from tapegrad.core.table import TABLE
from tapegrad.ops import activations, logistic, transcendental
from tapegrad.ops.contract import matmul
from tapegrad.torch.creation import zeros
from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn import init
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.parameter import fresh
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run
from tapegrad.torch.shaping import cat, stack
from tapegrad.torch.tensor import Tensor

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

_transpose = TABLE["transpose"]
_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


def _mapped(x: Any, weight: Any, bias: Any) -> Any:
    y = matmul(x, _transpose(weight, axes=(-1, -2)))
    return y if bias is None else y + bias


def _gates(x: Any, count: int) -> Any:
    size = x._value.shape[-1] // count
    return split(x, sizes=(size,) * count, axis=-1)


def next_state(mode: str, mapped: Any, state: tuple[Any, ...], w: Any, b: Any, w_out: Any) -> Any:
    """The state after one step.

    Parameters
    ----------
    mode
        The kind of network.
    mapped
        The input of the step, already multiplied by its weights.
    state
        The hidden state, and the cell state of an LSTM.
    w, b
        Weights and biases of the hidden state.
    w_out
        The projection of the hidden state, or None.
    """
    h = state[0]
    if mode == "GRU":
        r, z, n = _gates(mapped, 3)
        of_r, of_z, of_n = _gates(_mapped(h, w, b), 3)
        reset, update = logistic.sigmoid(r + of_r), logistic.sigmoid(z + of_z)
        new = transcendental.tanh(n + reset * of_n)
        return ((h - new) * update + new,)
    total = mapped + _mapped(h, w, b)
    if mode == "LSTM":
        i, f, g, o = _gates(total, 4)
        cell = logistic.sigmoid(f) * state[1] + logistic.sigmoid(i) * transcendental.tanh(g)
        out = logistic.sigmoid(o) * transcendental.tanh(cell)
        return (out if w_out is None else _mapped(out, w_out, None), cell)
    return (transcendental.tanh(total) if mode == "RNN_TANH" else activations.relu(total),)


def _layer(
    mode: str, backwards: bool, x: Any, state: tuple[Any, ...], weights: tuple[Any, ...]
) -> tuple[Any, ...]:
    """One direction of one layer: the hidden states of all steps, and the last state."""
    w_in, w_hidden, b_in, b_hidden, w_out = weights
    steps = list(unstack(_mapped(x, w_in, b_in), axis=-3))
    outputs = []
    for step in reversed(steps) if backwards else steps:
        state = next_state(mode, step, state, w_hidden, b_hidden, w_out)
        outputs.append(state[0])
    if backwards:
        outputs.reverse()
    return (stacked(*outputs, axis=-3), *state)


def _wrong_rank(given: list[Tensor], rank: int) -> str:
    dims = [f"{s.dim()}-D" for s in given]
    if len(given) == 1:
        return f"hx should also be {rank}-D but got {dims[0]} tensor"
    return f"hx and cx should also be {rank}-D but got ({', '.join(dims)}) tensors"


_TEXTS = {
    "args": "The arguments of `RNNBase`, without the mode.",
    "kwargs": "The arguments of `RNNBase`, without the mode.",
    "proj_size": "The size that an LSTM's hidden state is projected to; 0 for none.",
    "mode": "'LSTM', 'GRU', 'RNN_TANH' or 'RNN_RELU'.",
    "nonlinearity": "'tanh' or 'relu'.",
}


@documented(
    "issubclass(torch.nn.LSTM, torch.nn.RNNBase)",
    "True",
    **_TEXTS,
)
class RNNBase(Module):
    r"""The base of recurrent networks.

    Weights begin as uniform numbers up to :math:`1 / \sqrt{hidden\_size}`. Inputs have the shape
    ``(time, batch, input_size)``, or without the batch.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an "
                "element being zeroed"
            )
        if not isinstance(hidden_size, int):
            raise TypeError(f"hidden_size should be of type int, got: {type(hidden_size).__name__}")
        if hidden_size <= 0:
            raise ValueError("hidden_size must be greater than zero")
        if num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if proj_size < 0:
            raise ValueError(
                "proj_size should be a positive integer or zero to disable projections"
            )
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if proj_size and mode != "LSTM":
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                f"dropout option adds dropout after all but last recurrent layer, so non-zero "
                f"dropout expects num_layers greater than 1, but got dropout={dropout} and "
                f"num_layers={num_layers}",
                UserWarning,
                stacklevel=3,
            )
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional, self.proj_size = float(dropout), bidirectional, proj_size
        gates = _GATES[mode] * hidden_size
        out = proj_size or hidden_size
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else out * (1 + bidirectional)
            for suffix in self._suffixes(layer):
                self.register_parameter(f"weight_ih{suffix}", fresh(gates, inputs, dtype=dtype))
                self.register_parameter(f"weight_hh{suffix}", fresh(gates, out, dtype=dtype))
                if bias:
                    self.register_parameter(f"bias_ih{suffix}", fresh(gates, dtype=dtype))
                    self.register_parameter(f"bias_hh{suffix}", fresh(gates, dtype=dtype))
                if proj_size:
                    projection = fresh(proj_size, hidden_size, dtype=dtype)
                    self.register_parameter(f"weight_hr{suffix}", projection)
        self.reset_parameters()

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}{s}" for s in (("", "_reverse") if self.bidirectional else ("",))]

    def reset_parameters(self) -> None:
        """Begin again."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Without effect: there is no such memory layout here."""

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each layer and direction."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        return [
            [self._parameters[n + s] for n in names if n + s in self._parameters]
            for layer in range(self.num_layers)
            for s in self._suffixes(layer)
        ]

    def _begin(self, input: Tensor, hx: Any, batch: int) -> list[Tensor]:
        """The states of all layers at first, checked."""
        layers = self.num_layers * (1 + self.bidirectional)
        sizes = [self.proj_size or self.hidden_size]
        if self.mode == "LSTM":
            sizes.append(self.hidden_size)
        if hx is None:
            return [zeros(layers, batch, size, dtype=input.dtype) for size in sizes]
        given = list(hx) if self.mode == "LSTM" else [hx]
        alone = input.dim() == 2
        for i, (state, size) in enumerate(zip(given, sizes, strict=True)):
            if alone and state.dim() != 2:
                raise RuntimeError(f"For unbatched 2-D input, {_wrong_rank(given, 2)}")
            if not alone and state.dim() != 3:
                raise RuntimeError(f"For batched 3-D input, {_wrong_rank(given, 3)}")
            if alone:
                state = given[i] = state.unsqueeze(1)
            wanted = (layers, batch, size)
            if tuple(state.shape) != wanted:
                name = f"hidden[{i}]" if len(given) > 1 else "hidden"
                raise RuntimeError(f"Expected {name} size {wanted}, got {list(state.shape)}")
        return given

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The hidden states of the last layer, and the last state of each layer.

        Parameters
        ----------
        input
            The sequences.
        hx
            The states at first, zeros by default.

        Returns
        -------
        tuple
            All hidden states of the last layer, and the last states.
        """
        if input.dim() not in (2, 3):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 2D or 3D, got {input.dim()}D instead"
            )
        if input.dtype != self._parameters["weight_ih_l0"].dtype:  # type: ignore[union-attr]
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype "
                f"({self._parameters['weight_ih_l0'].dtype}). Convert input: input.to("  # type: ignore[union-attr]
                f"{self._parameters['weight_ih_l0'].dtype}), or convert model: "  # type: ignore[union-attr]
                f"model.to({input.dtype})"
            )
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got "
                f"{input.size(-1)}"
            )
        alone = input.dim() == 2
        if alone:
            input = input.unsqueeze(1)
        elif self.batch_first:
            input = input.transpose(0, 1)
        states = self._begin(input if not alone else input.squeeze(1), hx, input.size(1))
        output, last = self._run(input, states)
        if alone:
            output, last = output.squeeze(1), [s.squeeze(1) for s in last]
        elif self.batch_first:
            output = output.transpose(0, 1)
        return output, tuple(last) if self.mode == "LSTM" else last[0]

    def _run(self, x: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        kind = node_type("StackBackward0")
        ends: list[tuple[Tensor, ...]] = []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self._suffixes(layer):
                names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
                weights = tuple([self._parameters.get(n + suffix) for n in names])
                state = tuple([s[len(ends)] for s in states])
                arguments = (self.mode, suffix.endswith("reverse"), x, state, weights)
                y, *end = run(_layer, kind, arguments, {})
                outputs.append(y)
                ends.append(tuple(end))
            x = outputs[0] if len(outputs) == 1 else cat(outputs, -1)
            if self.dropout and layer + 1 < self.num_layers:
                x = F.dropout(x, self.dropout, self.training)
        return x, [stack(list(column), 0) for column in zip(*ends, strict=True)]

    def extra_repr(self) -> str:
        """The sizes, and what is not as by default."""
        text = f"{self.input_size}, {self.hidden_size}"
        if self.proj_size:
            text += f", proj_size={self.proj_size}"
        if self.num_layers != 1:
            text += f", num_layers={self.num_layers}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.batch_first is not False:
            text += f", batch_first={self.batch_first}"
        if self.dropout:
            text += f", dropout={self.dropout}"
        if self.bidirectional is not False:
            text += f", bidirectional={self.bidirectional}"
        return text


@documented("torch.nn.RNN(3, 5, num_layers=2)", "RNN(3, 5, num_layers=2)", **_TEXTS)
class RNN(RNNBase):
    r"""Elman's network: :math:`h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})`.

    Arguments are those of `RNNBase` and ``nonlinearity``, which is 'tanh' or 'relu'.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = list(args)
        nonlinearity = given.pop(3) if len(given) > 3 else kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        self.__dict__["nonlinearity"] = nonlinearity
        super().__init__(f"RNN_{nonlinearity.upper()}", *given, **kwargs)


@documented("torch.nn.LSTM(3, 5, batch_first=True)", "LSTM(3, 5, batch_first=True)", **_TEXTS)
class LSTM(RNNBase):
    r"""Long short-term memory (Hochreiter and Schmidhuber, 1997).

    With gates i, f, o and candidate g: :math:`c' = f c + i g` and :math:`h' = o \tanh c'`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)


@documented("torch.nn.GRU(3, 5, bidirectional=True)", "GRU(3, 5, bidirectional=True)", **_TEXTS)
class GRU(RNNBase):
    r"""Gated recurrent units (Cho and others, 2014).

    With gates r, z and candidate n: :math:`h' = (1 - z) n + z h`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("GRU", *args, **kwargs)


@documented(
    "issubclass(torch.nn.LSTMCell, torch.nn.RNNCellBase)", "True", num_chunks="The number of gates."
)
class RNNCellBase(Module):
    """The base of single steps of recurrent networks."""

    mode = ""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        gates = num_chunks * hidden_size
        self.weight_ih = fresh(gates, input_size, dtype=dtype)
        self.weight_hh = fresh(gates, hidden_size, dtype=dtype)
        self.register_parameter("bias_ih", fresh(gates, dtype=dtype) if bias else None)
        self.register_parameter("bias_hh", fresh(gates, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Begin again."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _mode(self) -> str:
        return self.mode

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The state after one step."""
        mode = self._mode()
        if input.dim() not in (1, 2):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 1D or 2D, got {input.dim()}D instead"
            )
        alone = input.dim() == 1
        x = input.unsqueeze(0) if alone else input
        count = 2 if mode == "LSTM" else 1
        if hx is None:
            state = [zeros(x.size(0), self.hidden_size, dtype=x.dtype)] * count
        else:
            given = list(hx) if mode == "LSTM" else [hx]
            state = [s.unsqueeze(0) if alone else s for s in given]

        def step(x: Any, state: Any, w_in: Any, w: Any, b_in: Any, b: Any) -> Any:
            return next_state(mode, _mapped(x, w_in, b_in), state, w, b, None)

        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        kind = node_type({"GRU": "AddBackward0", "LSTM": "MulBackward0"}.get(mode, "TanhBackward0"))
        new = run(step, kind, (x, tuple(state), *weights), {})
        if alone:
            new = tuple([s.squeeze(0) for s in new])
        return new if mode == "LSTM" else new[0]

    def extra_repr(self) -> str:
        """The sizes, and what is not as by default."""
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.__dict__.get("nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text


@documented("torch.nn.RNNCell(3, 5)", "RNNCell(3, 5)", **_TEXTS)
class RNNCell(RNNCellBase):
    """One step of Elman's network."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def _mode(self) -> str:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return f"RNN_{self.nonlinearity.upper()}"


@documented("torch.nn.LSTMCell(3, 5)", "LSTMCell(3, 5)")
class LSTMCell(RNNCellBase):
    """One step of long short-term memory: hidden and cell state."""

    mode = "LSTM"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)


@documented("torch.nn.GRUCell(3, 5)", "GRUCell(3, 5)")
class GRUCell(RNNCellBase):
    """One step of gated recurrent units."""

    mode = "GRU"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)
