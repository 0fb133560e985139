"""Optimizers: groups of parameters, what is remembered of each, and steps that move them."""

from __future__ import annotations

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from tapegrad.core.large import loops_above
from tapegrad.torch import modes, mutations
from tapegrad.torch.nn.modules.registry import type_name
from tapegrad.torch.node import RemovableHandle
from tapegrad.torch.tensor import Tensor, mutation_holder, shared, wrapped

__all__ = ["Optimizer"]


#: When hooks on the state are called.
_TIMES = ("before saving", "after saving", "before loading", "after loading")


class Optimizer:
    """The base of all optimizers.

    Parameters
    ----------
    params
        Parameters, pairs of names and parameters, or dictionaries: groups with options of their
        own.
    defaults
        Options of groups that do not have their own.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> w = torch.nn.Parameter(torch.ones(2))
    >>> optimizer = torch.optim.SGD([w], lr=0.5)
    >>> w.sum().backward()
    >>> optimizer.step()
    >>> w
    Parameter containing:
    tensor([0.5000, 0.5000], requires_grad=True)
    """

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: defaultdict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._step_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._step_post_hooks: OrderedDict[int, Any] = OrderedDict()
        self._state_hooks: dict[str, OrderedDict[int, Any]] = {k: OrderedDict() for k in _TIMES}
        if isinstance(params, Tensor):
            raise TypeError(
                f"params argument given to the optimizer should be an iterable of Tensors or "
                f"dicts, but got {type_name(params.detach())}"
            )
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own.

        Raises
        ------
        TypeError, ValueError
            If they are no leaves, or in a group already.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, Tensor):
            given = [given]
        elif isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead."
            )
        given = list(given)
        if given and isinstance(given[0], tuple):
            param_group["param_names"] = [name for name, _ in given]
            given = [p for _, p in given]
        param_group["params"] = given
        if len({id(p) for p in given}) < len(given):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error; see github.com/pytorch/pytorch/issues/40967 for more "
                "information",
                UserWarning,
                stacklevel=3,
            )
        for p in given:
            if not isinstance(p, Tensor):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {type_name(p)}"
                )
            if not (p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        known = {id(p) for group in self.param_groups for p in group["params"]}
        if any(id(p) in known for p in given):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if p._grad is not None:
                    p._grad = None if set_to_none else p._grad.detach().zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the parameters along their gradients.

        Parameters
        ----------
        closure
            Computes the loss anew, with its gradients, and returns it.
        """
        raise NotImplementedError

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step."""
        return RemovableHandle(self._step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        return RemovableHandle(self._step_post_hooks, hook)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = cls.__dict__.get("step")
        if own is not None:
            cls.step = _with_hooks(own)  # type: ignore[method-assign]

    # State

    def _state_hook(self, time: str, hook: Callable[..., Any], prepend: bool) -> RemovableHandle:
        handle = RemovableHandle(self._state_hooks[time], hook)
        if prepend:
            self._state_hooks[time].move_to_end(handle.id, last=False)
        return handle

    def register_state_dict_pre_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` before each `state_dict`."""
        return self._state_hook("before saving", hook, prepend)

    def register_state_dict_post_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` after it; what it returns takes its place."""
        return self._state_hook("after saving", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Any, prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before loading; what it returns is loaded."""
        return self._state_hook("before loading", hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Any, prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` after each `load_state_dict`."""
        return self._state_hook("after loading", hook, prepend)

    def state_dict(self) -> dict[str, Any]:
        """What is remembered, by numbers of parameters, and the options of the groups."""
        for hook in self._state_hooks["before saving"].values():
            hook(self)
        found = self._described()
        for hook in self._state_hooks["after saving"].values():
            changed = hook(self, found)
            found = found if changed is None else changed
        return found

    def _described(self) -> dict[str, Any]:
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
            packed = {k: v for k, v in group.items() if k != "params"}
            packed["params"] = [numbers[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {numbers[id(p)] if isinstance(p, Tensor) else p: s for p, s in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what another optimizer, of parameters of the same shapes, remembers.

        Raises
        ------
        ValueError
            If the groups differ in their number or sizes.
        """
        state_dict = state_dict.copy()
        for hook in self._state_hooks["before loading"].values():
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        given = state_dict["param_groups"]
        if len(given) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(
            len(a["params"]) != len(b["params"])
            for a, b in zip(given, self.param_groups, strict=True)
        ):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                "optimizer's group"
            )
        mine = [p for group in self.param_groups for p in group["params"]]
        theirs = [number for group in given for number in group["params"]]
        by_number = dict(zip(theirs, mine, strict=True))
        self.state = defaultdict(dict)
        for number, state in state_dict["state"].items():
            p = by_number.get(number)
            if p is None:
                self.state[number] = deepcopy(state)
            else:
                self.state[p] = {k: _adopted(k, v, p) for k, v in state.items()}
        for group, new in zip(self.param_groups, given, strict=True):
            kept = {"params": group["params"]}
            group.clear()
            group.update({k: deepcopy(v) for k, v in new.items() if k != "params"}, **kept)
        for hook in self._state_hooks["after loading"].values():
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
            "_step_pre_hooks": OrderedDict(),
            "_step_post_hooks": OrderedDict(),
            "_state_hooks": {k: OrderedDict() for k in _TIMES},
        }

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for name in sorted(group):
                if name != "params":
                    text += f"    {name}: {group[name]}\n"
        return text + ")"


def _with_hooks(step: Any) -> Any:
    @functools.wraps(step)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        for hook in self._step_pre_hooks.values():
            hook(self, args, kwargs)
        self.__dict__["_opt_called"] = True  # for schedulers, which ought to step afterwards
        result = step(self, *args, **kwargs)
        for hook in self._step_post_hooks.values():
            hook(self, args, kwargs)
        return result

    return call


def _adopted(name: str, value: Any, p: Tensor) -> Any:
    """A remembered value in memory of its own, in the type of the parameter."""
    if not isinstance(value, Tensor):
        return deepcopy(value)
    if name != "step" and p.is_floating_point():
        return value.detach().to(p.dtype).clone()
    return value.detach().clone()


def real_view(array: Any) -> Any:
    """The array with at least one axis, complex numbers as pairs of real ones."""
    if not array.shape:
        array = array.reshape(1)
    if array.dtype.kind == "c":
        array = np.ascontiguousarray(array) if not array.flags.c_contiguous else array
        array = array.view(array.real.dtype)
    return array


class ArrayOptimizer(Optimizer):
    """Base of the optimizers whose step is a formula on the arrays of one parameter.

    A subclass names what it remembers in `_slots`, computes the numbers of a step in `_numbers`,
    and gives the formula in `_formula`.
    """

    _counts = True  # whether steps are counted, as entry "step" of the state

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        """Names and first values of what is remembered of a parameter."""
        return {}

    def _prepare(self, group: dict[str, Any], step: int, state: dict[str, Any], p: Tensor) -> Any:
        """What the numbers depend on besides the step, which is the same for most parameters."""
        return None

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        """The numbers of the formula."""
        raise NotImplementedError

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        """``formula(value, g, numbers, *slots)``: the new value; slots are updated in place.

        The same function for groups with the same switches.
        """
        raise NotImplementedError

    def _begin(self, group: dict[str, Any], p: Tensor) -> dict[str, Any]:
        """What is remembered of a parameter before its first step."""
        state: dict[str, Any] = {}
        if self._counts:
            state["step"] = wrapped(np.float32(0))
        for name, first in self._slots(group).items():
            state[name] = wrapped(np.full(p._value.shape, first, p._value.dtype))
        return state

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the parameters along their gradients.

        Parameters
        ----------
        closure
            Computes the loss anew, with its gradients, and returns it.

        Returns
        -------
        Tensor or None
            What the closure returned.
        """
        loss = None
        if closure is not None:
            with modes.enable_grad():
                loss = closure()
        for group in self.param_groups:
            formula = self._formula(group)
            names = list(self._slots(group))
            shared_numbers: dict[Any, Any] = {}
            for p in group["params"]:
                grad = p._grad
                if grad is not None:
                    self._move(group, p, grad, formula, names, shared_numbers)
        return loss

    def _move(
        self,
        group: dict[str, Any],
        p: Tensor,
        grad: Tensor,
        formula: Callable[..., Any],
        names: list[str],
        known: dict[Any, Any],
    ) -> None:
        state = self.state[p] if self._counts or names else {}
        if not state and (self._counts or names):
            state.update(self._begin(group, p))
        step = 0
        if self._counts:
            count = state["step"]
            step = int(count._value) + 1
            if count._value.__class__ is np.ndarray:
                count._value[...] = step
            else:
                count._value = np.float32(step)
        whole = shared(p)
        value, g = real_view(whole), real_view(np.asarray(grad._value))
        prepared = self._prepare(group, step, state, p)
        key = step, value.dtype, prepared
        numbers = known.get(key)
        if numbers is None:
            dtype = value.dtype
            found = self._numbers(group, step, prepared)
            numbers = known[key] = [np.array(n, dtype) for n in found]
        slots = [real_view(shared(state[name])) for name in names]
        loops = loops_above(value.size)
        if loops is None:
            new = formula(value, g, numbers, *slots)
        else:
            new = loops.update(formula, (formula, "torch"), value, g, numbers, slots)
        np.copyto(value, new)
        mutations.stamp(mutation_holder(p))


def number(x: Any) -> Any:
    """A Python number, also of a tensor."""
    return x.item() if isinstance(x, Tensor) else x


def check(condition: bool, what: str, value: Any) -> None:
    """Raise unless an argument is valid.

    Raises
    ------
    ValueError
        As PyTorch words it.
    """
    if not condition:
        raise ValueError(f"Invalid {what}: {value}")


def check_betas(betas: Any) -> None:
    """Raise unless both shares lie between 0 and 1.

    Raises
    ------
    ValueError
        As PyTorch words it.
    """
    for i, beta in enumerate(betas):
        check(0.0 <= number(beta) < 1.0, f"beta parameter at index {i}", beta)
