"""Arithmetic of kernels as LLVM's instructions, of the types that Numba would find."""

# Numba's own functions have no types.
# mypy: disallow_untyped_calls=False

from __future__ import annotations

import ast
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.np.numpy_support import from_dtype

from tapegrad.kernels.values import Number, Slot

#: Which rearrangements floating point arithmetic permits.
Flags = tuple[str, ...]

_SIZE = ir.IntType(64)


class Arithmetic:
    """Writes instructions with numbers.

    Parameters
    ----------
    context, builder
        Numba's, in the function that is being made.
    """

    def __init__(self, context: Any, builder: Any) -> None:
        self.context = context
        self.builder = builder

    def known(self, thing: Any) -> Any:
        """A value of the program: constants become numbers."""
        if isinstance(thing, Slot):
            return Number(thing.kind, self.builder.load(thing.pointer))
        if isinstance(thing, bool | np.bool_):
            return Number(types.boolean, ir.IntType(1)(int(thing)))
        if isinstance(thing, int):
            return Number(types.intp, _SIZE(thing))
        if isinstance(thing, np.generic):
            kind = type_of(type(thing))
            return Number(kind, self.context.get_data_type(kind)(thing.item()))
        if isinstance(thing, float):
            return Number(types.float64, ir.DoubleType()(thing))
        return thing

    def cast(self, x: Number, kind: Any) -> Number:
        """A number as one of another type."""
        if x.kind == kind:
            return x
        return Number(kind, self.context.cast(self.builder, x.value, x.kind, kind))

    def _alike(self, a: Number, b: Number) -> tuple[Number, Number]:
        """Two numbers of the type in which Numba computes with them."""
        kinds = {a.kind, b.kind}
        if len(kinds) == 1 and (isinstance(a.kind, types.Float) or a.kind == types.boolean):
            return a, b
        kind: Any = types.intp
        if any(isinstance(k, types.Float) for k in kinds):
            kind = types.float64
        elif types.uint64 in kinds:
            if len(kinds) > 1:
                raise TypeError(f"{a.kind} and {b.kind} have no common integer type")
            kind = types.uint64
        return self.cast(a, kind), self.cast(b, kind)

    def binary(self, op: ast.operator, a: Number, b: Number, flags: Flags) -> Number:
        """A sum, product and so on."""
        a, b = self._alike(a, b)
        kind = type(op)
        if isinstance(a.kind, types.Float):
            made = getattr(self.builder, _FLOAT[kind])(a.value, b.value, flags=flags)
        elif kind is ast.FloorDiv:
            made = self._floor_divide(a.value, b.value)
        else:
            if a.kind == types.boolean and kind not in _BITS:
                a, b = self.cast(a, types.intp), self.cast(b, types.intp)
            made = getattr(self.builder, _INTEGER[kind])(a.value, b.value)
        return Number(a.kind, made)

    def _floor_divide(self, a: Any, b: Any) -> Any:
        builder = self.builder
        quotient, rest = builder.sdiv(a, b), builder.srem(a, b)
        apart = builder.icmp_signed("<", builder.xor(rest, b), _SIZE(0))
        less = builder.and_(builder.icmp_signed("!=", rest, _SIZE(0)), apart)
        return builder.sub(quotient, builder.zext(less, _SIZE))

    def unary(self, op: ast.unaryop, x: Number, flags: Flags) -> Number:
        """The opposite of a number or of a truth value."""
        if isinstance(op, ast.Not):
            return Number(types.boolean, self.builder.not_(self.cast(x, types.boolean).value))
        if not isinstance(op, ast.USub):
            raise unknown(op)
        if isinstance(x.kind, types.Float):
            return Number(x.kind, self.builder.fneg(x.value, flags=flags))
        x = x if x.kind == types.uint64 else self.cast(x, types.intp)
        return Number(x.kind, self.builder.neg(x.value))

    def compare(self, op: ast.cmpop, a: Number, b: Number) -> Number:
        """Whether a relation holds; with NaN only inequality does."""
        a, b = self._alike(a, b)
        word, builder = _COMPARISONS[type(op)], self.builder
        if isinstance(a.kind, types.Float):
            compare = builder.fcmp_unordered if word == "!=" else builder.fcmp_ordered
        elif a.kind in (types.uint64, types.boolean):
            compare = builder.icmp_unsigned
        else:
            compare = builder.icmp_signed
        return Number(types.boolean, compare(word, a.value, b.value))

    def of_floats(self, name: str, args: list[Number]) -> Number:
        """A function that LLVM has for every type of floating point numbers."""
        if len(args) > 1:
            args = list(self._alike(*args))
        elif not isinstance(args[0].kind, types.Float):
            args = [self.cast(args[0], types.float64)]
        of = args[0].value.type
        kind = ir.FunctionType(of, [of] * len(args))
        function = self.builder.module.declare_intrinsic(f"llvm.{name}", [of], kind)
        return Number(args[0].kind, self.builder.call(function, [x.value for x in args]))

    def choice(self, callee: Any, args: list[Number]) -> Number:
        """`abs` of a number, the smaller or the larger one of two integers."""
        if callee is abs:
            if isinstance(args[0].kind, types.Float):
                return self.of_floats("fabs", args)
            (x,) = args
            opposite = self.unary(ast.USub(), x, ())
            below = self.compare(ast.Lt(), x, self.known(0))
            yes, no = opposite, self.cast(x, opposite.kind)
        else:
            a, b = self._alike(*args)
            below = self.compare(ast.Lt(), a, b)
            yes, no = (a, b) if callee is min else (b, a)
        return Number(yes.kind, self.builder.select(below.value, yes.value, no.value))


_FLOAT = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)
_INTEGER: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "ashr",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def type_of(scalar: type[np.generic]) -> Any:
    """Numba's type of NumPy's numbers of a type."""
    dtype: Any = np.dtype(scalar)
    return from_dtype(dtype)


def unknown(node: ast.AST) -> TypeError:
    """The error of a text that is none of a kernel."""
    return TypeError(f"kernels have no {type(node).__name__} (line {getattr(node, 'lineno', 0)})")
