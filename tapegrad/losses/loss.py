"""Loss: what a model is judged by, summed up over a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from tapegrad.core import nest
from tapegrad.core.dtypes import DType, as_dtype
from tapegrad.core.names import name_scope, numbered, snake_case
from tapegrad.core.tensor import Tensor
from tapegrad.ops.cast import cast
from tapegrad.ops.division import divide_no_nan
from tapegrad.ops.error_losses import of_one_rank
from tapegrad.ops.reduce import reduce_sum

_REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


class Loss:
    """A loss of answers and predictions; a subclass defines `call`.

    Parameters
    ----------
    name
        By default the class name in snake case, numbered.
    reduction
        ``"sum_over_batch_size"`` (the same as ``"mean"``): the mean of what `call` returns;
        ``"sum"``; ``"mean_with_sample_weight"``: the sum over that of the weights; ``"none"`` or
        None: what `call` returns, weighted.
    dtype
        The dtype of the computation; float32 by default.

    Raises
    ------
    ValueError
        If there is no such reduction.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Distance(tf.keras.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return tf.norm(y_true - y_pred, axis=-1)
    >>> Distance()(tf.constant([[0.0, 0.0]]), tf.constant([[3.0, 4.0]])).numpy()
    np.float32(5.0)
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        if reduction not in _REDUCTIONS:
            raise ValueError(
                f"Invalid value for argument `reduction`. Expected one of {_REDUCTIONS}. Received: "
                f"reduction={reduction}"
            )
        self.name = name or numbered(snake_case(type(self).__name__))
        self.reduction = reduction
        self._dtype = as_dtype("float32" if dtype is None else dtype)

    @property
    def dtype(self) -> DType:
        """The dtype of the computation."""
        return self._dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of every element of the batch; a subclass says how."""
        raise NotImplementedError(
            f"Loss {type(self).__name__} does not have a `call()` method implemented."
        )

    def _valid(self, y_true: Any) -> Any:
        """Which elements count, or None for all."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The loss of a batch.

        Parameters
        ----------
        y_true, y_pred
            The right answers and the predictions, which are cast to `dtype`.
        sample_weight
            Weights of the elements of the batch, which broadcast to what `call` returns.
        """
        with name_scope(self.name):
            y_true, y_pred = (
                nest.map_structure(lambda y: cast(y, self._dtype), y)
                if isinstance(y, Mapping)
                else cast(y, self._dtype)
                for y in (y_true, y_pred)
            )
            losses = cast(self.call(y_true, y_pred), self._dtype)
            weights = None if sample_weight is None else cast(sample_weight, self._dtype)
            valid = self._valid(y_true)
            if valid is not None:
                weights = self._of_valid(cast(valid, self._dtype), weights)
            if weights is not None:
                losses, weights = of_one_rank(losses, weights)
                losses = losses * weights
            return self._reduced(losses, weights)

    def _of_valid(self, valid: Tensor, weights: Any) -> Tensor:
        """Weights that are 0 where an element does not count, and make up for it elsewhere."""
        if self.reduction in ("mean", "sum_over_batch_size"):
            valid = valid * divide_no_nan(float(valid._value.size), reduce_sum(valid))
        if weights is None:
            return valid
        valid, weights = of_one_rank(valid, weights)
        return valid * weights  # type: ignore[no-any-return]

    def _reduced(self, losses: Tensor, weights: Any) -> Tensor:
        if self.reduction in (None, "none") or losses._value.shape in ((), (0,)):
            return losses
        total = reduce_sum(losses)
        if self.reduction == "sum":
            return total  # type: ignore[no-any-return]
        weighted = self.reduction == "mean_with_sample_weight" and weights is not None
        count = reduce_sum(weights) if weighted else float(losses._value.size)
        return divide_no_nan(total, count)  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a loss like this one."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The loss that `get_config` described.

        Parameters
        ----------
        config
            What `get_config` returned.
        """
        return cls(**config)


class FunctionLoss(Loss):
    """A loss whose elements are a function's, with options that are attributes as well."""

    def __init__(
        self,
        function: Callable[..., Tensor],
        name: str,
        reduction: str | None,
        dtype: Any,
        **options: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self._function = function
        self._options = options
        for option, value in options.items():
            setattr(self, option, value)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """The loss of every element of the batch."""
        return self._function(*of_one_rank(y_true, y_pred), **self._options)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a loss like this one."""
        return super().get_config() | self._options
