"""Defining primitives: say the kind and the derivative, and the rest follows.

A line such as ::

    tanh = elementwise("tanh", np.tanh, lambda F, y: 1.0 - y * y)

gives reverse mode, forward mode, all higher orders and batching; broadcasting, complex conjugation
and what a tape must keep are read off it. A rule names what it reads: ``y`` is the output, other
names are inputs, parameters, ``shape`` (of the first input) or ``shapes`` (of all inputs). What no
rule names is not kept.

Cotangents follow TensorFlow's and PyTorch's convention for complex numbers: they are the conjugate
of the derivative, so that for a real loss the gradient points uphill.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from tapegrad.core.calls import binary_call, unary_call
from tapegrad.core.primitive import NONDIFF, ZERO, Derivatives, NoRule, Primitive
from tapegrad.core.transpose import push_by_transposing
from tapegrad.errors import MissingGradientError

#: The file of generated code, which belongs to this library where a user's line is sought.
_GENERATED = f"{__file__} (generated)"


class Gate:
    """A partial derivative that is 1 where a condition holds and 0 elsewhere.

    Where it is 0 not even an infinite cotangent passes, which ``0 * inf`` would turn into NaN.
    """

    __slots__ = ("condition",)

    def __init__(self, condition: Callable[..., Any]) -> None:
        self.condition = condition


class Choice:
    """A partial derivative that is zero where an input has no say: ``lambda F, ...:``.

    As with a `Gate`, not even an infinite cotangent passes where it is 0.
    """

    __slots__ = ("partial",)

    def __init__(self, partial: Callable[..., Any]) -> None:
        self.partial = partial


class Along:
    """The product with a partial derivative, where it is not a plain one: ``lambda F, g, ...:``.

    `g` stands for a cotangent or a tangent. For complex data the rule is that of the tangent.
    """

    __slots__ = ("product",)

    def __init__(self, product: Callable[..., Any]) -> None:
        self.product = product


_NAMES = {1: ("x",), 2: ("a", "b"), 3: ("a", "b", "c"), 4: ("a", "b", "c", "d")}


def elementwise(
    name: str,
    forward: Callable[..., Any],
    *partials: Any,
    singular: bool = False,
    discrete: bool = False,
    otherwise: Callable[..., Any] | None = None,
    doc: str | None = None,
) -> Any:
    """Define ``y[i] = f(a[i], b[i], ...)`` with broadcasting.

    All inputs must have one dtype, which is also that of the output.

    Parameters
    ----------
    name
        Its name in the table and in ``F``.
    forward
        A NumPy ufunc, or a function of arrays like one.
    partials
        For each input its partial derivative: ``lambda F, ...:`` with any of the names ``y`` and
        ``x`` (one input) or ``a, b, c, d``; a number if it is constant; a `Gate` over a condition
        ``lambda F, ...:``; a `Choice`; an `Along`; or `NONDIFF`, `ZERO`, ``missing("why")``.
    singular
        The partials are often infinite: products with them look for cotangents of zero at once.
        Otherwise that is done when a NaN has turned up, see `guarded`.
    discrete
        The output's dtype is not the input's (comparisons, tests): nothing is recorded.
    otherwise
        ``otherwise(value, a, b)`` makes the result for integers whose `forward` has another dtype,
        `value`; without it they are refused (quotients of integers).
    doc
        The docstring of the function.

    Returns
    -------
    function
        The operation on tensors, with the `Primitive` in its attribute ``primitive``.
    """
    inputs = _NAMES[len(partials)]
    reads = [_read_by(p) for p in partials]
    single = len(partials) == 1

    def derivatives() -> Derivatives:
        pulls, strong = (
            [
                _times_partial(name, p, inputs, guarded, place=None if single else i)
                for i, p in enumerate(partials)
            ]
            for guarded in (singular, True)
        )
        push = _sum_of_tangents(
            [_times_partial(name, p, inputs, singular, tangent=True) for p in partials]
        )
        texts = [_product(p, inputs, singular) for p in partials]
        return _of_rules(pulls, push)._replace(strong=strong, texts=texts)

    primitive = _with_rules(name, "elementwise", forward, inputs, partials, reads, derivatives)
    if len(partials) > 2:
        return primitive
    if single:
        return unary_call(primitive, discrete, doc)
    return binary_call(primitive, discrete, doc, otherwise)


def linear(
    name: str,
    forward: Callable[..., Any],
    transpose: Callable[..., Any],
    *,
    inputs: str = "x",
    batch: Any = None,
) -> Primitive:
    """Define ``y = L x``, linear in all of its data.

    Parameters
    ----------
    transpose
        ``transpose(F, g, ...)``, the adjoint map (conjugated for complex data), naming the
        parameters and shapes it reads. With several inputs it returns one cotangent for each.
    inputs
        Names of the data arguments, separated by spaces; ``"values*"`` for any number of them.
    batch
        See `Primitive`.
    """
    names = tuple(inputs.split())
    single = len(names) == 1 and not names[0].endswith("*")

    def derivatives() -> Derivatives:
        pull = _bound(transpose, names)
        return Derivatives(pull if single else _only_followed(pull), push)

    def push(F: Any, tangents: Any, args: Any, y: Any, params: Any) -> Any:
        params = dict(params or ())
        shapes = params.pop("shapes", None)
        if not single and any(t is None for t in tangents):
            some = next(t for t in tangents if t is not None)
            tangents = [
                F.zeros_like(some, to=s) if t is None else t
                for t, s in zip(tangents, shapes, strict=True)
            ]
        return getattr(F, name)(*tangents, **params)

    reads = [_reads(transpose, 2) | (frozenset() if single else {"shapes"})] * len(names)
    rules = [transpose] * len(names)
    return _with_rules(name, "linear", forward, names, rules, reads, derivatives, batch)


def bilinear(
    name: str,
    forward: Callable[..., Any],
    vjp_a: Callable[..., Any],
    vjp_b: Callable[..., Any],
    *,
    batch: Any = None,
) -> Primitive:
    """Define ``y = B(a, b)``, linear in each of two inputs.

    Parameters
    ----------
    vjp_a, vjp_b
        ``vjp_a(F, g, b, ...)`` and ``vjp_b(F, g, a, ...)``: the cotangents, naming what they read.
    """

    def derivatives() -> Derivatives:
        return _of_rules([_bound(vjp_a, ("a", "b")), _bound(vjp_b, ("a", "b"))], push)

    def push(F: Any, tangents: Any, args: Any, y: Any, params: Any) -> Any:
        params = dict(params or ())
        params.pop("shapes", None)
        ta, tb = tangents
        operation = getattr(F, name)
        da = None if ta is None else operation(ta, args[1], **params)
        db = None if tb is None else operation(args[0], tb, **params)
        return db if da is None else da if db is None else da + db

    reads = [_reads(vjp_a, 2) | {"b"}, _reads(vjp_b, 2) | {"a"}]
    rules = (vjp_a, vjp_b)
    inputs = ("a", "b")
    return _with_rules(name, "bilinear", forward, inputs, rules, reads, derivatives, batch)


def general(
    name: str,
    forward: Callable[..., Any],
    *vjps: Any,
    inputs: str = "x",
    jvps: Sequence[Any] | None = None,
    batch: Any = None,
) -> Primitive:
    """Define any other primitive by its vjp rules.

    Parameters
    ----------
    vjps
        One per input: ``vjp(F, g, ...)`` naming what it reads (with several outputs ``g`` is a
        list, None for those without a cotangent that are not differentiable), or `NONDIFF`,
        `ZERO`, ``missing("why")``.
    inputs
        Names of the data arguments, separated by spaces; ``"values*"`` for any number of them
        (then one rule returns a list).
    jvps
        One per input: ``jvp(F, t, ...)``, its part of the output's tangent; it may read only what
        the vjp of that input reads. Without them forward mode transposes the vjps.
    """
    names = tuple(inputs.split())

    def derivatives() -> Derivatives:
        pulls = [_rule(name, vjp, names) for vjp in vjps]
        push = None if jvps is None else _sum_of_tangents([_rule(name, jvp, names) for jvp in jvps])
        return _of_rules(pulls, push)

    reads = [_reads(vjp, 2) for vjp in vjps]
    primitive = _with_rules(name, "general", forward, names, vjps, reads, derivatives, batch)
    primitive.transposes = jvps is None
    return primitive


def _with_rules(
    name: str,
    kind: str,
    forward: Callable[..., Any],
    inputs: tuple[str, ...],
    rules: Sequence[Any],
    reads: Sequence[frozenset[str]],
    derivatives: Callable[[], Derivatives],
    batch: Any = None,
) -> Primitive:
    """A registered primitive that has a rule for each input."""
    primitive = Primitive(
        name, kind, forward, inputs, rules, reads, None, None, batch, made_of=derivatives
    )
    return primitive.register()


def _of_rules(pulls: Sequence[Callable[..., Any]], push: Callable[..., Any] | None) -> Derivatives:
    """What derivatives need, of a pull for each input; `push` None transposes them."""
    several = len(pulls) > 1
    pull = _pull_each(pulls) if several else pulls[0]
    return Derivatives(pull, push or push_by_transposing(pull), pulls if several else None)


def _parameters(rule: Any) -> tuple[str, ...]:
    code = rule.__code__
    names: tuple[str, ...] = code.co_varnames[: code.co_argcount]
    return names


def _reads(rule: Any, leading: int) -> frozenset[str]:
    return frozenset() if not callable(rule) else frozenset(_parameters(rule)[leading:])


def _read_by(partial: Any) -> frozenset[str]:
    if isinstance(partial, Along):
        return _reads(partial.product, 2)
    if isinstance(partial, Choice):
        return _reads(partial.partial, 1)
    return _reads(partial.condition if isinstance(partial, Gate) else partial, 1)


def _arguments(names: Sequence[str], inputs: tuple[str, ...]) -> str:
    """The expressions, inside a pull, for the names that a rule reads."""
    variadic = inputs[-1].endswith("*")

    def expression(name: str) -> str:
        if name in inputs:  # an input called "mask" is not the bit mask of the followed inputs
            return "args" if len(inputs) == 1 else f"args[{inputs.index(name)}]"
        if name in ("F", "g", "t", "y", "mask"):
            return "g" if name == "t" else name
        if name == "shape":
            return "params['shapes'][0]"
        if variadic and name + "*" in inputs:
            return "args"
        return f"params['{name}']"

    return ", ".join(expression(name) for name in names)


@cache
def _pull_maker(expression: str) -> Callable[..., Any]:
    """Rule -> pull, for a pull that computes `expression`; compiled once for all rules alike."""
    text = f"lambda rule: lambda F, g, mask, args, y, params: {expression}"
    maker: Callable[..., Any] = eval(compile(text, _GENERATED, "eval"))
    return maker


def _bound(rule: Callable[..., Any], inputs: tuple[str, ...]) -> Callable[..., Any]:
    """The rule as a pull: ``(F, g, mask, args, y, params)``, handed only what it names."""
    pull: Callable[..., Any] = _pull_maker(f"rule({_arguments(_parameters(rule), inputs)})")(rule)
    return pull


def _rule(name: str, rule: Any, inputs: tuple[str, ...]) -> Callable[..., Any]:
    if isinstance(rule, NoRule):
        return _norule(name, rule)
    return _bound(rule, inputs)


def _norule(name: str, rule: NoRule) -> Callable[..., Any]:
    if rule is NONDIFF:
        return lambda F, g, mask, args, y, params: None
    if rule is ZERO:
        return lambda F, g, mask, args, y, params: F.zeros_like(g, to=tuple(g.shape))
    why = rule.why

    def refuse(F: Any, g: Any, mask: int, args: Any, y: Any, params: Any) -> Any:
        raise MissingGradientError(
            f"{name} has no derivative rule for this input: {why}. Give one with "
            f"tf.custom_gradient, or cut the path with tf.stop_gradient."
        )

    return refuse


def _times_partial(
    name: str,
    partial: Any,
    inputs: tuple[str, ...],
    singular: bool,
    place: int | None = None,
    tangent: bool = False,
) -> Callable[..., Any]:
    """A pull that multiplies by a partial derivative, written out so that it is a single call.

    A cotangent (`tangent` false) takes the conjugate partial, and is summed to the shape of the
    input at `place` where that was broadcast.
    """
    product = _product(partial, inputs, singular, tangent)
    if product is None:
        return _norule(name, partial)
    text, rule = product
    if place is not None:
        text = f"{text} if params is None else F.sum_to({text}, to=params[{place}])"
    pull: Callable[..., Any] = _pull_maker(text)(rule)
    return pull


def _product(
    partial: Any, inputs: tuple[str, ...], singular: bool, tangent: bool = False
) -> tuple[str, Any] | None:
    """The expression of the product with a partial derivative, and the rule that it calls.

    None where there is no such product, but a `NoRule`.
    """
    if partial is ZERO:
        text = "F.zeros_like(g, to=tuple(g.shape))"
    elif isinstance(partial, NoRule):
        return None
    elif isinstance(partial, Gate):
        partial = partial.condition
        text = f"F.masked(g, rule({_arguments(_parameters(partial), inputs)}))"
    elif isinstance(partial, Choice):
        partial = partial.partial
        value = f"rule({_arguments(_parameters(partial), inputs)})"
        text = f"F.multiply_nonzero({value}, g)" if singular or tangent else f"g * {value}"
    elif isinstance(partial, Along):
        partial = partial.product
        value = f"rule({_arguments(_parameters(partial), inputs)})"
        text = value if tangent else f"F.conj({value.replace(', g', ', F.conj(g)', 1)})"
    elif callable(partial):
        given = _arguments(_parameters(partial), inputs)
        value = given.removeprefix("F, ") if _hands_on(partial) else f"rule({given})"
        if not tangent:
            value = f"(p if (p := {value}).dtype.kind != 'c' else F.conj(p))"
        text = f"F.multiply_no_nan({value}, g)" if singular else f"g * {value}"
    else:
        text = {1: "g", -1: "-g"}.get(partial, f"g * {partial!r}")
    return text, partial


_HANDING_ON = (lambda F, value: value).__code__.co_code


def _hands_on(rule: Any) -> bool:
    """Whether a partial derivative is just the one value that the rule reads."""
    return len(_parameters(rule)) == 2 and rule.__code__.co_code == _HANDING_ON


def _pull_each(pulls: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    def pull(F: Any, g: Any, mask: int, args: Any, y: Any, params: Any) -> Any:
        return [
            rule(F, g, mask, args, y, params) if mask >> i & 1 else None
            for i, rule in enumerate(pulls)
        ]

    return pull


def _only_followed(pull: Callable[..., Any]) -> Callable[..., Any]:
    """For rules that make all cotangents at once: drop those of inputs that nobody follows."""

    def followed(F: Any, g: Any, mask: int, args: Any, y: Any, params: Any) -> Any:
        gs = pull(F, g, mask, args, y, params)
        return [gx if mask >> i & 1 else None for i, gx in enumerate(gs)]

    return followed


def _sum_of_tangents(jvps: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    def push(F: Any, tangents: Any, args: Any, y: Any, params: Any) -> Any:
        total = None
        for jvp, t in zip(jvps, tangents, strict=True):
            if t is not None:
                term = jvp(F, t, 0, args, y, params)
                if term is not None:
                    total = term if total is None else total + term
        if total is not None and params.__class__ is tuple:  # elementwise: shapes that differed
            total = F.broadcast_to(total, to=np.broadcast_shapes(*params))
        return total

    return push
