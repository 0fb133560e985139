"""Counts of right and wrong decisions at thresholds, and what follows from them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.core.variable import Variable
from tapegrad.metrics.metric import Metric
from tapegrad.ops.cast import cast
from tapegrad.ops.compare import equal, greater
from tapegrad.ops.division import divide_no_nan
from tapegrad.ops.error_losses import of_one_rank
from tapegrad.ops.indicators import one_hot
from tapegrad.ops.logistic import sigmoid
from tapegrad.ops.reduce import reduce_mean, reduce_sum
from tapegrad.ops.select import maximum, minimum
from tapegrad.ops.shape import broadcast_to, expand_dims, reshape
from tapegrad.ops.sort import top_k as largest
from tapegrad.ops.transcendental import log
from tapegrad.ops.where import where

_NEVER = -1e10  # less than any prediction


def _counts(
    y_true: Any, y_pred: Any, thresholds: Any, weights: Any, labels_apart: bool = False
) -> dict[str, Tensor]:
    """How often each of four things happened at each threshold (and for each label)."""
    predicted = cast(y_pred, "float32")
    true, predicted = of_one_rank(cast(y_true, "float32"), predicted)
    if weights is None:
        w = operand(np.float32(1.0))
    else:
        w = cast(weights, "float32")
        missing = predicted._value.ndim - w._value.ndim
        if missing > 0 and w._value.ndim:
            w = reshape(w, [*w._value.shape, *[1] * missing])
    w = broadcast_to(w, predicted.shape)
    if not labels_apart:
        true, predicted, w = (reshape(x, [-1]) for x in (true, predicted, w))
    limits = np.asarray(thresholds, np.float32).reshape(-1, *[1] * predicted._value.ndim)
    positive = cast(greater(expand_dims(predicted, 0), operand(limits)), "float32")
    right = cast(recording.not_equal(true, np.float32(0.0)), "float32")
    found = {
        "true_positives": positive * right,
        "false_positives": positive * (1.0 - right),
        "true_negatives": (1.0 - positive) * (1.0 - right),
        "false_negatives": (1.0 - positive) * right,
    }
    return {name: reduce_sum(x * w, 1) for name, x in found.items()}


def _thresholds(thresholds: Any, default: float) -> list[float]:
    if thresholds is None:
        return [default]
    found = list(thresholds) if isinstance(thresholds, (list, tuple)) else [thresholds]
    wrong = [t for t in found if t is None or not 0 <= t <= 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {wrong}")
    return found


class _Count(Metric):
    """One of the four counts."""

    _counted: ClassVar[str]

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = _thresholds(thresholds, 0.5)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count answers and predictions, with weights if there are any."""
        counts = _counts(y_true, y_pred, self.thresholds, sample_weight)
        self.accumulator.assign_add(cast(counts[self._counted], self._dtype))

    def result(self) -> Tensor:
        """The count so far: a scalar for one threshold, else a vector."""
        found = self.accumulator.read_value()
        return found[0] if len(self.thresholds) == 1 else found

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a metric like this one."""
        return super().get_config() | {"thresholds": self.init_thresholds}


class TruePositives(_Count):
    """The number of answers of 1 that were predicted.

    Parameters
    ----------
    thresholds
        What predictions of 1 exceed: a number in [0, 1] or a list of them; 0.5 by default.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.TruePositives()([0, 1, 1, 1], [0.2, 0.9, 0.8, 0.1]))
    2.0
    """

    _counted = "true_positives"


class FalsePositives(_Count):
    """The number of answers of 0 for which 1 was predicted.

    Parameters
    ----------
    thresholds
        What predictions of 1 exceed: a number in [0, 1] or a list of them; 0.5 by default.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.FalsePositives()([0, 1, 0, 0], [0.9, 0.9, 0.8, 0.1]))
    2.0
    """

    _counted = "false_positives"


class TrueNegatives(_Count):
    """The number of answers of 0 that were predicted.

    Parameters
    ----------
    thresholds
        What predictions of 1 exceed: a number in [0, 1] or a list of them; 0.5 by default.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.TrueNegatives()([0, 1, 0, 0], [0.2, 0.9, 0.8, 0.1]))
    2.0
    """

    _counted = "true_negatives"


class FalseNegatives(_Count):
    """The number of answers of 1 for which 0 was predicted.

    Parameters
    ----------
    thresholds
        What predictions of 1 exceed: a number in [0, 1] or a list of them; 0.5 by default.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.FalseNegatives()([0, 1, 1, 1], [0.2, 0.9, 0.3, 0.1]))
    2.0
    """

    _counted = "false_negatives"


class _Share(Metric):
    """The share of true positives in what `_other` counts and them."""

    _other: ClassVar[str]

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = _thresholds(thresholds, 0.5 if top_k is None else _NEVER)
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, "zeros", name="true_positives")
        setattr(self, self._other, self.add_variable(shape, "zeros", name=self._other))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count answers and predictions, with weights if there are any."""
        predicted, true = cast(y_pred, "float32"), cast(y_true, "float32")
        if self.top_k is not None:
            width = predicted._value.shape[-1]
            kept = reduce_sum(one_hot(largest(predicted, self.top_k)[1], width), -2)
            predicted = where(equal(kept, 0.0), predicted * 0.0 + _NEVER, predicted)
        if self.class_id is not None:
            predicted, true = predicted[..., self.class_id], true[..., self.class_id]
        counts = _counts(true, predicted, self.thresholds, sample_weight)
        for name in ("true_positives", self._other):
            getattr(self, name).assign_add(cast(counts[name], self._dtype))

    def result(self) -> Tensor:
        """The share so far: a scalar for one threshold, else a vector."""
        found = divide_no_nan(self.true_positives, self.true_positives + getattr(self, self._other))
        return found[0] if len(self.thresholds) == 1 else found  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a metric like this one."""
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return super().get_config() | own


class Precision(_Share):
    """The share of right ones among predictions of 1.

    Parameters
    ----------
    thresholds
        What predictions of 1 exceed: a number in [0, 1] or a list of them; 0.5 by default.
    top_k
        How many of the largest predictions of each row are 1; by default all.
    class_id
        The class that counts; by default all.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.Precision()([0, 1, 1, 1], [0.9, 0.9, 0.3, 0.1]))
    0.5
    """

    _other = "false_positives"


class Recall(_Share):
    """The share of answers of 1 that were predicted.

    Parameters
    ----------
    thresholds
        What predictions of 1 exceed: a number in [0, 1] or a list of them; 0.5 by default.
    top_k
        How many of the largest predictions of each row are 1; by default all.
    class_id
        The class that counts; by default all.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.Recall()([0, 1, 1, 1, 1], [0.9, 0.9, 0.3, 0.1, 0.2]))
    0.25
    """

    _other = "false_negatives"


class AUC(Metric):
    """The area under a curve of decisions at many thresholds.

    Parameters
    ----------
    num_thresholds
        How many thresholds there are, evenly in [0, 1].
    curve
        ``"ROC"``: true against false positives; ``"PR"``: precision against recall.
    summation_method
        ``"interpolation"``: trapezoids, and for ``"PR"`` the interpolation of Davis and Goadrich
        (2006); ``"minoring"`` and ``"majoring"``: smaller and larger heights.
    name, dtype
        See `Metric`.
    thresholds
        The thresholds between 0 and 1, in place of `num_thresholds`.
    multi_label
        Whether the columns are labels with curves of their own, whose areas are averaged.
    num_labels
        The number of labels, if it is known before the first batch.
    label_weights
        Weights of the labels.
    from_logits
        Whether predictions are logits.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> round(float(tf.keras.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])), 6)
    0.75
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if str(curve).upper() not in ("ROC", "PR"):
            raise ValueError(f'Invalid AUC curve value: "{curve}". Expected values are "PR", "ROC"')
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                f'Invalid AUC summation method value: "{summation_method}". Expected values are '
                f'"interpolation", "majoring", "minoring"'
            )
        if thresholds is None and num_thresholds <= 1:
            raise ValueError(
                f"Argument `num_thresholds` must be an integer > 1. Received: num_thresholds="
                f"{num_thresholds}"
            )
        if num_labels and not multi_label:
            raise ValueError("`num_labels` is needed only when `multi_label` is True.")
        if thresholds is None:
            inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        else:
            inner = sorted(thresholds)
        self._given = thresholds is not None
        self.thresholds = [-1e-7, *inner, 1.0 + 1e-7]
        self.num_thresholds = len(self.thresholds)
        self.curve = str(curve).upper()
        self.summation_method = summation_method
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = label_weights
        self._from_logits = from_logits
        self._built = False
        if not multi_label or num_labels:
            self._build(num_labels)

    def _build(self, labels: int | None) -> None:
        shape = (self.num_thresholds,) if labels is None else (self.num_thresholds, labels)
        for name in ("true_positives", "false_positives", "true_negatives", "false_negatives"):
            setattr(self, name, self.add_variable(shape, "zeros", name=name))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count answers and predictions, with weights if there are any."""
        predicted = cast(y_pred, "float32")
        if not self._built:
            self._build(predicted._value.shape[-1])
        if self._from_logits:
            predicted = sigmoid(predicted)
        weights = sample_weight
        if self.label_weights is not None and not self.multi_label:
            labels = operand(self.label_weights, np.dtype(np.float32))
            weights = labels if weights is None else expand_dims(weights, -1) * labels
            weights = broadcast_to(weights, predicted.shape)
        counts = _counts(y_true, predicted, self.thresholds, weights, self.multi_label)
        for name, count in counts.items():
            getattr(self, name).assign_add(cast(count, self._dtype))

    def _four(self) -> list[Variable]:
        names = ("true_positives", "false_positives", "true_negatives", "false_negatives")
        return [getattr(self, name) for name in names]

    def result(self) -> Tensor:
        """The area so far."""
        tp, fp, tn, fn = self._four()
        recall = divide_no_nan(tp, tp + fn)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._averaged(self._interpolated())
        x = divide_no_nan(fp, fp + tn) if self.curve == "ROC" else recall
        y = recall if self.curve == "ROC" else divide_no_nan(tp, tp + fp)
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2.0
        else:
            smaller = self.summation_method == "minoring"
            heights = (minimum if smaller else maximum)(y[:-1], y[1:])
        return self._averaged((x[:-1] - x[1:]) * heights)

    def _interpolated(self) -> Tensor:
        """Areas between thresholds of a precision that true positives change linearly."""
        tp, fp, _, fn = self._four()
        gained = tp[:-1] - tp[1:]
        p = tp + fp
        slope = divide_no_nan(gained, maximum(p[:-1] - p[1:], 0.0))
        intercept = tp[1:] - slope * p[1:]
        both = recording.logical_and(p[:-1] > 0.0, p[1:] > 0.0)
        ratio = where(both, divide_no_nan(p[:-1], maximum(p[1:], 0.0)), p[1:] * 0.0 + 1.0)
        area = slope * (gained + intercept * log(ratio))
        return divide_no_nan(area, maximum(tp[1:] + fn[1:], 0.0))  # type: ignore[no-any-return]

    def _averaged(self, areas: Tensor) -> Tensor:
        by_label = reduce_sum(areas, 0)
        if not self.multi_label:
            return by_label  # type: ignore[no-any-return]
        if self.label_weights is None:
            return reduce_mean(by_label)  # type: ignore[no-any-return]
        weights = operand(self.label_weights, np.dtype(np.float32))
        total = reduce_sum(by_label * weights)
        return divide_no_nan(total, reduce_sum(weights))  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a metric like this one."""
        names = ("num_thresholds", "curve", "summation_method", "multi_label", "num_labels")
        own = {name: getattr(self, name) for name in (*names, "label_weights")}
        own["from_logits"] = self._from_logits
        if self._given:
            own["thresholds"] = self.thresholds[1:-1]
        return super().get_config() | own
