"""`tapegrad.numpy.special` beside SciPy: values, types, derivatives by differences of SciPy's."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import mpmath
import numpy
import pytest
import scipy.special

import tapegrad as tf
import tapegrad.numpy as np
from tapegrad.errors import GradientLeakError, MissingGradientError
from tapegrad.numpy.special.making import model_of
from tapegrad.ops.holomorphic import COMPLEX

SPECIAL = np.special

REALS = numpy.array([-1.7, -0.4, 0.3, 1.2, 2.6])
POSITIVE = numpy.array([0.15, 0.6, 1.3, 2.2, 4.5])
UNIT = numpy.array([-0.8, -0.35, 0.1, 0.45, 0.75])
SHARE = numpy.array([0.05, 0.3, 0.55, 0.8, 0.95])
ORDERS = numpy.array([0.5, 1.0, 1.75, 2.5, 3.0])
WHOLE = numpy.array([0, 1, 2, 3, 4])


class Call(NamedTuple):
    """The arguments of a call, and the positions of those with no derivative here.

    `fixed` are those of which SciPy's function is a step, or whole numbers; `missing` those by
    which the function could be differentiated and is not.
    """

    args: tuple[Any, ...]
    fixed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()


def _many(names: str, *args: Any, fixed: Any = (), missing: Any = ()) -> dict[str, Call]:
    return {name: Call(args, fixed, missing) for name in names.split()}


CALLS: dict[str, Call] = {
    **_many("erf erfc erfcx erfi dawsn ndtr log_ndtr sinc cbrt exp10 exp2 expm1 exprel", REALS),
    **_many("cosm1 sindg cosdg tandg cotdg wrightomega expit log_expit softplus expi", REALS),
    **_many("j0 j1 i0 i1 i0e i1e airy ber bei berp beip fresnel rgamma gamma gammaln", REALS),
    **_many("log1p y0 y1 k0 k1 k0e k1e airye ker kei kerp keip exp1 spence entr", POSITIVE),
    **_many("psi digamma loggamma sici shichi ellipkm1", POSITIVE),
    **_many("zetac", ORDERS + 1.0),
    **_many("erfinv ellipk ellipe", UNIT),
    **_many("erfcinv ndtri logit", SHARE),
    **_many("ndtri_exp", -POSITIVE),
    **_many("gammasgn round", REALS, fixed=(0,)),
    **_many("jv jn jve yv yve iv ive kv kve hankel1 hankel2", ORDERS, POSITIVE),
    **_many("jvp yvp ivp kvp", ORDERS, POSITIVE),
    **_many("yn kn spherical_jn spherical_yn spherical_in spherical_kn", WHOLE, POSITIVE),
    **_many("expn", WHOLE, POSITIVE),
    **_many("struve modstruve", ORDERS, POSITIVE, missing=(0,)),
    **_many("poch beta betaln gammainc gammaincc", POSITIVE, POSITIVE[::-1].copy()),
    **_many("gammaincinv gammainccinv", ORDERS, SHARE),
    **_many("binom", ORDERS + 2.0, POSITIVE[::-1] / 2.0),
    **_many("betainc betaincc betaincinv betainccinv", ORDERS, POSITIVE, SHARE),
    **_many("owens_t xlogy rel_entr kl_div agm elliprc", POSITIVE, POSITIVE[::-1].copy()),
    **_many("xlog1py", REALS, POSITIVE),
    **_many("powm1 boxcox boxcox1p", POSITIVE, REALS),
    **_many("inv_boxcox inv_boxcox1p", UNIT, REALS / 3.0),
    **_many("huber pseudo_huber", POSITIVE, REALS),
    **_many("diric", REALS, 3, fixed=(1,)),
    **_many("radian", REALS, REALS, REALS),
    **_many("ellipkinc ellipeinc ellipj", REALS, UNIT[::-1] ** 2),
    **_many("elliprf elliprg", POSITIVE, ORDERS, SHARE),
    **_many("elliprd", POSITIVE, ORDERS, SHARE, missing=(0, 1, 2)),
    **_many("chdtr chdtrc", ORDERS, POSITIVE),
    **_many("chdtri stdtrit", ORDERS, SHARE),
    **_many("stdtr", ORDERS, REALS),
    **_many("chndtr", POSITIVE, ORDERS, SHARE, missing=(1,)),
    **_many("fdtr fdtrc", ORDERS, POSITIVE, POSITIVE[::-1].copy()),
    **_many("gdtr gdtrc", SHARE, ORDERS, POSITIVE),
    **_many("fdtri", ORDERS, POSITIVE + 1.0, SHARE),
    **_many("gdtrix", POSITIVE, ORDERS, SHARE),
    **_many("gdtria", SHARE, ORDERS, POSITIVE),
    **_many("pdtr pdtrc", WHOLE + 0.5, POSITIVE, fixed=(0,)),
    **_many("pdtri", WHOLE, SHARE),
    **_many("gdtrib", SHARE, SHARE[::-1].copy(), POSITIVE),
    **_many("chdtriv pdtrik", SHARE * 0.6 + 0.2, ORDERS + 1.0),
    **_many("stdtridf", numpy.array([0.71, 0.74, 0.77]), numpy.array([0.65, 0.7, 0.8])),
    **_many("btdtria", SHARE, ORDERS, SHARE * 0.6 + 0.2),
    **_many("btdtrib", ORDERS, SHARE, SHARE * 0.6 + 0.2),
    **_many("kelvin", POSITIVE),
    **_many("hankel1e hankel2e", ORDERS, POSITIVE),
    **_many("sph_harm_y", WHOLE, -(WHOLE // 2), REALS[::-1].copy(), REALS),
    **_many("bdtr bdtrc bdtri", WHOLE + 0.5, WHOLE[::-1] + 5, SHARE, fixed=(0, 1)),
    **_many("nbdtr nbdtrc nbdtri", WHOLE, WHOLE[::-1] + 1, SHARE),
    **_many("nrdtrimn", SHARE[::-1].copy(), POSITIVE, REALS),
    **_many("nrdtrisd", REALS, SHARE, POSITIVE),
    **_many("hyp0f1", ORDERS, REALS, missing=(0,)),
    **_many("hyp1f1", ORDERS, POSITIVE, REALS, missing=(0, 1)),
    **_many("hyperu", ORDERS, SHARE, POSITIVE, missing=(0, 1)),
    **_many("hyp2f1", ORDERS, POSITIVE, ORDERS[::-1].copy(), UNIT, missing=(0, 1, 2)),
    **_many("wright_bessel log_wright_bessel", SHARE, ORDERS, POSITIVE, missing=(0, 1)),
    **_many("eval_legendre eval_laguerre eval_chebyt eval_chebyu eval_hermite", WHOLE, UNIT),
    **_many("eval_hermitenorm eval_chebyc eval_chebys", WHOLE, UNIT),
    **_many("eval_sh_legendre eval_sh_chebyt eval_sh_chebyu", WHOLE, SHARE),
    **_many("eval_genlaguerre eval_gegenbauer", WHOLE, POSITIVE, UNIT, missing=(1,)),
    **_many("eval_jacobi", WHOLE, POSITIVE, ORDERS, UNIT, missing=(1, 2)),
    **_many("eval_sh_jacobi", WHOLE, POSITIVE + 2.0, ORDERS, SHARE, missing=(1, 2)),
    **_many("lpmv", WHOLE // 3, WHOLE + 1, UNIT),
    **_many("voigt_profile", REALS, POSITIVE, SHARE),
    **_many("zeta", ORDERS + 1.0, POSITIVE),
    **_many("polygamma", WHOLE, POSITIVE, fixed=(0,)),
    **_many("multigammaln", ORDERS + 1.0, 3, fixed=(1,)),
    **_many("comb perm", ORDERS + 3.0, POSITIVE[::-1] / 2.0),
    **_many("softmax log_softmax logsumexp", REALS),
    **_many("lambertw", POSITIVE),
    **_many("wofz", REALS + 1j * POSITIVE),
}
CALLS = {name: call for name, call in CALLS.items() if hasattr(scipy.special, name)}
each_function = pytest.mark.parametrize("name", sorted(CALLS))


def parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def arrays(args: Any) -> list[Any]:
    """Arrays of ours in the place of NumPy's; numbers stay what they are."""
    return [np.array(a) if isinstance(a, numpy.ndarray) else a for a in args]


