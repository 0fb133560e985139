"""Single steps of recurrent networks as layers."""

from __future__ import annotations

import math
from typing import Any

from tapegrad.torch.creation import zeros
from tapegrad.torch.nn import init
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.modules.recurrence import mapped, next_state
from tapegrad.torch.nn.parameter import fresh
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


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
            return next_state(mode, mapped(x, w_in, b_in), state, w, b, None)

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


@documented("torch.nn.RNNCell(3, 5)", "RNNCell(3, 5)", nonlinearity="'tanh' or 'relu'.")
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
