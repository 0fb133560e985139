"""Steps of recurrent networks on core tensors: one, all of a sequence, all of packed ones."""

from __future__ import annotations

from typing import Any

from tapegrad.core.structural import concat, getitem, split, unstack
from tapegrad.core.structural import stack as stacked
from tapegrad.core.table import TABLE
from tapegrad.ops import activations, logistic, transcendental
from tapegrad.ops.contract import matmul

_transpose = TABLE["transpose"]
GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


def mapped(x: Any, weight: Any, bias: Any) -> Any:
    """An affine map of core tensors."""
    y = matmul(x, _transpose(weight, axes=(-1, -2)))
    return y if bias is None else y + bias


def _gates(x: Any, count: int) -> Any:
    size = x._value.shape[-1] // count
    return split(x, sizes=(size,) * count, axis=-1)


def next_state(mode: str, inputs: Any, state: tuple[Any, ...], w: Any, b: Any, w_out: Any) -> Any:
    """The state after one step.

    Parameters
    ----------
    mode
        The kind of network.
    inputs
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
        r, z, n = _gates(inputs, 3)
        of_r, of_z, of_n = _gates(mapped(h, w, b), 3)
        reset, update = logistic.sigmoid(r + of_r), logistic.sigmoid(z + of_z)
        new = transcendental.tanh(n + reset * of_n)
        return ((h - new) * update + new,)
    total = inputs + mapped(h, w, b)
    if mode == "LSTM":
        i, f, g, o = _gates(total, 4)
        cell = logistic.sigmoid(f) * state[1] + logistic.sigmoid(i) * transcendental.tanh(g)
        out = logistic.sigmoid(o) * transcendental.tanh(cell)
        return (out if w_out is None else mapped(out, w_out, None), cell)
    return (transcendental.tanh(total) if mode == "RNN_TANH" else activations.relu(total),)


def layer(
    mode: str, backwards: bool, x: Any, state: tuple[Any, ...], weights: tuple[Any, ...]
) -> tuple[Any, ...]:
    """One direction of one layer: the hidden states of all steps, and the last state."""
    w_in, w_hidden, b_in, b_hidden, w_out = weights
    steps = list(unstack(mapped(x, w_in, b_in), axis=-3))
    outputs = []
    for step in reversed(steps) if backwards else steps:
        state = next_state(mode, step, state, w_hidden, b_hidden, w_out)
        outputs.append(state[0])
    if backwards:
        outputs.reverse()
    return (stacked(*outputs, axis=-3), *state)


def packed_layer(
    mode: str,
    backwards: bool,
    x: Any,
    state: tuple[Any, ...],
    weights: tuple[Any, ...],
    sizes: tuple[int, ...],
) -> tuple[Any, ...]:
    """One direction of one layer on sequences of several lengths, the longest first.

    Parameters
    ----------
    mode, backwards, state, weights
        As for `layer`.
    x
        The entries of all sequences, step by step.
    sizes
        How many sequences go on in each step.
    """
    w_in, w_hidden, b_in, b_hidden, w_out = weights
    steps = list(split(mapped(x, w_in, b_in), sizes=sizes, axis=-2))
    first, now = state, tuple([_rows(s, 0, sizes[-1 if backwards else 0]) for s in state])
    outputs, ended = [], []
    for step in reversed(steps) if backwards else steps:
        count, before = step._value.shape[0], now[0]._value.shape[0]
        if count < before:
            ended.append([_rows(s, count, before) for s in now])
            now = tuple([_rows(s, 0, count) for s in now])
        elif count > before:
            now = tuple(
                [
                    concat(s, _rows(f, before, count), axis=-2)
                    for s, f in zip(now, first, strict=True)
                ]
            )
        now = next_state(mode, step, now, w_hidden, b_hidden, w_out)
        outputs.append(now[0])
    if backwards:
        outputs.reverse()
    last = [
        concat(s, *[e[i] for e in reversed(ended)], axis=-2) if ended else s
        for i, s in enumerate(now)
    ]
    return (concat(*outputs, axis=-2), *last)


def _rows(x: Any, start: int, stop: int) -> Any:
    return getitem(x, index=(Ellipsis, slice(start, stop), slice(None)))
