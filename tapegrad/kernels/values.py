"""What names of a kernel stand for while it is translated: numbers, arrays, scopes."""

# Numba's own functions have no types.
# mypy: disallow_untyped_calls=False

from __future__ import annotations

import builtins
from typing import Any, NamedTuple

from llvmlite import ir
from numba.core import cgutils

_SIZE = ir.IntType(64)


class Number(NamedTuple):
    """A number of a program: its Numba type and LLVM's value."""

    kind: Any
    value: Any


class Array(NamedTuple):
    """A contiguous array: its Numba type, the address of its first element, its shape."""

    kind: Any
    data: Any
    shape: tuple[Any, ...]

    @staticmethod
    def of(context: Any, builder: Any, kind: Any, value: Any) -> Array:
        """From Numba's structure."""
        made = context.make_array(kind)(context, builder, value)
        return Array(kind, made.data, tuple(cgutils.unpack_tuple(builder, made.shape, kind.ndim)))

    def structure(self, context: Any, builder: Any) -> Any:
        """As Numba passes arrays; who keeps the memory alive is not in it."""
        made = context.make_array(self.kind)(context, builder)
        for name in made._datamodel._fields:
            setattr(made, name, ir.Constant(getattr(made, name).type, None))
        size = context.get_abi_sizeof(context.get_data_type(self.kind.dtype))
        count, strides = _SIZE(1), []
        for n in reversed(self.shape):
            strides.append(builder.mul(count, _SIZE(size)))
            count = builder.mul(count, n)
        made.data, made.nitems, made.itemsize = self.data, count, _SIZE(size)
        made.shape = cgutils.pack_array(builder, self.shape, _SIZE)
        made.strides = cgutils.pack_array(builder, strides[::-1], _SIZE)
        return made._getvalue()


class Scope:
    """What a function body knows: globals, local names, and which rearrangements it permits."""

    def __init__(self, outside: Any, local: dict[str, Any], flags: tuple[str, ...]) -> None:
        self.outside = outside
        self.local = local
        self.flags = flags
        self.memory: set[str] = set()  # names whose values change in loops
        self.lent: list[Any] = []  # memory to give back behind this block

    def block(self) -> Scope:
        """The inside of a loop: names that are new there are forgotten behind it."""
        inner = Scope(self.outside, dict(self.local), self.flags)
        inner.memory = self.memory
        return inner

    def find(self, name: str) -> Any:
        """What a name means."""
        if name in self.local:
            return self.local[name]
        if name not in self.outside and not hasattr(builtins, name):
            raise NameError(f"kernels know no {name}")
        return self.outside[name] if name in self.outside else getattr(builtins, name)


class Slot(NamedTuple):
    """Memory of a number that changes in loops."""

    kind: Any
    pointer: Any
