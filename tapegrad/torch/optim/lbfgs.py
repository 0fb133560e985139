"""L-BFGS: quasi-Newton steps, with a line search that satisfies Wolfe's strong conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tapegrad.torch import modes, mutations
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.optim.optimizer import Optimizer, number
from tapegrad.torch.tensor import mutation_holder, shared

__all__ = ["LBFGS"]

_ENOUGH = 1e-4  # c1: how much of the decrease that the slope promises must be there
_FLAT = 0.9  # c2: how much of the slope may be left
_SEARCHES = 25


class _Point(NamedTuple):
    """A step along the direction: loss, gradient and slope there."""

    t: float
    loss: float
    gradient: Any
    slope: float


def _cubic_minimum(a: _Point, b: _Point, bounds: tuple[float, float] | None = None) -> float:
    """Where the cubic through two points with their slopes is smallest, within bounds."""
    low, high = bounds or (min(a.t, b.t), max(a.t, b.t))
    if a.t > b.t:
        a, b = b, a
    first = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    squared = first**2 - a.slope * b.slope
    if squared < 0:
        return (low + high) / 2
    second = math.sqrt(squared)
    at = b.t - (b.t - a.t) * ((b.slope + second - first) / (b.slope - a.slope + 2 * second))
    return min(max(at, low), high)


def _search(
    evaluate: Callable[[float], _Point], start: _Point, t: float, length: float, tolerance: float
) -> tuple[_Point, int]:
    """A step that satisfies Wolfe's strong conditions, and the number of evaluations.

    Parameters
    ----------
    evaluate
        Makes the point of a step.
    start
        The point of step 0.
    t
        The first step to try.
    length
        The largest entry of the direction.
    tolerance
        A bracket that moves no entry farther than this is small enough.
    """

    def too_high(p: _Point) -> bool:
        return p.loss > start.loss + _ENOUGH * p.t * start.slope

    def flat(p: _Point) -> bool:
        return abs(p.slope) <= -_FLAT * start.slope

    before, now, evaluations, tries = start, evaluate(t), 1, 0
    bracket: list[_Point] = []
    while tries < _SEARCHES:
        if too_high(now) or (tries > 1 and now.loss >= before.loss):
            bracket = [before, now]
            break
        if flat(now):
            return now, evaluations
        if now.slope >= 0:
            bracket = [before, now]
            break
        bounds = now.t + 0.01 * (now.t - before.t), now.t * 10
        t = _cubic_minimum(before, now, bounds)
        before, now = now, evaluate(t)
        evaluations += 1
        tries += 1
    if tries == _SEARCHES:
        bracket = [start, now]
    low, high = bracket if bracket[0].loss <= bracket[1].loss else bracket[::-1]
    stuck = False
    while tries < _SEARCHES and abs(high.t - low.t) * length >= tolerance:
        least, most = min(low.t, high.t), max(low.t, high.t)
        t = _cubic_minimum(low, high)
        margin = 0.1 * (most - least)
        if min(most - t, t - least) < margin:
            if stuck or t >= most or t <= least:
                t = most - margin if abs(t - most) < abs(t - least) else least + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        now = evaluate(t)
        evaluations += 1
        tries += 1
        if too_high(now) or now.loss >= low.loss:
            high = now
            if low.loss > high.loss:
                low, high = high, low
        else:
            if flat(now):
                return now, evaluations
            if now.slope * (high.t - low.t) >= 0:
                high = low
            low = now
    return low, evaluations


@documented(
    "w = torch.nn.Parameter(torch.tensor([3.0]))\n"
    "optimizer = torch.optim.LBFGS([w], line_search_fn='strong_wolfe')\n"
    "def closure():\n"
    "    optimizer.zero_grad()\n"
    "    loss = (w * w).sum()\n"
    "    loss.backward()\n"
    "    return loss\n"
    "\n"
    "loss = optimizer.step(closure)\n"
    "bool(w.abs() < 1e-3)",
    "True",
    params="Parameters; there is one group only.",
    lr="The learning rate: the first step to try.",
    max_iter="The most iterations of a step.",
    max_eval="The most evaluations of a step, 1.25 times the iterations by default.",
    tolerance_grad="Stop at gradients whose largest entry is smaller.",
    tolerance_change="Stop at smaller changes.",
    history_size="How many moves the curvature is estimated from.",
    line_search_fn="'strong_wolfe', or None for steps of fixed size.",
)
class LBFGS(Optimizer):
    """Quasi-Newton steps by the limited-memory method of Broyden, Fletcher, Goldfarb and Shanno."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        if number(lr) < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params = self.param_groups[0]["params"]

    def _gradient(self) -> Any:
        parts = [
            np.zeros(p._value.size, p._value.dtype)
            if p._grad is None
            else np.asarray(p._grad._value).reshape(-1)
            for p in self._params
        ]
        return np.concatenate(parts)

    def _place(self) -> list[Any]:
        return [shared(p).copy() for p in self._params]

    def _go(self, place: list[Any], t: float, direction: Any) -> None:
        """Set the parameters to a place, moved along a direction."""
        start = 0
        for p, values in zip(self._params, place, strict=True):
            size = values.size
            move = direction[start : start + size].reshape(values.shape)
            shared(p)[...] = values + values.dtype.type(t) * move
            mutations.stamp(mutation_holder(p))
            start += size

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Minimise for up to `max_iter` iterations.

        Parameters
        ----------
        closure
            Computes the loss anew, with its gradients, and returns it.

        Returns
        -------
        Tensor
            The loss at the beginning.
        """
        if closure is None:
            raise TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
        evaluate = closure
        group = self.param_groups[0]
        tolerance = group["tolerance_change"]
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        def measured() -> Any:
            with modes.enable_grad():
                return evaluate()

        first = measured()
        loss = float(number(first))
        evaluations = 1
        state["func_evals"] += 1
        gradient = self._gradient()
        if np.abs(gradient).max() <= group["tolerance_grad"]:
            return first
        iterations = 0
        while iterations < group["max_iter"]:
            iterations += 1
            state["n_iter"] += 1
            direction = self._direction(state, gradient, group["history_size"])
            before, loss_before = gradient.copy(), loss
            state["prev_flat_grad"], state["prev_loss"] = before, loss
            rate = number(group["lr"])
            t = rate if state["n_iter"] > 1 else min(1.0, 1.0 / np.abs(gradient).sum()) * rate
            slope = float(gradient @ direction)
            if slope > -tolerance:
                break
            used = 0
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                place = self._place()

                def at(t: float, place: Any = place, direction: Any = direction) -> _Point:
                    self._go(place, t, direction)
                    found = float(number(measured()))
                    g = self._gradient()
                    return _Point(t, found, g, float(g @ direction))

                length = float(np.abs(direction).max())
                start = _Point(0.0, loss, gradient, slope)
                point, used = _search(at, start, float(t), length, tolerance)
                t, loss, gradient = point.t, point.loss, point.gradient
                self._go(place, t, direction)
            else:
                self._go(self._place(), float(t), direction)
                if iterations != group["max_iter"]:
                    loss, gradient, used = float(number(measured())), self._gradient(), 1
            state["t"] = t
            evaluations += used
            state["func_evals"] += used
            if (
                evaluations >= group["max_eval"]
                or np.abs(gradient).max() <= group["tolerance_grad"]
                or np.abs(direction * t).max() <= tolerance
                or abs(loss - loss_before) < tolerance
            ):
                break
        return first

    def _direction(self, state: dict[str, Any], gradient: Any, history: int) -> Any:
        """Downhill, bent by the curvature that the last moves showed."""
        if "d" not in state:
            state.update(d=-gradient, old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            return state["d"]
        change = gradient - state["prev_flat_grad"]
        move = state["d"] * gradient.dtype.type(state["t"])
        curvature = float(change @ move)
        if curvature > 1e-10:
            for name, new in (("old_dirs", change), ("old_stps", move), ("ro", 1 / curvature)):
                if len(state[name]) == history:
                    state[name].pop(0)
                state[name].append(new)
            state["H_diag"] = curvature / float(change @ change)
        changes, moves, inverse = state["old_dirs"], state["old_stps"], state["ro"]
        d = -gradient
        shares = [0.0] * len(changes)
        for i in range(len(changes) - 1, -1, -1):
            shares[i] = float(moves[i] @ d) * inverse[i]
            d = d - changes[i] * d.dtype.type(shares[i])
        d = d * d.dtype.type(state["H_diag"])
        for i in range(len(changes)):
            share = float(changes[i] @ d) * inverse[i]
            d = d + moves[i] * d.dtype.type(shares[i] - share)
        state["d"] = d
        return d