def data(value: Any) -> Any:
    return numpy.asarray(value._value if isinstance(value, np.ndarray) else value)


def floats(call: Call) -> list[int]:
    """The positions of the arguments that are floating point arrays."""
    found = [i for i, a in enumerate(call.args) if numpy.asarray(a).dtype.kind == "f"]
    return [i for i in found if i not in call.fixed and i not in call.missing]


def weighted(value: Any) -> Any:
    """One real number of all results, and of real and imaginary parts alike."""
    total: Any = 0.0
    for part in parts(value):
        size = numpy.asarray(data(part)).size
        weights = numpy.linspace(0.5, 1.5, size)
        if data(part).dtype.kind == "c":
            total = total + (part.real * weights).sum() + (part.imag * weights[::-1]).sum()
        else:
            total = total + (part * weights).sum()
    return total


#: What SciPy computes by iterations that end early.
ROUGH = {"stdtridf": 5e-5}


def differences(name: str, call: Call, place: int) -> Any:
    """The derivative of `weighted` by one argument, from four values of SciPy's function."""
    function = getattr(scipy.special, name)
    a = numpy.asarray(call.args[place])

    def at(i: int, step: float) -> float:
        moved = a.copy()
        moved[i] += step
        args = [*call.args]
        args[place] = moved
        return float(weighted(function(*args)))

    h = 1e-3 * numpy.maximum(0.1, numpy.abs(a))
    return numpy.array(
        [
            (8.0 * (at(i, h[i]) - at(i, -h[i])) - at(i, 2 * h[i]) + at(i, -2 * h[i])) / (12 * h[i])
            for i in range(a.size)
        ]
    )


