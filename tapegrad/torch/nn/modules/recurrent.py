"""Recurrent networks: Elman's, long short-term memory, and gated recurrent units."""

from __future__ import annotations

import math
import warnings
from typing import Any

from tapegrad.torch.creation import zeros
from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn import init
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.modules.recurrence import GATES, packed_layer
from tapegrad.torch.nn.modules.recurrence import layer as one_layer
from tapegrad.torch.nn.packed import PackedSequence
from tapegrad.torch.nn.parameter import fresh
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run
from tapegrad.torch.shaping import cat, stack
from tapegrad.torch.tensor import Tensor

__all__ = ["GRU", "LSTM", "RNN", "RNNBase"]


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
        gates = GATES[mode] * hidden_size
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
            The sequences, or a `PackedSequence`: then the hidden states are packed, too.
        hx
            The states at first, zeros by default.

        Returns
        -------
        tuple
            All hidden states of the last layer, and the last states.
        """
        if isinstance(input, PackedSequence):
            return self._packed(input, hx)
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

    def _packed(self, input: PackedSequence, hx: Any) -> Any:
        sizes = tuple(input.batch_sizes.tolist())
        states = self._begin(input.data.unsqueeze(0), hx, sizes[0])
        if hx is not None and input.sorted_indices is not None:
            states = [s.index_select(1, input.sorted_indices) for s in states]
        output, last = self._run(input.data, states, sizes)
        if input.unsorted_indices is not None:
            last = [s.index_select(1, input.unsorted_indices) for s in last]
        packed = PackedSequence(
            output, input.batch_sizes, input.sorted_indices, input.unsorted_indices
        )
        return packed, tuple(last) if self.mode == "LSTM" else last[0]

    def _run(
        self, x: Tensor, states: list[Tensor], sizes: tuple[int, ...] | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        kind = node_type("StackBackward0" if sizes is None else "CatBackward0")
        one, more = (one_layer, ()) if sizes is None else (packed_layer, (sizes,))
        ends: list[tuple[Tensor, ...]] = []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self._suffixes(layer):
                names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
                weights = tuple([self._parameters.get(n + suffix) for n in names])
                state = tuple([s[len(ends)] for s in states])
                arguments = (self.mode, suffix.endswith("reverse"), x, state, weights, *more)
                y, *end = run(one, kind, arguments, {})
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
