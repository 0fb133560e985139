"""Recurrent networks as functions of flat lists of weights."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.documentation import documented
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.modules.recurrent import RNNBase

__all__ = ["gru", "lstm", "rnn_relu", "rnn_tanh"]

_TEXTS = {
    "input": "The sequences, ``(time, batch, features)``.",
    "hx": "The states at first, ``(layers, batch, hidden)``; two of them for an LSTM.",
    "params": "For each layer and direction both weights, and both biases if there are some.",
    "has_biases": "Whether there are biases.",
    "num_layers": "Layers on top of each other.",
    "dropout": "The probability of zero between layers.",
    "train": "Whether there is dropout.",
    "bidirectional": "Whether a second network runs backwards.",
    "batch_first": "Whether the batch is the first axis.",
}


class _Layers(RNNBase):
    """The network of a call: weights are those that were given, none are made."""

    def __init__(self, mode: str, params: Any, **options: Any) -> None:
        Module.__init__(self)
        self.__dict__.update(options, mode=mode, proj_size=0)
        names = ["weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if self.bias else ())]
        suffixes = [s for layer in range(self.num_layers) for s in self._suffixes(layer)]
        keys = [name + suffix for suffix in suffixes for name in names]
        if len(keys) != len(params):
            raise RuntimeError(f"got an incorrect number of RNN parameters: {len(params)}")
        self._parameters.update(zip(keys, params, strict=True))
        self.hidden_size, self.input_size = params[1].shape[-1], params[0].shape[-1]


def _run(
    mode: str,
    input: Any,
    hx: Any,
    params: Any,
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> Any:
    options = {
        "bias": has_biases,
        "num_layers": num_layers,
        "dropout": dropout,
        "training": train,
        "bidirectional": bidirectional,
        "batch_first": batch_first,
    }
    return _Layers(mode, params, **options)(input, hx)


@documented(
    "layer = torch.nn.LSTM(3, 2)\n"
    "zeros = torch.zeros(1, 1, 2)\n"
    "params = list(layer.parameters())\n"
    "options = params, True, 1, 0.0, False, False, False\n"
    "found = torch.lstm(torch.ones(4, 1, 3), (zeros, zeros), *options)\n"
    "[t.shape for t in found]",
    "[torch.Size([4, 1, 2]), torch.Size([1, 1, 2]), torch.Size([1, 1, 2])]",
    **_TEXTS,
)
def lstm(
    input: Any,
    hx: Any,
    params: Any,
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> Any:
    """Long short-term memory: all hidden states, and the last states and cells."""
    options = has_biases, num_layers, dropout, train, bidirectional, batch_first
    output, (h, c) = _run("LSTM", input, hx, params, *options)
    return output, h, c


def _network(name: str, mode: str, module: str, summary: str) -> Any:
    def call(
        input: Any,
        hx: Any,
        params: Any,
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> Any:
        options = has_biases, num_layers, dropout, train, bidirectional, batch_first
        return _run(mode, input, hx, params, *options)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    example = (
        f"params = list(torch.nn.{module}(3, 2).parameters())\n"
        f"x, h = torch.ones(4, 1, 3), torch.zeros(1, 1, 2)\n"
        f"[t.shape for t in torch.{name}(x, h, params, True, 1, 0.0, False, False, False)]"
    )
    return documented(example, "[torch.Size([4, 1, 2]), torch.Size([1, 1, 2])]", **_TEXTS)(call)


gru = _network("gru", "GRU", "GRU", "Gated recurrent units: all hidden states, and the last ones.")
rnn_tanh = _network(
    "rnn_tanh", "RNN_TANH", "RNN", "Elman's network: all hidden states, and the last ones."
)
rnn_relu = _network(
    "rnn_relu", "RNN_RELU", "RNN", "Elman's network with ReLU: all hidden states, the last ones."
)
