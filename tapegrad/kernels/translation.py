"""Statements of kernels and of elementary functions, as LLVM's instructions.

The language is the small part of Python that generated kernels are written in: numbers and arrays,
arithmetic, loops over ranges, calls of elementary functions and intrinsics. Types follow from the
arguments and are those that Numba would find.
"""

# Numba's own functions have no types.
# mypy: disallow_untyped_calls=False

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tapegrad.kernels import separate
from tapegrad.kernels.arithmetic import Arithmetic, type_of, unknown
from tapegrad.kernels.intrinsics import load, store
from tapegrad.kernels.values import Array, Number, Scope, Slot

_SIZE = ir.IntType(64)


class Translation(Arithmetic):
    """Writes the instructions of a kernel.

    Parameters
    ----------
    context, builder
        Numba's, in the function that is being made.
    body_of
        The syntax tree, names and flags of a function that is translated where it is called; None
        for others, which are Numba's intrinsics.
    """

    def __init__(self, context: Any, builder: Any, body_of: Callable[[Any], Any]) -> None:
        super().__init__(context, builder)
        self._body_of = body_of
        self._impls: dict[Any, Any] = {}
        self._marks: dict[int, tuple[Any, Any]] = {}

    def run(self, tree: ast.FunctionDef, scope: Scope) -> Any:
        """Write a function body; what it returns."""
        scope.memory = _changing(tree)
        result = self._block(tree.body, scope)
        self._give_back(scope)
        return result

    # Statements

    def _block(self, statements: Sequence[ast.stmt], scope: Scope) -> Any:
        for statement in statements:
            if isinstance(statement, ast.Return):
                assert statement.value is not None
                return self._value(statement.value, scope)
            self._statement(statement, scope)
        return None

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        if isinstance(node, ast.Assign):
            (target,) = node.targets
            value = self._value(node.value, scope)
            if isinstance(target, ast.Tuple):
                for part, one in zip(target.elts, value, strict=True):
                    self._assign(part, one, scope)
            else:
                self._assign(target, value, scope)
        elif isinstance(node, ast.AugAssign):
            value = ast.BinOp(_loaded(node.target), node.op, node.value)
            self._assign(node.target, self._value(value, scope), scope)
        elif isinstance(node, ast.For):
            self._for(node, scope)
        elif isinstance(node, ast.If) and not node.orelse:
            condition = self._value(node.test, scope)
            with self.builder.if_then(condition.value, likely=False):
                self._block(node.body, scope.block())
        elif isinstance(node, ast.Expr):
            if not isinstance(node.value, ast.Constant):  # a docstring
                self._value(node.value, scope)
        else:
            raise unknown(node)

    def _assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if not isinstance(target, ast.Name):
            raise unknown(target)
        name = target.id
        if name not in scope.memory or not isinstance(value, Number):
            scope.local[name] = value
            return
        slot = scope.local.get(name)
        if slot is None:
            pointer = cgutils.alloca_once(self.builder, value.value.type)
            slot = scope.local[name] = Slot(value.kind, pointer)
        self.builder.store(self.cast(value, slot.kind).value, slot.pointer)

    def _for(self, node: ast.For, scope: Scope) -> None:
        builder = self.builder
        call = node.iter
        assert isinstance(call, ast.Call)
        assert isinstance(node.target, ast.Name)
        bounds = [self.cast(self._value(x, scope), types.intp).value for x in call.args]
        start, stop = bounds[:2] if len(bounds) > 1 else (_SIZE(0), bounds[0])
        step = bounds[2] if len(bounds) > 2 else _SIZE(1)
        before = builder.block
        head, body, behind = [builder.append_basic_block(name) for name in ("for", "do", "done")]
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(_SIZE)
        index.add_incoming(start, before)
        builder.cbranch(builder.icmp_signed("<", index, stop), body, behind)
        builder.position_at_end(body)
        inner = scope.block()
        inner.local[node.target.id] = Number(types.intp, index)
        self._block(node.body, inner)
        self._give_back(inner)
        index.add_incoming(builder.add(index, step, flags=["nsw"]), builder.block)
        builder.branch(head)
        builder.position_at_end(behind)

    def _give_back(self, scope: Scope) -> None:
        for pointer in scope.lent:
            self.context.nrt.free(self.builder, pointer)

    # Expressions

    def _value(self, node: ast.expr, scope: Scope) -> Any:
        if isinstance(node, ast.Name):
            return self.known(scope.find(node.id))
        if isinstance(node, ast.Constant):
            return self.known(node.value)
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        if isinstance(node, ast.BinOp):
            return self.binary(node.op, *self._both(node.left, node.right, scope), scope.flags)
        if isinstance(node, ast.UnaryOp):
            return self.unary(node.op, self._value(node.operand, scope), scope.flags)
        if isinstance(node, ast.Compare):
            return self.compare(node.ops[0], *self._both(node.left, node.comparators[0], scope))
        if isinstance(node, ast.Tuple):
            return tuple([self._value(x, scope) for x in node.elts])
        if isinstance(node, ast.Subscript):
            return self._element(node, scope)
        if isinstance(node, ast.Attribute):
            return self.known(getattr(scope.find(_name(node.value)), node.attr))
        raise unknown(node)

    def _both(self, a: ast.expr, b: ast.expr, scope: Scope) -> tuple[Number, Number]:
        return self._value(a, scope), self._value(b, scope)

    def _element(self, node: ast.Subscript, scope: Scope) -> Any:
        """An element of an array of numbers, or a size of an array."""
        if isinstance(node.value, ast.Attribute):  # array.shape[0]
            array = scope.find(_name(node.value.value))
            assert isinstance(node.slice, ast.Constant)
            return Number(types.intp, array.shape[node.slice.value])
        array = scope.find(_name(node.value))
        places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        at: Any = _SIZE(0)
        for n, place in zip(array.shape, places, strict=True):
            at = self.builder.add(self.builder.mul(at, n), self._value(place, scope).value)
        return self._load(array, at)

    def _load(self, array: Array, index: Any) -> Number:
        pointer = self.builder.gep(array.data, [index])
        return Number(
            array.kind.dtype, self.context.unpack_value(self.builder, array.kind.dtype, pointer)
        )

    # Calls

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        function = node.func
        if isinstance(function, ast.Attribute):
            callee = getattr(scope.find(_name(function.value)), function.attr)
        else:
            callee = scope.find(_name(function))
        if callee is np.empty:
            return self._empty(node, scope)
        args = [self._value(x, scope) for x in node.args]
        if callee is load:
            return self._load(args[0], self.cast(args[1], types.intp).value)
        if callee is store:
            return self._store(*args)
        if callee is separate.load_from or callee is separate.store_to:
            return self._in_memory(node.args[0], args[1:])
        if callee is separate.window:
            array, offset, shape = args
            data = self.builder.gep(array.data, [self.cast(offset, types.intp).value])
            kind = types.Array(array.kind.dtype, len(shape), "C")
            return Array(kind, data, tuple([n.value for n in shape]))
        if isinstance(callee, type) and issubclass(callee, np.generic):
            return self.cast(args[0], type_of(callee))
        if isinstance(callee, types.Number):
            return self.cast(args[0], callee)
        if callee in _OF_FLOATS:
            return self.of_floats(_OF_FLOATS[callee], args)
        if callee in (abs, min, max):
            return self.choice(callee, args)
        body = self._body_of(callee)
        if body is None:
            return self._intrinsic(callee, args)
        tree, outside, flags = body
        local = dict(zip([a.arg for a in tree.args.args], args, strict=True))
        return self.run(tree, Scope(outside, local, flags))

    def _store(self, array: Array, index: Number, value: Number) -> Any:
        pointer = self.builder.gep(array.data, [self.cast(index, types.intp).value])
        kind = array.kind.dtype
        model = self.context.data_model_manager[kind]
        data = model.as_data(self.builder, self.cast(value, kind).value)
        return self.builder.store(data, pointer)

    def _in_memory(self, number: ast.expr, args: list[Any]) -> Any:
        """A load or store of memory of which it is known that it is apart from others."""
        assert isinstance(number, ast.Constant)
        memory: Any = number.value
        kind = args[0].kind.dtype
        if len(args) == 2:
            pointer = self.builder.gep(args[0].data, [self.cast(args[1], types.intp).value])
            instruction = self.builder.load(pointer)
            found = self.context.data_model_manager[kind].from_data(self.builder, instruction)
        else:
            instruction, found = self._store(*args), None
        if memory not in self._marks:
            self._marks[memory] = separate.marks(self.builder.module, memory)
        scope, others = self._marks[memory]
        instruction.set_metadata("alias.scope", scope)
        instruction.set_metadata("noalias", others)
        return None if found is None else Number(kind, found)

    def _empty(self, node: ast.Call, scope: Scope) -> Array:
        """Memory until the end of the block: on the stack, if its size is known and small."""
        shape, dtype = node.args
        builder, context = self.builder, self.context
        sizes = [n.value for n in self._value(shape, scope)]
        kind = type_of(scope.find(_name(dtype)))
        element = context.get_data_type(kind)
        count: Any = _SIZE(1)
        for n in sizes:
            count = builder.mul(count, n)
        if all(isinstance(n, ir.Constant) for n in sizes):
            count = _SIZE(math.prod(n.constant for n in sizes))
            with builder.goto_entry_block():
                data = builder.alloca(element, count)
            data.align = 64
        else:
            memory = context.nrt.allocate(
                builder, builder.mul(count, _SIZE(context.get_abi_sizeof(element)))
            )
            scope.lent.append(memory)
            data = builder.bitcast(memory, element.as_pointer())
        return Array(types.Array(kind, len(sizes), "C"), data, tuple(sizes))

    def _intrinsic(self, callee: Any, args: list[Any]) -> Any:
        key = (callee, tuple([a.kind for a in args]))
        if key not in self._impls:
            typing = self.context.typing_context
            function = typing.resolve_value_type(callee)
            signature = typing.resolve_function_type(function, key[1], {})
            self._impls[key] = signature, self.context.get_function(function, signature)
        signature, impl = self._impls[key]
        given = [
            a.structure(self.context, self.builder)
            if isinstance(a, Array)
            else self.cast(a, kind).value
            for a, kind in zip(args, signature.args, strict=True)
        ]
        return Number(signature.return_type, impl(self.builder, given))


_OF_FLOATS: dict[Any, str] = {
    np.sqrt: "sqrt",
    math.sqrt: "sqrt",
    np.floor: "floor",
    np.ceil: "ceil",
    np.rint: "rint",
    math.copysign: "copysign",
}


def _name(node: ast.expr) -> str:
    if not isinstance(node, ast.Name):
        raise unknown(node)
    return node.id


def _loaded(node: ast.expr) -> ast.Name:
    return ast.Name(_name(node), ast.Load())


def _changing(tree: ast.FunctionDef) -> set[str]:
    """Names that have a value before a loop or branch and get another one inside."""
    places: dict[str, set[tuple[int, ...]]] = {}

    def walk(statements: Sequence[ast.stmt], path: tuple[int, ...]) -> None:
        for statement in statements:
            if isinstance(statement, ast.Assign | ast.AugAssign):
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                targets = targets or [statement.target]  # type: ignore[union-attr]
                for target in targets:
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            places.setdefault(name.id, set()).add(path)
            elif isinstance(statement, ast.For | ast.If):
                walk(statement.body, (*path, id(statement)))

    walk(tree.body, ())
    return {
        name
        for name, paths in places.items()
        if any(p != q and q[: len(p)] == p for p in paths for q in paths)
    }
