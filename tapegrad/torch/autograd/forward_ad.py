"""``torch.autograd.forward_ad``: forward mode, by tensors that carry a tangent."""

from __future__ import annotations

from typing import Any, NamedTuple

from tapegrad.core.context import only_recorders, visible_recorders
from tapegrad.torch.batched import as_example, bottom, expanded, levels_of
from tapegrad.torch.dtypes import category
from tapegrad.torch.jacobians import alias
from tapegrad.torch.recorded import Level, active_levels
from tapegrad.torch.tensor import Tensor

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual"]
__all__ += ["unpack_dual"]


class UnpackedDualTensor(NamedTuple):
    """A value and its tangent, None if it has none.

    Parameters
    ----------
    primal
        The value.
    tangent
        Its tangent.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.autograd.forward_ad.unpack_dual(torch.tensor(1.0)).tangent is None
    True
    """

    primal: Any
    tangent: Any


_entered: list[Level] = []


def enter_dual_level() -> int:
    """Begin to compute tangents along with values.

    Returns
    -------
    int
        The level's number, 0: there is one at a time.

    Raises
    ------
    RuntimeError
        If it has begun already.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> from tapegrad.torch.autograd import forward_ad
    >>> level = forward_ad.enter_dual_level()
    >>> forward_ad.exit_dual_level(level=level)
    """
    if _entered:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    level = Level()
    _entered.append(level)
    level.__enter__()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End what `enter_dual_level` has begun: all tangents are gone.

    Parameters
    ----------
    level
        What `enter_dual_level` returned.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> from tapegrad.torch.autograd import forward_ad
    >>> forward_ad.exit_dual_level(level=forward_ad.enter_dual_level())
    """
    if (level is not None and level < 0) or not _entered:
        raise RuntimeError("Dual level must be a positive number.")
    _entered.pop().__exit__()


class dual_level:
    """A block in which tensors can have tangents.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> from tapegrad.torch.autograd import forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(torch.tensor(3.0), torch.tensor(1.0))
    ...     forward_ad.unpack_dual(x * x).tangent
    tensor(6.)
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exc_info: object) -> None:
        exit_dual_level()


def _level() -> Level | None:
    levels = [level for level in active_levels() if level in _entered]
    return levels[-1] if levels else None


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Tensor:
    """A view of a tensor that has a tangent.

    Parameters
    ----------
    tensor
        The value, floating point or complex.
    tangent
        A tensor of its shape.
    level
        There is one level.

    Raises
    ------
    RuntimeError
        Outside of a level, or if shapes differ.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> from tapegrad.torch.autograd import forward_ad
    >>> with forward_ad.dual_level():
    ...     forward_ad.make_dual(torch.tensor([1.0]), torch.tensor([2.0]))
    tensor([1.], tangent=tensor([2.]))
    """
    found = _level()
    if found is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to "
            "enter_dual_level() first."
        )
    for which, x in (("primal", tensor), ("tangent", tangent)):
        if category(x._value.dtype) < 2:
            raise ValueError(
                f"Expected {which} to be floating point or complex, but got: {x.dtype}"
            )
    if tensor._value.shape != tangent._value.shape:
        raise RuntimeError(
            f"Trying to set a forward gradient that has a different size than that of the original "
            f"Tensor, this is not supported. Tensor is of size {list(tensor.shape)} while the "
            f"given forward gradient is of size {list(tangent.shape)}."
        )
    if tensor._id in found.tangents:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the "
            "same level 0 is not supported."
        )
    whole = expanded(tensor)
    dual: Tensor = whole.view_as(whole) if whole._value.shape else alias(whole)
    found.enter(bottom(dual), bottom(expanded(tangent)))
    return dual


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The value and the tangent of a tensor.

    Parameters
    ----------
    tensor
        Any tensor.
    level
        There is one level.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> from tapegrad.torch.autograd import forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(torch.tensor(1.0), torch.tensor(5.0))
    ...     forward_ad.unpack_dual(x)
    UnpackedDualTensor(primal=tensor(1.), tangent=tensor(5.))
    """
    found = _level()
    if found is None:
        return UnpackedDualTensor(tensor, None)
    tangent = found.tangent(tensor._id)
    if tangent is None:
        return UnpackedDualTensor(tensor, None)
    with only_recorders(tuple([r for r in visible_recorders() if r is not found])):
        return UnpackedDualTensor(alias(tensor), as_example(tangent, levels_of(tensor)))
