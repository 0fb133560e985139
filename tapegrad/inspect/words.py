"""What an explanation calls things, in the dialect of the value that it is about."""

from __future__ import annotations

from typing import Any, NamedTuple


class Words(NamedTuple):
    """The words of one dialect.

    Attributes
    ----------
    kind
        What a value is.
    unwatched
        What to do about a value that no tape watches, besides watching it.
    stop
        The function whose result is a constant.
    through
        How a gradient passes a step function, in code.
    custom
        What defines a gradient of one's own.
    own
        What such a gradient returns, in code.
    floating
        How an integer becomes a value with a gradient, in code.
    copies
        What is another object of equal value.
    choice
        A choice between two values that is recorded, in code.
    comparison, position, counting
        What has a derivative instead of a comparison, of the position of an extreme, of a count.
    """

    kind: str
    unwatched: str
    stop: str
    through: str
    custom: str
    own: str
    floating: str
    copies: str
    choice: str
    comparison: str
    position: str
    counting: str


_WORDS = {
    "tf": Words(
        kind="tensor",
        unwatched=(
            ", or make it a tf.Variable (a Variable that was replaced by the result of an "
            "operation, as in x = x + 1, is a tensor: use x.assign_add(1))"
        ),
        stop="tf.stop_gradient",
        through="tf.grad_pass_through(tf.{step})(x)",
        custom="tf.custom_gradient",
        own="dy * tf.ones_like(x)",
        floating=(
            "Make it tf.constant(3.0) instead of tf.constant(3), or x = tf.cast(x, tf.float32) "
            "before it is watched"
        ),
        copies="tf.convert_to_tensor(v), tf.identity(x) and a second tf.constant",
        choice="tf.where(condition, a, b)",
        comparison="tf.sigmoid((a - b) / 0.1) instead of tf.cast(a > b, tf.float32)",
        position=(
            "tf.reduce_sum(tf.nn.softmax(x / 0.1) * values) instead of tf.gather(values, "
            "tf.argmax(x)); tf.reduce_max(x) and tf.sort(x) have derivatives themselves"
        ),
        counting="tf.reduce_sum(tf.sigmoid((x - limit) / 0.1)) instead of the number of x > limit",
    ),
    "np": Words(
        kind="array",
        unwatched="",
        stop="np.stop_gradient",
        through="x + np.stop_gradient(np.{step}(x) - x)",
        custom="np.custom_gradient",
        own="dy * np.ones_like(x)",
        floating=(
            "Make it np.array([3.0]) instead of np.array([3]), or x = x.astype(float) before it "
            "is watched"
        ),
        copies="np.array(x), x.copy() and a second np.array of the same numbers",
        choice="np.where(condition, a, b)",
        comparison="np.special.expit((a - b) / 0.1) instead of a > b",
        position=(
            "np.sum(np.special.softmax(x / 0.1) * values) instead of values[np.argmax(x)]; "
            "np.max(x) and np.sort(x) have derivatives themselves"
        ),
        counting="np.sum(np.special.expit((x - limit) / 0.1)) instead of np.sum(x > limit)",
    ),
    "torch": Words(
        kind="tensor",
        unwatched="",
        stop="detach",
        through="x + (torch.{step}(x) - x).detach()",
        custom="torch.autograd.Function",
        own="grad_output * torch.ones_like(x)",
        floating=(
            "Make it torch.tensor(3.0) instead of torch.tensor(3), or x = x.float() before "
            "x.requires_grad_()"
        ),
        copies="x.clone(), x.detach().requires_grad_() and torch.tensor(x)",
        choice="torch.where(condition, a, b)",
        comparison="torch.sigmoid((a - b) / 0.1) instead of (a > b).float()",
        position=(
            "(torch.softmax(x / 0.1, dim=-1) * values).sum() instead of values[x.argmax()]; "
            "x.max() and torch.sort(x).values have derivatives themselves"
        ),
        counting="torch.sigmoid((x - limit) / 0.1).sum() instead of (x > limit).sum()",
    ),
}


def words_for(x: Any) -> Words:
    """The words of the dialect of a value."""
    return _WORDS[x._manner.dialect]


#: Primitives, and functions without one, whose results are steps.
STEPS = ("floor", "ceil", "rint", "round", "sign", "floordiv", "floor_divide", "trunc", "fix")
_COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "isclose")
_POSITIONS = ("argmax", "argmin", "argsort", "argpartition", "searchsorted", "top_k", "nonzero")
_COUNTS = ("count_nonzero", "histogram", "bincount", "sum", "unique")


def instead(operation: str, words: Words) -> str:
    """A sentence about what has a derivative instead of a discrete operation; may be empty."""
    if operation == "numpy_function":
        return " tf.py_function has one, where the function computes with operations of tf."
    for names, code in (
        (_COMPARISONS, words.comparison),
        (_POSITIONS, words.position),
        (_COUNTS, words.counting),
    ):
        if operation in names:
            return f" A smooth form has a derivative: {code}."
    return ""


_ZERO = {
    "masked": "a step function, such as rounding, or a mask that is False everywhere",
    "relu": "all of its inputs are negative or 0",
    "multiply": "the other factor is 0",
    "where": "all elements are taken from the other branch",
    "clip_by_value": "all of its inputs lie outside of the limits",
    "maximum": "the other argument is larger everywhere",
    "minimum": "the other argument is smaller everywhere",
}


def zero_because(operation: str) -> str:
    """Why an operation passes a gradient of zero, as the end of a sentence; may be empty."""
    if operation in STEPS:
        return ": it is piecewise constant"
    return f": {_ZERO[operation]}" if operation in _ZERO else ""
