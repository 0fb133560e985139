"""torch.distributions.transforms, constraints and the transforms that lead to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.torch.harness import case, raised, text

#: A transform and the shape of what it is applied to; values are positive where it asks for it.
TRANSFORMS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "exp": (lambda t: t.ExpTransform(), (2, 3)),
    "log": (lambda t: t.ExpTransform().inv, (2, 3)),
    "sigmoid": (lambda t: t.SigmoidTransform(), (2, 3)),
    "softplus": (lambda t: t.SoftplusTransform(), (2, 3)),
    "tanh": (lambda t: t.TanhTransform(), (2, 3)),
    "absolute": (lambda t: t.AbsTransform(), (2, 3)),
    "affine": (lambda t: t.AffineTransform(1.0, -2.0), (2, 3)),
    "affine_events": (lambda t: t.AffineTransform(1.0, 3.0, event_dim=1), (2, 3)),
    "softmax": (lambda t: t.SoftmaxTransform(), (2, 3)),
    "stick_breaking": (lambda t: t.StickBreakingTransform(), (2, 3)),
    "lower_cholesky": (lambda t: t.LowerCholeskyTransform(), (2, 3, 3)),
    "positive_definite": (lambda t: t.PositiveDefiniteTransform(), (2, 3, 3)),
    "corr_cholesky": (lambda t: t.CorrCholeskyTransform(), (2, 6)),
    "reshape": (lambda t: t.ReshapeTransform((4,), (2, 2)), (3, 4)),
    "identity": (lambda t: t.identity_transform, (2, 3)),
    "composed": (
        lambda t: t.ComposeTransform([t.AffineTransform(0.5, 2.0), t.StickBreakingTransform()]),
        (2, 3),
    ),
    "independent": (lambda t: t.IndependentTransform(t.ExpTransform(), 1), (2, 3)),
    "cat": (lambda t: t.CatTransform([t.ExpTransform(), t.TanhTransform()], 1, [1, 2]), (2, 3)),
    "cat_of_events": (
        lambda t: t.CatTransform([t.StickBreakingTransform(), t.identity_transform], 0, [2, 1]),
        (3, 3),
    ),
    "stack": (lambda t: t.StackTransform([t.ExpTransform(), t.TanhTransform()], 0), (2, 3)),
}


def answer(compute: Callable[[], Any]) -> Any:
    """A value, or what is raised; an attribute that depends on a class is an AttributeError."""
    try:
        return compute()
    except (NotImplementedError, ValueError, AttributeError) as error:
        return type(error).__name__


def _transform_case(topic: str, make: Callable[[Any], Any], shape: tuple[int, ...]) -> None:
    def run(torch: Any) -> Any:
        t = make(torch.distributions.transforms)
        count = torch.Size(shape).numel()
        x = torch.linspace(-0.9, 1.1, count, dtype=torch.float64).reshape(shape)
        x = (x.abs() + 0.1 if topic == "log" else x).requires_grad_()
        y = t(x)
        weights = torch.linspace(0.5, 1.5, y.numel(), dtype=y.dtype).reshape(y.shape)
        (g,) = torch.autograd.grad((weights * y).sum(), [x], create_graph=True)
        (h,) = torch.autograd.grad(g.square().sum() + x.sum(), [x])
        jacobian = answer(lambda: t.log_abs_det_jacobian(x, y).detach())
        back = t.inv(y)
        (b,) = torch.autograd.grad((back * back).sum(), [x])
        return {
            "images": (y.detach(), back.detach(), jacobian),
            "gradients": (g.detach(), h, b),
            "shapes": (
                answer(lambda: t.forward_shape(x.shape)),
                answer(lambda: t.inverse_shape(y.shape)),
            ),
            "facts": (t.bijective, answer(lambda: t.sign), answer(lambda: t.event_dim)),
            "sets": (text(t.domain), text(t.codomain)),
            "text": text(t) + text(t.inv),
        }

    run.__name__ = f"transform_{topic}"
    case("torch.distributions.transforms", rtol=1e-8)(run)


for _topic, _entry in TRANSFORMS.items():
    _transform_case(_topic, *_entry)


@case("torch.distributions.transforms")
def caches_and_equality(torch: Any) -> Any:
    t = torch.distributions.transforms
    x = torch.ones(2)
    cached = t.ExpTransform(cache_size=1)
    y = cached(x)
    plain = t.ExpTransform()
    twice = t.ComposeTransform([t.ExpTransform(), t.AffineTransform(0.0, 2.0)])

    class Own(t.Transform):
        def __init__(self, power: Any) -> None:
            super().__init__()

    return (
        cached.inv(y) is x,
        cached(x) is y,
        plain.inv(plain(x)) is x,
        plain == t.ExpTransform(),
        plain == cached,
        plain != t.TanhTransform(),
        plain.inv == t.ExpTransform().inv,
        plain.inv.inv is plain,
        t.AffineTransform(0.0, 2.0) == t.AffineTransform(0.0, 2.0),
        t.AffineTransform(0.0, 2.0) == t.AffineTransform(0.0, 3.0),
        t.AffineTransform(x, 2.0) == t.AffineTransform(torch.ones(2), 2.0),
        t.PowerTransform(x) == t.PowerTransform(2 * x),
        twice == t.ComposeTransform([t.ExpTransform(), t.AffineTransform(0.0, 2.0)]),
        twice.with_cache(1).parts[0]._cache_size,
        cached.with_cache(1) is cached,
        cached.with_cache(0)._cache_size,
        raised(lambda: t.ExpTransform(cache_size=2)),
        answer(lambda: Own(2.0).with_cache(1)),
        raised(lambda: t.ReshapeTransform((2,), (3,))),
        raised(lambda: t.ReshapeTransform((2,), (1, 2)).forward_shape((3,))),
        raised(lambda: t.StickBreakingTransform().forward_shape(())),
        raised(lambda: t.CorrCholeskyTransform().forward_shape((4,))),
        raised(lambda: t.CorrCholeskyTransform().inverse_shape((4, 3))),
        raised(lambda: t.CatTransform([t.ExpTransform()], 0, [1, 2])),
        raised(lambda: t.StackTransform([t.ExpTransform()], 0)(torch.ones(2))),
        raised(lambda: t.StackTransform([t.ExpTransform()], 1)(torch.ones(2))),
    )


@case("torch.distributions.transforms")
def of_tensors(torch: Any) -> Any:
    t = torch.distributions.transforms
    exponent = torch.tensor([2.0, -1.0], dtype=torch.float64, requires_grad=True)
    scale = torch.tensor([[2.0], [-3.0]], dtype=torch.float64, requires_grad=True)
    x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    power, affine = t.PowerTransform(exponent), t.AffineTransform(1.0, scale)
    y, z = power(x), affine(x)
    sums = y.sum() + power.log_abs_det_jacobian(x, y).sum() + z.sum()
    sums = sums + affine.log_abs_det_jacobian(x.expand(2, 2), z).sum()
    found = torch.autograd.grad(sums, [exponent, scale, x])
    signs = power.sign.detach(), affine.sign.detach()
    shapes = power.forward_shape((3, 1)), affine.inverse_shape((2,))
    d = torch.distributions.Uniform(torch.zeros(2), 4.0)
    by_cdf = t.CumulativeDistributionTransform(d)
    return y.detach(), z.detach(), found, signs, shapes, by_cdf(x.detach()), text(by_cdf.domain)


VALUES: tuple[Any, ...] = (-1.0, 0.0, 0.5, 1.0, 2.0, float("nan"))


@case("torch.distributions.constraints")
def single_numbers(torch: Any) -> Any:
    c = torch.distributions.constraints
    x = torch.tensor(VALUES)
    found = {}
    for name in (
        *("boolean", "nonnegative", "nonnegative_integer", "positive", "positive_integer"),
        *("real", "unit_interval"),
    ):
        known = getattr(c, name)
        found[name] = (known.check(x), text(known), known.is_discrete, known.event_dim)
    for known in (
        c.greater_than(0.5),
        c.greater_than_eq(0.5),
        c.less_than(0.5),
        c.interval(0.0, 1.0),
        c.half_open_interval(0.0, 1.0),
        c.integer_interval(0, 1),
    ):
        found[text(known)] = (known.check(x), known.is_discrete)
    return found


@case("torch.distributions.constraints")
def whole_events(torch: Any) -> Any:
    c = torch.distributions.constraints
    v = torch.tensor([[0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.5, 0.6, 0.7], [2.0, -1.0, 0.0]])
    m = torch.tensor([[[1.0, 0.0], [0.5, 2.0]], [[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]])
    found = {name: getattr(c, name).check(v) for name in ("simplex", "one_hot", "real_vector")}
    found["multinomial"] = c.multinomial(1).check(v)
    for name in (
        *("lower_triangular", "lower_cholesky", "corr_cholesky", "square", "symmetric"),
        *("positive_definite", "positive_semidefinite"),
    ):
        known = getattr(c, name)
        found[name] = (known.check(m), text(known), known.event_dim)
    found["not square"] = [
        getattr(c, name).check(m[:, :1])
        for name in ("square", "symmetric", "positive_definite", "positive_semidefinite")
    ]
    both = c.cat([c.positive, c.real], 1, [1, 2])
    each = c.stack([c.positive, c.real, c.boolean], -1)
    mixed = c.MixtureSameFamilyConstraint(c.simplex)
    known = c.independent(c.positive, 1)
    return (
        found,
        (both.check(v), both.event_dim, both.is_discrete),
        (each.check(v), each.event_dim, each.is_discrete),
        (mixed.check(v), text(mixed), mixed.event_dim, mixed.is_discrete),
        (known.check(v), text(known), known.event_dim),
        text(c.independent(c.interval(0, 1), 2)),
        raised(lambda: known.check(torch.tensor(1.0))),
        raised(lambda: c.dependent.check(v)),
        raised(lambda: c.dependent.event_dim),
        raised(lambda: c.dependent.is_discrete),
        c.dependent(event_dim=2).event_dim,
        (c.is_dependent(c.dependent), c.is_dependent(c.real)),
        text(c.dependent),
    )


@case("torch.distributions.constraints")
def registries(torch: Any) -> Any:
    d, c = torch.distributions, torch.distributions.constraints
    x = torch.tensor([[0.5, -1.0, 0.3], [0.1, 0.2, 2.0]])
    found = {}
    for known in (
        *(c.real, c.positive, c.nonnegative, c.greater_than(2.0), c.greater_than_eq(2.0)),
        *(c.less_than(2.0), c.unit_interval, c.interval(1.0, 3.0), c.half_open_interval(0.0, 2.0)),
        *(c.simplex, c.real_vector, c.independent(c.positive, 1), c.corr_cholesky),
        *(c.cat([c.positive, c.real], 1, [1, 2]), c.stack([c.positive, c.simplex], 0)),
    ):
        for name in ("biject_to", "transform_to"):
            t = getattr(d, name)(known)
            y = t(x)
            found[name + text(known)] = (text(t), y, bool(known.check(y).all()))
    square = x[:, :2]
    for known in (c.lower_cholesky, c.positive_definite, c.positive_semidefinite):
        found[text(known)] = d.transform_to(known)(square)

    class Even(c.Constraint):
        pass

    refused = raised(lambda: d.biject_to(Even())), raised(lambda: d.biject_to.register(3, None)(4))
    d.biject_to.register(Even, lambda _: d.ExpTransform())
    own = text(d.biject_to(Even()))
    no = raised(lambda: d.biject_to(c.multinomial(3))), raised(lambda: d.biject_to(c.boolean))
    return found, refused, own, no
