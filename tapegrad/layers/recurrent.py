"""Recurrent layers: a cell along the steps of a sequence."""

from __future__ import annotations

from typing import Any

from tapegrad.core import nest
from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.core.variable import Variable
from tapegrad.layers.cells import Cell
from tapegrad.layers.layer import Layer
from tapegrad.ops.cast import cast
from tapegrad.ops.create import zeros, zeros_like
from tapegrad.ops.joining import stack, unstack
from tapegrad.ops.shape import expand_dims, reshape
from tapegrad.ops.where import where


class _Kept:
    """The states of a layer that keeps them between batches; no weights of its own."""

    def __init__(self, states: list[Any]) -> None:
        self.variables = [Variable(s, trainable=False, name="rnn_state") for s in states]


class RNN(Layer):
    """A cell along the steps of a sequence.

    Parameters
    ----------
    cell
        A layer whose `call` takes the inputs of one step and a list of states, and returns an
        output and the new states; with a `state_size`, an integer or a list of them.
    return_sequences
        Whether to return the outputs of all steps, or the last one.
    return_state
        Whether to return the last states as well.
    go_backwards
        Whether to begin at the end; outputs stand in the order in which they were made.
    stateful
        Whether a batch begins with the states in which the last one ended.
    unroll
        Without effect.
    zero_output_for_mask
        Whether outputs of masked steps are zeros, or those of the step before.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Raises
    ------
    ValueError
        If the cell has no `call` or no `state_size`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.RNN(tf.keras.layers.LSTMCell(4), return_sequences=True)
    >>> layer(tf.ones([2, 5, 3])).shape
    TensorShape([2, 5, 4])
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        for needed in ("call", "state_size"):
            if not hasattr(cell, needed):
                raise ValueError(
                    f"Argument `cell` should have a `{needed}`: its `call` returns the output and "
                    f"the new states, `state_size` is an integer or a list of them, one for each "
                    f"state. Received: cell={cell}"
                )
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.input_spec: Any = None
        self._kept: _Kept | None = None

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Make the weights of the cell, for sequences of a shape."""
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((sequences_shape[0], *sequences_shape[2:]))
        if self.stateful and self._kept is None:
            if sequences_shape[0] is None:
                raise ValueError(
                    f"A layer with stateful=True is built for batches of one size. Received: "
                    f"sequence.shape={tuple(sequences_shape)}"
                )
            self._kept = _Kept(self.get_initial_state(sequences_shape[0]))

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """Zeros for every state of the cell."""
        if hasattr(self.cell, "get_initial_state"):
            states = self.cell.get_initial_state(batch_size=batch_size)
            return list(states) if isinstance(states, (list, tuple)) else [states]
        size = self.cell.state_size
        all_sizes = size if isinstance(size, (list, tuple)) else [size]
        return [zeros([batch_size, n], dtype=self._dtype) for n in all_sizes]

    def reset_state(self) -> None:
        """Set the states that are kept between batches to zero."""
        for variable in [] if self._kept is None else self._kept.variables:
            variable.assign(zeros_like(variable))

    def reset_states(self) -> None:
        """The same as `reset_state`."""
        self.reset_state()

    @property
    def states(self) -> list[Variable] | None:
        """The states that are kept between batches, or None."""
        return None if self._kept is None else self._kept.variables

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        """The last output, or all of them; with states if they are to be returned.

        Parameters
        ----------
        sequences
            Of shape ``(batch, steps, ...)``.
        initial_state
            A list of states; zeros by default.
        mask
            A boolean tensor of shape ``(batch, steps)``: a step where it is false leaves the state
            as it is.
        training
            Whether cells drop entries.
        """
        x = operand(sequences)
        if initial_state is None:
            initial_state = (
                self.get_initial_state(x._value.shape[0])
                if self._kept is None
                else self._kept.variables
            )
        if not isinstance(initial_state, (list, tuple)):
            initial_state = [initial_state]
        states = nest.map_structure(lambda s: cast(s, self._dtype), list(initial_state))
        outputs, states = self._run(x, states, mask, training)
        if self._kept is not None:
            for variable, state in zip(self._kept.variables, nest.flatten(states), strict=True):
                variable.assign(state)
        output = stack(outputs, axis=1) if self.return_sequences else outputs[-1]
        return (output, *states) if self.return_state else output

    def _run(
        self, x: Tensor, states: list[Any], mask: Any, training: bool
    ) -> tuple[list[Tensor], list[Any]]:
        cell, of_state = self.cell, None
        whole = isinstance(cell, Cell)
        if whole and training:
            of_inputs, of_state = cell.masks(x[:, 0], states[0])
            x = x if of_inputs is None else x * expand_dims(of_inputs, 1)
        steps = unstack(cell.project(x) if whole else x, axis=1)
        seen = [None] * len(steps) if mask is None else unstack(cast(mask, "bool"), axis=1)
        if self.go_backwards:
            steps, seen = steps[::-1], seen[::-1]
        options = {"training": training} if getattr(cell, "_training_place", None) else {}
        outputs: list[Tensor] = []
        for step, here in zip(steps, seen, strict=True):
            if whole:
                first = states[0] if of_state is None else states[0] * of_state
                output, new = cell.step(step, [first, *states[1:]])
            else:
                output, new = cell(step, states, **options)
                new = list(new) if isinstance(new, (list, tuple)) else [new]
            if here is not None:
                new = nest.map_structure(lambda n, o, h=here: _kept_where(h, n, o), new, states)
                empty = self.zero_output_for_mask or not outputs
                before = zeros_like(output) if empty else outputs[-1]
                output = _kept_where(here, output, before)
            outputs.append(output)
            states = new
        return outputs, states

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        names = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
        config = {name: getattr(self, name) for name in (*names, "zero_output_for_mask")}
        return super().get_config() | config | {"cell": self.cell}


def _kept_where(condition: Tensor, new: Tensor, old: Tensor) -> Tensor:
    shape = [condition._value.shape[0]] + [1] * (new._value.ndim - 1)
    return where(reshape(condition, shape), new, old)


class StackedRNNCells(Layer):
    """Cells on top of each other, as one cell.

    Parameters
    ----------
    cells
        A list of cells.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> cells = [tf.keras.layers.GRUCell(4), tf.keras.layers.GRUCell(2)]
    >>> layer = tf.keras.layers.RNN(tf.keras.layers.StackedRNNCells(cells))
    >>> layer(tf.ones([2, 5, 3])).shape
    TensorShape([2, 2])
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """Those of the cells."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """That of the last cell."""
        return getattr(self.cells[-1], "output_size", self.cells[-1].state_size)

    def build(self, input_shape: Any) -> None:
        """Make the weights of all cells."""
        shape = input_shape
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(shape)
            size = getattr(cell, "output_size", cell.state_size)
            shape = (shape[0], size[0] if isinstance(size, (list, tuple)) else size)

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros for every state of every cell."""
        return [cell.get_initial_state(batch_size=batch_size) for cell in self.cells]

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """Output and new states of one step through all cells."""
        new = []
        for cell, state in zip(self.cells, states, strict=True):
            options = {"training": training} if getattr(cell, "_training_place", None) else {}
            nested = isinstance(state, (list, tuple))
            inputs, after = cell(inputs, list(state) if nested else [state], **options)
            new.append(after)
        return inputs, new

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"cells": self.cells}
