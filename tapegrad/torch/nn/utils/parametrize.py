"""``torch.nn.utils.parametrize``: parameters that are computed from others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tapegrad.torch import modes
from tapegrad.torch.documentation import documented
from tapegrad.torch.nn.modules.containers import ModuleDict, ModuleList
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.parameter import Buffer, Parameter
from tapegrad.torch.tensor import Tensor

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "type_before_parametrizations",
]

_CACHE: ContextVar[dict[tuple[int, str], Any] | None] = ContextVar(
    "tapegrad_torch_parametrizations", default=None
)


@contextmanager
def cached() -> Iterator[None]:
    """A block in which parametrized tensors are computed once.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))
    >>> with torch.nn.utils.parametrize.cached():
    ...     layer.weight is layer.weight
    True
    """
    if _CACHE.get() is not None:
        yield
        return
    token = _CACHE.set({})
    try:
        yield
    finally:
        _CACHE.reset(token)


class ParametrizationList(ModuleList):
    """What a parametrized tensor is computed by, and from what.

    Parameters
    ----------
    modules
        Modules, of which each takes the result of the one before.
    original
        The tensor until now; where the modules have a ``right_inverse``, what they make of it is
        stored as ``original``, or as ``original0``, ``original1``, ... if they make several.
    unsafe
        Whether shape and type may change.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 3))
    >>> layer.parametrizations.weight.original0.shape
    torch.Size([3, 1])
    """

    def __init__(self, modules: Sequence[Any], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        new = _inverted(list(self), original)
        self.is_tensor = isinstance(new, Tensor)
        if isinstance(new, Tensor):
            self._keep("original", new, original)
        else:
            for i, part in enumerate(new):
                self._keep(f"original{i}", part, original)
        self.ntensors = 1 if isinstance(new, Tensor) else len(new)
        if not unsafe:
            self._check(original)

    def _keep(self, name: str, value: Tensor, like: Tensor) -> None:
        if isinstance(like, Parameter):
            kept = value if isinstance(value, Parameter) else Parameter(value.detach())
            kept.requires_grad_(like.requires_grad)
            self.register_parameter(name, kept)
        else:
            self.register_buffer(name, value)

    def _check(self, original: Tensor) -> None:
        with modes.no_grad():
            found = self()
        if not isinstance(found, Tensor):
            raise ValueError(f"A parametrization must return a tensor. Got {type(found).__name__}.")
        for what, before, now in (
            ("dtype", original.dtype, found.dtype),
            ("shape", original.shape, found.shape),
        ):
            if before != now:
                raise ValueError(
                    f"Registering a parametrization may not change the {what} of the tensor, "
                    f"unless `unsafe` flag is enabled.\nunparametrized {what}: {before}\n"
                    f"parametrized {what}: {now}"
                )

    def originals(self) -> list[Any]:
        """What the tensor is computed from."""
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value: Tensor) -> None:
        """Let the tensor have another value, as far as the modules can give it.

        Parameters
        ----------
        value
            The value.
        """
        with modes.no_grad():
            new = value
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                new = module.right_inverse(new)
            parts = [new] if self.is_tensor else list(new)
            for kept, part in zip(self.originals(), parts, strict=True):
                kept.data = part.detach().clone()

    def forward(self) -> Any:
        """The tensor."""
        first, *rest = list(self)
        x = first(*self.originals())
        for module in rest:
            x = module(x)
        return x


def _inverted(modules: list[Any], original: Any) -> Any:
    """What the first module has to get for the tensor to be what it was."""
    new = original
    with modes.no_grad():
        for module in reversed(modules):
            if hasattr(module, "right_inverse"):
                new = module.right_inverse(new)
    if not isinstance(new, (Tensor, Sequence)):
        raise ValueError(
            f"'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
            f"Got {type(new).__name__}"
        )
    return new


def _with_property(module: Module, name: str) -> None:
    def get(self: Any) -> Any:
        known = _CACHE.get()
        if known is None:
            return self.parametrizations[name]()
        key = id(self), name
        if key not in known:
            known[key] = self.parametrizations[name]()
        return known[key]

    def put(self: Any, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, put))


def _open_class(module: Module) -> None:
    """Give a module a class of its own."""
    kind = type(module)
    module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), {"_plain_class": kind})


@documented(
    "layer = torch.nn.Linear(2, 2)\n"
    "parametrize = torch.nn.utils.parametrize\n"
    "parametrize.register_parametrization(layer, 'weight', torch.nn.Tanh()).weight.shape",
    "torch.Size([2, 2])",
    module="The module.",
    tensor_name="The name of a parameter or buffer.",
    parametrization="A module; with a method ``right_inverse`` the tensor keeps its value.",
    unsafe="Whether shape and type may change.",
)
def register_parametrization(
    module: Any, tensor_name: str, parametrization: Any, *, unsafe: bool = False
) -> Any:
    """Compute a parameter by a module: it becomes a property.

    ValueError if there is no such tensor, or its shape or type would change.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        known = module.parametrizations[tensor_name]
        if not unsafe:
            with modes.no_grad():
                before = getattr(module, tensor_name)
                after = parametrization(before)
            if after.shape != before.shape or after.dtype != before.dtype:
                raise ValueError(
                    f"Registering a parametrization may not change the shape of the tensor, unless "
                    f"`unsafe` flag is enabled.\nunparametrized shape: {before.shape}\n"
                    f"parametrized shape: {after.shape}"
                )
        known.append(parametrization)
        known.unsafe |= unsafe
        return module
    original = module._buffers.get(tensor_name, module._parameters.get(tensor_name))
    if original is None:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element "
            f"with name '{tensor_name}'"
        )
    found = ParametrizationList([parametrization], original, unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        _open_class(module)
        module.parametrizations = ModuleDict()
    _with_property(module, tensor_name)
    module.parametrizations[tensor_name] = found
    return module


@documented(
    "torch.nn.utils.parametrize.is_parametrized(torch.nn.Linear(2, 2))",
    "False",
    module="The module.",
    tensor_name="The name of a tensor; by default any.",
)
def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Whether a module has parametrized tensors, or one of this name."""
    found = module._modules.get("parametrizations")
    if not isinstance(found, ModuleDict) or not hasattr(type(module), "_plain_class"):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


@documented(
    "layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))\n"
    "type(torch.nn.utils.parametrize.remove_parametrizations(layer, 'weight')).__name__",
    "'Linear'",
    module="The module.",
    tensor_name="The name of the tensor.",
    leave_parametrized="Whether it keeps its computed value, or takes the original one back.",
)
def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Make a parametrized tensor a plain parameter or buffer again.

    ValueError if it is not parametrized, or made of several originals and to be left behind.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    found = module.parametrizations[tensor_name]
    original = found.originals()[0]
    if leave_parametrized:
        with modes.no_grad():
            value = getattr(module, tensor_name)
        is_parameter = isinstance(original, Parameter)
        if found.is_tensor:
            original.data = value.detach().clone()
            new: Any = original
        else:
            new = Parameter(value, original.requires_grad) if is_parameter else Buffer(value)
    elif not found.is_tensor:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
            "parametrized in terms of a sequence of tensors."
        )
    else:
        new = original
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if isinstance(new, Parameter):
        module.register_parameter(tensor_name, new)
    else:
        module.register_buffer(tensor_name, new)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module)._plain_class
    return module


@documented(
    "torch.nn.utils.parametrize.type_before_parametrizations(torch.nn.Linear(2, 2)).__name__",
    "'Linear'",
    module="The module.",
)
def type_before_parametrizations(module: Any) -> type:
    """The class that the module was made of."""
    kind: type = getattr(type(module), "_plain_class", type(module))
    return kind