def test_every_function_is_in_the_table() -> None:
    assert set(SPECIAL.__all__) == set(CALLS)


@each_function
def test_values_are_scipys(name: str) -> None:
    args = CALLS[name].args
    found = getattr(SPECIAL, name)(*arrays(args))
    model = getattr(scipy.special, name)(*args)
    for ours, theirs in zip(parts(found), parts(model), strict=True):
        assert isinstance(ours, np.ndarray)
        assert ours.dtype == numpy.asarray(theirs).dtype
        numpy.testing.assert_allclose(data(ours), theirs, rtol=3e-11, atol=1e-14)


#: SciPy promotes whole numbers and single precision to double precision.
SINGLE = [name for name, call in CALLS.items() if len(floats(call)) == len(call.args)]


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_single_precision_stays(name: str) -> None:
    call = CALLS[name]
    args = [a.astype(numpy.float32) for a in call.args]
    places, values = floats(call), arrays(args)
    with tf.GradientTape() as tape:
        tape.watch([values[i] for i in places])
        found = getattr(SPECIAL, name)(*values)
    model = getattr(scipy.special, name)(*args)
    assert [data(f).dtype for f in parts(found)] == [numpy.asarray(m).dtype for m in parts(model)]
    derivatives = tape.gradient(list(parts(found)), [values[i] for i in places])
    assert [d.dtype for d in derivatives] == [numpy.float32] * len(places)


@each_function
def test_derivatives_are_those_of_scipys_values(name: str) -> None:
    call = CALLS[name]
    for place in floats(call):
        values = arrays(call.args)
        with tf.GradientTape() as tape:
            tape.watch(values[place])
            y = weighted(getattr(SPECIAL, name)(*values))
        found = data(tape.gradient(y, values[place]))
        exact = differences(name, call, place)
        rtol = ROUGH.get(name, 2e-7)
        numpy.testing.assert_allclose(found, exact, rtol=rtol, atol=2e-8 * numpy.abs(exact).max())


@each_function
def test_second_derivatives_are_those_of_the_first(name: str) -> None:
    call = CALLS[name]
    for place in floats(call):
        values = arrays(call.args)
        x = values[place]
        direction = np.array(numpy.linspace(1.0, 2.0, x.size))

        def value(x: Any, values: Any = values, place: int = place) -> Any:
            return weighted(getattr(SPECIAL, name)(*values[:place], x, *values[place + 1 :]))

        slope = np.grad(value)
        if name.startswith("ellipr"):
            with pytest.raises(MissingGradientError, match="second derivatives of Carlson"):
                np.jvp(slope, (x,), (direction,))
            continue
        _, found = np.jvp(slope, (x,), (direction,))
        h = 1e-5
        exact = data(slope(x + h * direction) - slope(x - h * direction)) / (2.0 * h)
        scale = numpy.abs(exact).max()
        numpy.testing.assert_allclose(data(found), exact, rtol=1e-5, atol=1e-6 * scale + 1e-9)


@pytest.mark.parametrize("name", sorted(n for n, c in CALLS.items() if c.missing))
def test_what_has_no_derivative_is_refused(name: str) -> None:
    call = CALLS[name]
    for place in call.missing:
        values = arrays(call.args)
        with tf.GradientTape() as tape:
            tape.watch(values[place])
            y = getattr(SPECIAL, name)(*values)
        with pytest.raises(MissingGradientError, match=r"differentiated|not implemented"):
            tape.gradient(y, values[place])


