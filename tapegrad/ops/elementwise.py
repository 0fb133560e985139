"""Elementwise arithmetic."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tapegrad.core.calls import install_operator
from tapegrad.core.define import elementwise
from tapegrad.core.tensor import ArrayLike

add = elementwise("add", operator.add, 1, 1)
subtract = elementwise("subtract", operator.sub, 1, -1)
multiply = elementwise("multiply", operator.mul, lambda F, b: b, lambda F, a: a)
divide = elementwise(
    "divide", operator.truediv, lambda F, b: 1.0 / b, lambda F, y, b: -y / b
)
negative = elementwise("negative", operator.neg, -1)
sin = elementwise("sin", np.sin, lambda F, x: F.cos(x))
cos = elementwise("cos", np.cos, lambda F, x: -F.sin(x))
exp = elementwise("exp", np.exp, lambda F, y: y)
tanh = elementwise("tanh", np.tanh, lambda F, y: 1.0 - y * y)
install_operator("add", add)
install_operator("sub", subtract)
install_operator("mul", multiply)
install_operator("truediv", divide)
ArrayLike.__neg__ = negative
