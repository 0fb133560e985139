"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tapegrad.torch.shaping import stack
from tapegrad.torch.tensor import Tensor

__all__ = ["functional_call", "stack_module_state"]


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other tensors in place of its parameters and buffers.

    Parameters
    ----------
    module
        A `torch.nn.Module`.
    parameter_and_buffer_dicts
        Tensors by name, or several dictionaries of them.
    args, kwargs
        What the module is called with: a tuple, or a single argument.
    tie_weights
        Whether a parameter that stands in several places is replaced in all of them.
    strict
        Whether each parameter and buffer must be given.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> model = torch.nn.Linear(2, 1)
    >>> weights = {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}
    >>> torch.func.functional_call(model, weights, (torch.tensor([3.0, 4.0]),))
    tensor([7.])
    """
    if isinstance(parameter_and_buffer_dicts, dict):
        given = dict(parameter_and_buffer_dicts)
    elif isinstance(parameter_and_buffer_dicts, Sequence):
        given = {}
        for part in parameter_and_buffer_dicts:
            for name in part:
                if name in given:
                    raise ValueError(
                        f"{name} appears in multiple dictionaries; behavior of "
                        f"functional call is ambiguous"
                    )
            given.update(part)
    else:
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameter_and_buffer_dicts)}"
        )
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _replaced(module, given, tie_weights, strict):
        return module(*args, **(kwargs or {}))


@contextmanager
def _replaced(module: Any, given: dict[str, Any], tie: bool, strict: bool) -> Iterator[None]:
    places = _places(module)
    if strict:
        missing, unknown = sorted(set(places) - set(given)), sorted(set(given) - set(places))
        if missing or unknown:
            raise RuntimeError(
                f"Missing or unexpected keys: missing {missing}, unexpected {unknown}"
            )
    changed: list[tuple[dict[str, Any], str, Any, Any]] = []
    for name, tensor in given.items():
        if name not in places:
            raise KeyError(f"{type(module).__name__} has no parameter or buffer {name!r}")
        table, key = places[name]
        old = table[key]
        same = [(table, key)]
        if tie and old is not None:
            same += [
                place
                for other, place in places.items()
                if other not in given and place[0][place[1]] is old
            ]
        changed.extend((t, k, t[k], tensor) for t, k in same)
    try:
        for table, key, _, tensor in changed:
            table[key] = tensor
        yield
    finally:
        for table, key, old, _ in reversed(changed):
            table[key] = old


def _places(module: Any) -> dict[str, tuple[dict[str, Any], str]]:
    """Name -> the table and the key there of every parameter and buffer."""
    places = {}
    for prefix, part in module.named_modules(remove_duplicate=False):
        for table in (part._parameters, part._buffers):
            for key in table:
                places[f"{prefix}.{key}" if prefix else key] = (table, key)
    return places


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of modules of one kind, stacked: for an ensemble by `vmap`.

    Parameters
    ----------
    models
        Modules whose parameters have the same names and shapes.

    Returns
    -------
    tuple of dict

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> parameters, buffers = torch.func.stack_module_state([torch.nn.Linear(2, 1)] * 3)
    >>> parameters["weight"].shape
    torch.Size([3, 1, 2])
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    kinds = {type(model) for model in models}
    if len(kinds) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def together(tables: list[dict[str, Any]]) -> dict[str, Any]:
        return {name: _leaf([table[name] for table in tables]) for name in tables[0]}

    parameters = together([dict(model.named_parameters()) for model in models])
    return parameters, together([dict(model.named_buffers()) for model in models])


def _leaf(tensors: list[Any]) -> Tensor:
    followed = tensors[0].requires_grad
    whole: Tensor = stack([t.detach() for t in tensors])
    return whole.requires_grad_() if followed else whole