@pytest.mark.parametrize("name", ["gammasgn", "round"])
def test_steps_have_a_derivative_of_zero(name: str) -> None:
    x = np.array(REALS)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = getattr(SPECIAL, name)(x)
    numpy.testing.assert_array_equal(data(tape.gradient(y, x)), 0.0)


@each_function
def test_docstring_has_a_summary_and_an_example_that_holds(name: str) -> None:
    text = getattr(SPECIAL, name).__doc__
    assert text.partition("\n")[0].endswith(".")
    lines = text.partition("Examples\n--------\n")[2].splitlines()
    assert lines[0] == ">>> import tapegrad.numpy as np"
    expression = lines[1].removeprefix(">>> ")
    shown = repr(eval(expression, {"np": np}))
    assert shown == "\n".join(lines[2:]).rstrip("\n")


@pytest.mark.parametrize("name", ["gammaln", "jv", "betainc", "airy", "eval_legendre"])
def test_scipys_own_functions_are_recorded(name: str) -> None:
    """Ufuncs of SciPy's find us by NumPy's protocol: of arrays, tensors and Variables."""
    call = CALLS[name]
    place = floats(call)[-1]
    for make in (np.array, tf.constant, tf.Variable):
        args: list[Any] = [*call.args]
        x = args[place] = make(args[place])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = getattr(scipy.special, name)(*args)
        kind = np.ndarray if make is np.array else tf.Tensor
        parts_of_y, seeds = parts(y), [numpy.linspace(0.5, 1.5, 5) for _ in parts(y)]
        found = tape.gradient(parts_of_y, x, output_gradients=seeds)
        assert isinstance(found, kind)
        numpy.testing.assert_allclose(
            numpy.asarray(found), differences(name, call, place), rtol=1e-6, atol=1e-9
        )


def test_functions_without_a_derivative_are_computed_and_refused_under_a_tape() -> None:
    x = np.array([1.0, 2.0])
    found = SPECIAL.mathieu_a(1, x)
    assert isinstance(found, np.ndarray)
    numpy.testing.assert_array_equal(data(found), scipy.special.mathieu_a(1, [1.0, 2.0]))
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(GradientLeakError, match="mathieu_a"):
            SPECIAL.mathieu_a(1, x)
        with pytest.raises(GradientLeakError, match="mathieu_a"):
            scipy.special.mathieu_a(1, x)
        with pytest.raises(GradientLeakError, match="hyp0f1"):
            SPECIAL.hyp0f1(1.5, x * (1.0 + 0.5j))
    nodes, weights = SPECIAL.roots_legendre(3)
    numpy.testing.assert_allclose(data(nodes) @ data(weights), 0.0, atol=1e-15)
    with pytest.raises(AttributeError, match="neither has scipy"):
        SPECIAL.no_such_function  # noqa: B018


def test_signatures_of_functions_are_scipys() -> None:
    for name in CALLS:
        ours, theirs = getattr(SPECIAL, name), inspect.unwrap(getattr(scipy.special, name))
        if isinstance(theirs, numpy.ufunc):
            continue
        if type(theirs).__name__ == "MultiUFunc":  # they take anything, and look at it later
            continue
        names = [p for p in inspect.signature(theirs).parameters if p != "kwargs"]
        assert list(inspect.signature(ours).parameters) == names, name


