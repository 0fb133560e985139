"""Optimizer: what all optimizers do in a step, from the gradients to the last constraint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np

from tapegrad.core.context import (
    active_tracer,
    only_recorders,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.convert import as_tensor
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.host import host_call
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.tensor import ArrayLike, Tensor, wrap
from tapegrad.core.variable import Variable
from tapegrad.optimizers.arguments import check_count, check_range
from tapegrad.optimizers.gradients import (
    Pairs,
    checked_pairs,
    clip_each_norm,
    clip_global_norm,
    clip_values,
    times,
)
from tapegrad.optimizers.state import OptimizerState


class Optimizer(OptimizerState):
    """Base of all optimizers: it moves Variables against their gradients.

    A step checks all gradients, clips them, decays the weights, lets the subclass update each
    variable, averages, and applies the variables' constraints, in this order. Assignments are
    changes of state: no tape sees them, whether it is active or not.

    Parameters
    ----------
    learning_rate
        A number, a `schedules.LearningRateSchedule`, or a function of no arguments.
    weight_decay
        If given, each step first shrinks the variables by ``learning_rate * weight_decay`` of
        their value.
    clipnorm
        Scale down each gradient whose Euclidean norm exceeds this.
    clipvalue
        Limit each element of the gradients to ``[-clipvalue, clipvalue]``.
    global_clipnorm
        Scale down all gradients together if their common norm exceeds this.
    use_ema
        Keep an exponential moving average of each variable, which starts as its value after the
        first update: ``average = ema_momentum * average + (1 - ema_momentum) * value``.
    ema_momentum
        See `use_ema`.
    ema_overwrite_frequency
        Replace the variables by their averages every so many steps; None: only in
        `finalize_variable_values`.
    loss_scale_factor
        Gradients are divided by it, to undo what `scale_loss` did to the loss.
    gradient_accumulation_steps
        Update only every so many steps, with the mean of the gradients since the last update.
    name
        By default the name of the class in snake case, numbered.

    Raises
    ------
    ValueError
        For an unknown argument, or one outside of its range.

    Notes
    -----
    A new optimizer is a subclass with `build`, which makes its variables, and `update_step`,
    which moves one variable.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class SignDescent(tf.optimizers.Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         variable.assign_sub(tf.sign(gradient) * tf.cast(learning_rate, variable.dtype))
    >>> v = tf.Variable([1.0, -1.0])
    >>> _ = SignDescent(learning_rate=0.5).apply_gradients([(tf.constant([3.0, -4.0]), v)])
    >>> v.numpy()
    array([ 0.5, -0.5], dtype=float32)
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        "weight_decay",
        "clipnorm",
        "global_clipnorm",
        "clipvalue",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            hint = " The learning rate is `learning_rate`." if "lr" in kwargs else ""
            raise ValueError(f"Argument(s) not recognized: {kwargs}.{hint}")
        if sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                f"Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}"
            )
        check_range("ema_momentum", ema_momentum, 0, 1)
        check_count("ema_overwrite_frequency", ema_overwrite_frequency, 1)
        check_count("gradient_accumulation_steps", gradient_accumulation_steps, 2)
        super().__init__(learning_rate, use_ema, gradient_accumulation_steps, name)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self._averaged = 0  # how many of the variables have an average already
        self._excluded: list[Variable] = []
        self._excluded_names: re.Pattern[str] | None = None

    # One step

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Variable]], name: str | None = None
    ) -> Variable:
        """Update variables.

        Parameters
        ----------
        grads_and_vars
            Pairs ``(gradient, variable)``, for example ``zip(gradients, variables)``. A gradient
            is a Tensor of the variable's shape, an IndexedSlices (rows that occur twice add up),
            an array, or None: that variable is left out, with a warning.
        name
            Without effect.

        Returns
        -------
        Variable
            The number of steps so far.

        Raises
        ------
        ValueError
            If there are no pairs, or no gradient among them.
        InvalidArgumentError
            If a shape or dtype does not fit; no variable has changed then.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError(
                "No gradients provided for any variable: `grads_and_vars` is empty. (A zip can be "
                "read only once.)"
            )
        self._apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(
        self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None
    ) -> None:
        """Update variables, as `apply_gradients` does, from separate lists.

        Parameters
        ----------
        grads
            One gradient for each variable; for an empty list nothing happens.
        trainable_variables
            The variables; by default those that the optimizer was built with.
        """
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is not None:
            variables = list(trainable_variables)
        elif self.built:
            variables = self._trainable_variables
        else:
            raise ValueError(
                "When passing `grads` without `variables`, the optimizer must already be built on "
                "a list of variables. Call `optimizer.build(trainable_variables)` first, or "
                "`apply(grads, variables)`."
            )
        if len(grads) != len(variables):
            raise ValueError(
                f"There must be one gradient for each variable, but there are {len(grads)} "
                f"gradients and {len(variables)} variables."
            )
        self._apply(grads, variables)

    def _apply(self, grads: Sequence[Any], variables: Sequence[Variable]) -> None:
        tracer = active_tracer()
        if tracer is None:
            self._apply_now(grads, variables)
            return
        dense = [as_tensor(g) if isinstance(g, IndexedSlices) else g for g in grads]

        def apply_gradients(grads: Sequence[Any]) -> None:
            self._apply_now(grads, variables)

        host_call(tracer, apply_gradients, (dense,), {}, effect=True)

    def _apply_now(self, grads: Sequence[Any], variables: Sequence[Variable]) -> None:
        pairs = checked_pairs(grads, variables)
        known = self._index
        if any(v._id not in known for v in variables):
            self._meet(variables)
        token = silence_float_errors()
        try:
            self._step(pairs)
        finally:
            restore_float_errors(token)
        self._iterations._value = self._iterations._value + 1

    def _meet(self, variables: Sequence[Variable]) -> None:
        with only_recorders(()):
            self.build(list({v._id: v for v in variables}.values()))
        unknown = [v.name for v in variables if v._id not in self._index]
        if unknown:
            raise ValueError(
                f"Unknown variables: {unknown}. `{type(self).__name__}.build` takes variables only "
                f"once: call it with all of them before the first step."
            )

    def _step(self, pairs: Pairs) -> None:
        if self.loss_scale_factor is not None:
            pairs = [(times(g, 1 / self.loss_scale_factor), v) for g, v in pairs]
        updates = self._accumulate(pairs) if self.gradient_accumulation_steps else pairs
        if updates:
            rate = self._rate()
            updates = self._clip(updates)
            if self.weight_decay is not None:
                self._decay(updates, rate * self.weight_decay)
            self._update_variables(updates, rate)
        if self.use_ema:
            self._average(bool(updates))
        for _, v in pairs:
            if v._constraint is not None:
                with only_recorders(()):
                    v.assign(v._constraint(v))

    def _accumulate(self, pairs: Pairs) -> Pairs:
        """Add to the sums; every so many steps, the means."""
        steps = self.gradient_accumulation_steps or 1
        sums = [self._sums[self._index[v._id]].array for _, v in pairs]
        for (g, _), total in zip(pairs, sums, strict=True):
            total += g
        if (int(self._iterations._value) + 1) % steps:
            return []
        means = [
            (times(total, 1 / steps).reshape(g.shape)[()], v)
            for (g, v), total in zip(pairs, sums, strict=True)
        ]
        for s in self._sums:
            s.array[...] = 0
        return means

    def _clip(self, pairs: Pairs) -> Pairs:
        if self.clipnorm:
            return clip_each_norm(pairs, self.clipnorm)
        if self.global_clipnorm:
            return clip_global_norm(pairs, self.global_clipnorm)
        if self.clipvalue:
            return clip_values(pairs, self.clipvalue)
        return pairs

    def _decay(self, pairs: Pairs, amount: float) -> None:
        excluded = {v._id for v in self._excluded}
        for _, v in pairs:
            named = self._excluded_names and self._excluded_names.search(v.name)
            if v._id not in excluded and not named:
                v._replace(v._value - times(v._value, amount), False)

    def _update_variables(self, pairs: Pairs, rate: float) -> None:
        learning_rate = wrap(np.float32(rate))
        with only_recorders(()):
            for g, v in pairs:
                self.update_step(wrap(g), v, learning_rate)

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Any) -> None:
        """Move one variable: what a subclass has to define.

        Parameters
        ----------
        gradient
            A Tensor of the variable's shape and dtype.
        variable
            The variable to change.
        learning_rate
            A float32 scalar.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `update_step`.")

    # Losses

    def compute_gradients(
        self, loss: Any, var_list: Any, tape: GradientTape | None = None
    ) -> list[tuple[Any, Variable]]:
        """The pairs ``(gradient, variable)`` for `apply_gradients`.

        Parameters
        ----------
        loss
            A function of no arguments, or a Tensor that was computed under `tape`.
        var_list
            Variables, or a function that returns them after `loss` was called.
        tape
            The tape that recorded `loss`.
        """
        if isinstance(loss, ArrayLike) or not callable(loss):
            if tape is None:
                raise ValueError(
                    "`tape` is required when a `Tensor` loss is passed: "
                    "minimize(loss, variables, tape=tape), or pass a function, "
                    "minimize(lambda: ..., variables)."
                )
        else:
            tape = GradientTape() if tape is None else tape
            with tape:
                loss = loss()
        variables = list(var_list() if callable(var_list) else var_list)
        return list(zip(tape.gradient(loss, variables), variables, strict=True))

    def minimize(
        self, loss: Any, var_list: Any, tape: GradientTape | None = None, name: str | None = None
    ) -> Variable:
        """Compute the gradients of a loss and apply them.

        Parameters
        ----------
        loss, var_list, tape
            See `compute_gradients`.
        name
            Without effect.

        Returns
        -------
        Variable
            The number of steps so far.

        Examples
        --------
        >>> import tapegrad as tf
        >>> v = tf.Variable(3.0)
        >>> _ = tf.optimizers.SGD(0.5).minimize(lambda: v * v, [v])
        >>> v.numpy()
        np.float32(0.0)
        """
        return self.apply_gradients(self.compute_gradients(loss, var_list, tape))

    def scale_loss(self, loss: Any) -> Any:
        """The loss times `loss_scale_factor`, if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    # Weight decay and averages

    def exclude_from_weight_decay(
        self,
        var_list: Iterable[Variable] | None = None,
        var_names: Iterable[str] | None = None,
    ) -> None:
        """Leave variables out of the weight decay.

        Parameters
        ----------
        var_list
            The variables.
        var_names
            Parts of names: ``["bias"]`` excludes every variable with ``bias`` in its name.
        """
        self._excluded = list(var_list or ())
        names = list(var_names or ())
        self._excluded_names = re.compile("|".join(names)) if names else None

    def _average(self, updated: bool) -> None:
        for i, (v, average) in enumerate(
            zip(self._trainable_variables, self._averages, strict=True)
        ):
            if i >= self._averaged:
                average.array[...] = v._value
            else:
                average.array *= self.ema_momentum
                average.array += times(v._value, 1 - self.ema_momentum)
        if updated:
            self._averaged = len(self._averages)
        every = self.ema_overwrite_frequency
        if every and (int(self.iterations._value) + 1) % every == 0:
            self.finalize_variable_values(self._trainable_variables)

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Replace variables by their moving averages, if there are any."""
        if self.use_ema:
            for v in var_list:
                v._replace(self._averages[self._index[v._id]]._value, False)
