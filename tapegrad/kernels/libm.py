"""The C library's functions for arguments that are rare, in loops that are vectors nevertheless.

LLVM replaces a call in a loop by a call of a *vector variant* of the function, if the function
names one. The variants made here look whether one of their numbers is out of the ordinary; if not,
which is what happens nearly always, they return at once. Otherwise the C library does those
numbers, one after the other. Without such variants the exact reduction of huge angles would have
to be done for every number.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_DOUBLE = ir.DoubleType()
_POINTER = ir.IntType(8).as_pointer()
_LANES = (2, 4, 8, 16)


def _is_rare(builder: Any, x: Any, limit: float, below: bool) -> Any:
    bound = ir.Constant(x.type, limit)
    if isinstance(x.type, ir.VectorType):
        bound = ir.Constant(x.type, [limit] * x.type.count)
    if below:
        return builder.fcmp_ordered("<", x, bound)
    outside = builder.fcmp_ordered("<=", x, builder.fneg(bound))
    return builder.or_(outside, builder.fcmp_ordered(">=", x, bound))


def _scalar(module: Any, name: str, libm: str, limit: float, below: bool) -> Any:
    kind = ir.FunctionType(_DOUBLE, [_DOUBLE])
    target = module.globals.get(libm) or ir.Function(module, kind, libm)
    function = ir.Function(module, kind, name)
    function.linkage = "linkonce_odr"
    variants = ",".join([f"_ZGV_LLVM_N{n}v_{name}({name}_{n})" for n in _LANES])
    listed = function.attributes
    listed.add("noinline")
    listed.add("nounwind")
    for text in ("memory(none)", "willreturn", f'"vector-function-abi-variant"="{variants}"'):
        set.add(listed, text)  # llvmlite refuses attributes that it does not know
    builder = ir.IRBuilder(function.append_basic_block())
    x = function.args[0]
    with builder.if_then(_is_rare(builder, x, limit, below), likely=False):
        builder.ret(builder.call(target, [x]))
    builder.ret(_DOUBLE(0.0))
    return function


def _variant(module: Any, scalar: Any, lanes: int, limit: float, below: bool) -> Any:
    vector = ir.VectorType(_DOUBLE, lanes)
    function = ir.Function(module, ir.FunctionType(vector, [vector]), f"{scalar.name}_{lanes}")
    function.linkage = "linkonce_odr"
    function.attributes.add("nounwind")
    builder = ir.IRBuilder(function.append_basic_block())
    x = function.args[0]
    rare = builder.bitcast(_is_rare(builder, x, limit, below), ir.IntType(lanes))
    index = ir.IntType(32)
    with builder.if_then(builder.icmp_unsigned("!=", rare, rare.type(0)), likely=False):
        start = builder.block
        loop = builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        i = builder.phi(index)
        i.add_incoming(index(0), start)
        before = builder.phi(vector)
        before.add_incoming(ir.Constant(vector, [0.0] * lanes), start)
        y = builder.call(scalar, [builder.extract_element(x, i)])
        after = builder.insert_element(before, y, i)
        following = builder.add(i, index(1))
        i.add_incoming(following, loop)
        before.add_incoming(after, loop)
        end = builder.append_basic_block()
        builder.cbranch(builder.icmp_unsigned("<", following, index(lanes)), loop, end)
        builder.position_at_end(end)
        builder.ret(after)
    builder.ret(ir.Constant(vector, [0.0] * lanes))
    return function


def _defined(module: Any, name: str, libm: str, limit: float, below: bool) -> Any:
    if name in module.globals:
        return module.globals[name]
    scalar = _scalar(module, name, libm, limit, below)
    variants = [_variant(module, scalar, n, limit, below) for n in _LANES]
    # Nobody calls the variants before loops are made vectors; they must live until then.
    used = "llvm.compiler.used"
    variable = module.globals.get(used)
    kept = [] if variable is None else list(variable.initializer.constant)
    kept += [v.bitcast(_POINTER) for v in variants]
    array = ir.ArrayType(_POINTER, len(kept))
    if variable is None:
        variable = ir.GlobalVariable(module, array, used)
        variable.linkage = "appending"
        variable.section = "llvm.metadata"
    variable.value_type, variable.type = array, array.as_pointer()
    variable.initializer = ir.Constant(array, kept)
    return scalar


def rarely(libm: str, limit: float, *, below: bool = False) -> Any:
    """A function of the C library for few numbers.

    Parameters
    ----------
    libm
        Its name: a function of one double.
    limit
        It is called for numbers whose magnitude is at least this.
    below
        It is called for numbers less than `limit` instead.

    Returns
    -------
    function
        For code compiled by Numba; 0 for all other numbers.
    """
    name = f"tapegrad_rare_{libm}"

    def typed(typingctx: Any, x: Any) -> Any:
        if x != types.float64:
            return None

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.call(_defined(builder.module, name, libm, limit, below), args)

        return x(x), codegen

    typed.__name__ = name
    return intrinsic(typed)