EDGES = {
    "gammaln": (numpy.array([0.0, -1.0, numpy.inf, -numpy.inf, numpy.nan, 1.0, 2.0]),),
    "psi": (numpy.array([0.0, -0.0, -1.0, numpy.inf, numpy.nan]),),
    "rgamma": (numpy.array([0.0, -1.0, -2.0, 180.0, numpy.inf]),),
    "loggamma": (numpy.array([-0.5, 0.0, 3.0]),),
    "expn": (numpy.array([0, 1, 1, 2]), numpy.array([0.0, 0.0, 1.0, numpy.inf])),
    "bdtr": (numpy.array([-1.0, 0.0, 5.0, 5.0, 6.0]), 5, numpy.array([0.5, 0.0, 0.5, 1.0, 0.5])),
    "bdtrc": (numpy.array([-1.0, 0.0, 5.0, 4.0, 6.0]), 5, numpy.array([0.5, 0.0, 0.5, 1.0, 0.5])),
    "chdtrc": (2.0, numpy.array([-1.0, 0.0, numpy.inf])),
    "chdtr": (2.0, numpy.array([0.0, 5.0, numpy.inf])),
    "stdtr": (numpy.array([1.0, 3.0, 3.0]), numpy.array([0.0, -numpy.inf, numpy.inf])),
    "huber": (numpy.array([-1.0, 0.0, 1.0, 1.0]), numpy.array([0.5, 0.5, 1.0, -1.0])),
    "pseudo_huber": (numpy.array([-1.0, 0.0, 1.0, 0.0]), numpy.array([0.5, 0.5, 0.0, 0.0])),
    "boxcox": (numpy.array([0.0, 1.0, 2.0, 2.0]), numpy.array([2.0, 0.0, 0.0, 1e-12])),
    "inv_boxcox": (numpy.array([-1.0, 1.0, 2.0]), numpy.array([1.0, 0.0, 1e-12])),
    "xlogy": (numpy.array([0.0, 0.0, 1.0]), numpy.array([0.0, numpy.nan, 0.0])),
    "voigt_profile": (
        numpy.array([0.0, 1.0, 1.0]),
        numpy.array([1.0, 0.0, 1.0]),
        numpy.array([0.0, 1.0, 0.0]),
    ),
    "agm": (numpy.array([1.0, 24.0, -1.0]), numpy.array([1.0, 6.0, -2.0])),
    "diric": (numpy.array([0.0, 2.0 * numpy.pi, -2.0 * numpy.pi, 4.0]), numpy.array([2, 2, 3, 4])),
    "comb": (numpy.array([5.0, 3.0, -1.0, 4.0]), numpy.array([2.0, 4.0, 1.0, 0.0])),
    "perm": (numpy.array([5.0, 3.0, -1.0, 4.0]), numpy.array([2.0, 4.0, 1.0, 0.0])),
    "eval_jacobi": (numpy.array([0.0, 1.0, 2.5]), 0.5, 0.5, numpy.array([1.0, -1.0, 0.5])),
    "softmax": (numpy.array([[-numpy.inf, 0.0], [1000.0, 1000.0]]),),
    "spherical_jn": (numpy.array([0, 1, 2]), numpy.array([0.0, 0.0, 0.0])),
}


@pytest.mark.parametrize("name", sorted(EDGES))
def test_edges_are_scipys(name: str) -> None:
    with numpy.errstate(all="ignore"):
        theirs = getattr(scipy.special, name)(*EDGES[name])
    ours = getattr(SPECIAL, name)(*arrays(EDGES[name]))
    numpy.testing.assert_allclose(data(ours), theirs, rtol=1e-12, atol=1e-15)


LOGSUMEXP: list[tuple[Any, dict[str, Any]]] = [
    (numpy.array([0.0, 1000.0]), {}),
    (numpy.arange(6.0).reshape(2, 3), {"axis": 0}),
    (numpy.arange(6.0).reshape(2, 3), {"axis": (0, 1), "keepdims": True}),
    (numpy.arange(6.0).reshape(2, 3), {"axis": -1, "b": numpy.array([1.0, 0.0, 2.0])}),
    (numpy.array([0.0, 1.0]), {"b": numpy.array([-2.0, 0.5]), "return_sign": True}),
    (numpy.array([0.0, numpy.inf]), {"b": numpy.array([1.0, 0.0])}),
    (numpy.array([1.0 + 1.0j, 2.0 - 0.5j]), {}),
    (numpy.array([1.0 + 1.0j, 2.0 - 0.5j]), {"return_sign": True}),
    (numpy.array([-numpy.inf, -numpy.inf]), {}),
    (numpy.array([3, 4]), {"return_sign": True}),
    (numpy.zeros((0, 2)), {"axis": 0}),
]


@pytest.mark.parametrize(("a", "options"), LOGSUMEXP, ids=str)
def test_logsumexp(a: Any, options: dict[str, Any]) -> None:
    theirs = scipy.special.logsumexp(a, **options)
    ours = SPECIAL.logsumexp(np.array(a), **options)
    for mine, model in zip(parts(ours), parts(theirs), strict=True):
        assert data(mine).shape == numpy.shape(model)
        numpy.testing.assert_allclose(data(mine), model, rtol=1e-13)


