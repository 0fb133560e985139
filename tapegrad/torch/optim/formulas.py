"""The formulas of the optimizers, on arrays, by their switches.

Each function here makes the formula for certain switches, once: what it returns is the same object
for the same switches. A formula gets the parameter's value and gradient, the numbers of the step
and what is remembered, which it updates in place; it returns the new value in a new array.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Formula = Callable[..., Any]


def prepared(g: Any, value: Any, decay: Any, maximize: bool, decays: bool) -> Any:
    """The gradient, turned around for maximisation, with weight decay; maybe a new array."""
    if maximize:
        g = -g
    if decays:
        g = g + value * decay
    return g


def _towards(average: Any, new: Any, share: Any) -> Any:
    """``average += share * (new - average)`` in place, and the array that this needed."""
    scratch = np.subtract(new, average)
    scratch *= share
    average += scratch
    return scratch


def _moments(g: Any, m: Any, v: Any, share_m: Any, beta_2: Any, share_v: Any) -> Any:
    """Update averages of gradients and of their squares; returns a free array."""
    scratch = _towards(m, g, share_m)
    np.multiply(g, g, scratch)
    scratch *= share_v
    v *= beta_2
    v += scratch
    return scratch


@cache
def sgd(momentum: bool, nesterov: bool, maximize: bool, decays: bool) -> Formula:
    """Stochastic gradient descent; numbers: rate, decay, momentum, 1 - dampening."""

    def formula(value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, decay, mu, undamped = numbers
        g = prepared(g, value, decay, maximize, decays)
        if momentum:
            (buffer,) = slots
            buffer *= mu
            buffer += g * undamped
            g = g + buffer * mu if nesterov else buffer
        new = g * rate
        return np.subtract(value, new, new)

    return formula


@cache
def adam(amsgrad: bool, maximize: bool, decays: bool, decoupled: bool) -> Formula:
    """Adam; numbers: 1 - beta_1, beta_2, 1 - beta_2, step size, root, eps, decay."""

    def formula(value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        share_m, beta_2, share_v, size, root, eps, decay = numbers
        m, v = slots[:2]
        g = prepared(g, value, decay, maximize, decays and not decoupled)
        new = _moments(g, m, v, share_m, beta_2, share_v)
        if amsgrad:
            largest = slots[2]
            v = np.maximum(largest, v, out=largest)
        np.sqrt(v, new)
        new /= root
        new += eps
        np.divide(m, new, new)
        new *= size
        if decays and decoupled:
            value = value * decay
        return np.subtract(value, new, new)

    return formula


@cache
def adamax(maximize: bool, decays: bool) -> Formula:
    """Adamax; numbers: 1 - beta_1, beta_2, step size, eps, decay."""

    def formula(value: Any, g: Any, numbers: Any, m: Any, u: Any) -> Any:
        share_m, beta_2, size, eps, decay = numbers
        g = prepared(g, value, decay, maximize, decays)
        new = _towards(m, g, share_m)
        np.absolute(g, new)
        new += eps
        u *= beta_2
        np.maximum(u, new, out=u)
        np.divide(m, u, new)
        new *= size
        return np.subtract(value, new, new)

    return formula


@cache
def nadam(maximize: bool, decays: bool, decoupled: bool) -> Formula:
    """NAdam; numbers: 1 - beta_1, beta_2, 1 - beta_2, correction, of g, of m, eps, decay."""

    def formula(value: Any, g: Any, numbers: Any, m: Any, v: Any) -> Any:
        share_m, beta_2, share_v, correction, of_g, of_m, eps, decay = numbers
        g = prepared(g, value, decay, maximize, decays and not decoupled)
        new = _moments(g, m, v, share_m, beta_2, share_v)
        np.divide(v, correction, new)
        np.sqrt(new, new)
        new += eps
        np.divide(g * of_g + m * of_m, new, new)
        if decays and decoupled:
            value = value * decay
        return np.subtract(value, new, new)

    return formula


@cache
def radam(maximize: bool, decays: bool, decoupled: bool, rectified: bool) -> Formula:
    """RAdam; numbers: 1 - beta_1, beta_2, 1 - beta_2, size, rectification, eps, decay."""

    def formula(value: Any, g: Any, numbers: Any, m: Any, v: Any) -> Any:
        share_m, beta_2, share_v, size, rectification, eps, decay = numbers
        g = prepared(g, value, decay, maximize, decays and not decoupled)
        new = _moments(g, m, v, share_m, beta_2, share_v)
        if rectified:
            np.sqrt(v, new)
            new += eps
            np.divide(m, new, new)
            new *= rectification
        else:
            np.copyto(new, m)
        new *= size
        if decays and decoupled:
            value = value * decay
        return np.subtract(value, new, new)

    return formula


@cache
def rmsprop(momentum: bool, centered: bool, maximize: bool, decays: bool) -> Formula:
    """RMSprop; numbers: rate, alpha, 1 - alpha, eps, momentum, decay."""

    def formula(value: Any, g: Any, numbers: Any, square: Any, *slots: Any) -> Any:
        rate, alpha, share, eps, mu, decay = numbers
        g = prepared(g, value, decay, maximize, decays)
        new = g * g
        new *= share
        square *= alpha
        square += new
        if centered:
            average = slots[-1]
            _towards(average, g, share)
            np.multiply(average, average, new)
            np.subtract(square, new, new)
            np.sqrt(new, new)
        else:
            np.sqrt(square, new)
        new += eps
        np.divide(g, new, new)
        if momentum:
            buffer = slots[0]
            buffer *= mu
            buffer += new
            np.copyto(new, buffer)
        new *= rate
        return np.subtract(value, new, new)

    return formula


@cache
def adagrad(maximize: bool, decays: bool) -> Formula:
    """Adagrad; numbers: rate, eps, decay."""

    def formula(value: Any, g: Any, numbers: Any, total: Any) -> Any:
        rate, eps, decay = numbers
        g = prepared(g, value, decay, maximize, decays)
        new = g * g
        total += new
        np.sqrt(total, new)
        new += eps
        np.divide(g, new, new)
        new *= rate
        return np.subtract(value, new, new)

    return formula


@cache
def adadelta(maximize: bool, decays: bool) -> Formula:
    """Adadelta; numbers: rate, rho, 1 - rho, eps, decay."""

    def formula(value: Any, g: Any, numbers: Any, square: Any, moves: Any) -> Any:
        rate, rho, share, eps, decay = numbers
        g = prepared(g, value, decay, maximize, decays)
        new = g * g
        new *= share
        square *= rho
        square += new
        np.add(moves, eps, new)
        np.sqrt(new, new)
        new /= np.sqrt(square + eps)
        new *= g
        moves *= rho
        moves += new * new * share
        new *= rate
        return np.subtract(value, new, new)

    return formula


@cache
def rprop(maximize: bool) -> Formula:
    """Rprop; numbers: how much smaller, how much larger, least and largest step."""

    def formula(value: Any, g: Any, numbers: Any, before: Any, size: Any) -> Any:
        smaller, larger, least, most = numbers
        if maximize:
            g = -g
        turn = np.sign(g * before)
        # One is added to by the turn: up, down, or not at all.
        up, down = np.maximum(turn, 0), np.minimum(turn, 0)
        size *= up * (larger - 1.0) - down * (smaller - 1.0) + 1.0
        np.maximum(size, least, out=size)
        np.minimum(size, most, out=size)
        np.copyto(before, g * (down + 1.0))
        return value - np.sign(before) * size

    return formula