def test_options_of_ufuncs() -> None:
    x, out = np.array([0.5, 1.5]), np.zeros(2)
    assert SPECIAL.gammaln(x, out=out) is out
    numpy.testing.assert_allclose(data(out), scipy.special.gammaln([0.5, 1.5]))
    with pytest.raises(ValueError, match=r"could not be broadcast together with shapes \(2,\) "):
        SPECIAL.betainc(np.ones(2), np.ones(3), 0.5)
    with pytest.raises(TypeError, match="from 3 to 4 positional arguments but 1 were given"):
        SPECIAL.betainc(x)


def test_curvature_of_the_divergence_between_equal_numbers() -> None:
    x = np.array([1.3, 0.0, 2.0])
    y = np.array([1.3, 0.0, 1.0])
    slope = np.grad(lambda y: SPECIAL.kl_div(x, y).sum())
    numpy.testing.assert_allclose(data(slope(y)), [0.0, 1.0, -1.0])
    _, curvature = np.jvp(slope, (y,), (np.array([1.0, 0.0, 1.0]),))
    numpy.testing.assert_allclose(data(curvature), [1.0 / 1.3, 0.0, 2.0])


def is_elementwise(name: str) -> bool:
    """Whether there is one number for each of the argument's: no sums, no several results."""
    call = CALLS[name]
    found = getattr(scipy.special, name)(*call.args)
    return (
        not isinstance(found, tuple)
        and numpy.asarray(found).dtype == float
        and "softmax" not in name
        and numpy.shape(found) == (5,)
    )


@pytest.mark.parametrize(
    "name", [n for n in sorted(CALLS) if is_elementwise(n) and floats(CALLS[n])]
)
def test_jacobians_are_diagonal(name: str) -> None:
    call = CALLS[name]
    place = floats(call)[-1]
    values = arrays(call.args)

    def value(x: Any) -> Any:
        return getattr(SPECIAL, name)(*values[:place], x, *values[place + 1 :])

    slopes = np.grad(lambda x: value(x).sum())(values[place])
    jacobian = data(np.jacobian(value)(values[place]))
    numpy.testing.assert_allclose(jacobian, numpy.diag(data(slopes)), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", ["gammaln", "boxcox", "bdtr", "voigt_profile", "diric"])
def test_compiled_functions_do_the_same(name: str) -> None:
    values = arrays(CALLS[name].args)

    def gradient(x: Any) -> Any:
        others = values[1:] if name != "bdtr" else values[:2]
        args = (x, *others) if name != "bdtr" else (*others, x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = weighted(getattr(SPECIAL, name)(*args))
        return tape.gradient(y, x)

    x = values[0] if name != "bdtr" else values[2]
    compiled = tf.function(gradient)
    for point in (x, 0.9 * x):
        numpy.testing.assert_allclose(data(compiled(point)), data(gradient(point)), rtol=1e-12)


@pytest.mark.parametrize("name", [*COMPLEX])
def test_holomorphic_functions(name: str) -> None:
    """The derivative along a direction is that of differences in the plane."""
    z = REALS[1:] + 1j * POSITIVE[1:]
    orders = [ORDERS[1:]] if getattr(model_of(name), "nin", 1) == 2 else []

    def value(z: Any) -> Any:
        return getattr(SPECIAL, name)(*map(np.array, orders), z)

    model = getattr(scipy.special, name)
    numpy.testing.assert_allclose(data(value(np.array(z))), model(*orders, z), rtol=1e-11)
    if name == "psi":
        return
    tangent = numpy.array([1.0, 1j, 1.0 - 1j, 0.5j])
    _, found = np.jvp(value, (np.array(z),), (np.array(tangent),))
    h = 1e-5
    exact = (model(*orders, z + h * tangent) - model(*orders, z - h * tangent)) / (2.0 * h)
    numpy.testing.assert_allclose(data(found), exact, rtol=1e-7, atol=1e-9)


def test_riemanns_zeta_function_goes_on_below_one() -> None:
    x = numpy.array([-1.9, -0.5, 0.0, 0.5, 0.99, 1.5, 30.0])
    numpy.testing.assert_allclose(np.special.zeta(x)._value, scipy.special.zeta(x), rtol=1e-13)
    function: Any = np.special.zeta
    for order in (1, 2):
        function = np.elementwise_grad(function)
        expected = [float(mpmath.zeta(t, 1, order)) for t in x]
        numpy.testing.assert_allclose(function(x)._value, expected, rtol=1e-9)
    assert numpy.isnan(np.special.zeta(0.5, 1.0))
