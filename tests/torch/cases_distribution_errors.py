"""torch.distributions: what is refused, and in which words."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.torch.harness import case, raised, text


@case("torch.distributions")
def wrong_parameters_of_distributions(torch: Any) -> Any:
    D = torch.distributions
    wrong = torch.tensor([1.0, -1.0])
    made = (
        lambda: D.Normal(torch.tensor([0.0, float("nan")]), 1.0),
        lambda: D.Normal(0.0, wrong),
        lambda: D.Bernoulli(wrong),
        D.Bernoulli,
        lambda: D.Bernoulli(0.5, 0.5),
        lambda: D.Geometric(torch.zeros(2)),
        lambda: D.Uniform(wrong, 0.0),
        lambda: D.Categorical(torch.tensor(0.5)),
        lambda: D.Categorical(logits=torch.tensor(0.5)),
        lambda: D.Categorical(torch.tensor([0.5, -0.5])),
        D.Categorical,
        lambda: D.Normal("a", 1.0),
        lambda: D.Normal(torch.zeros(2), torch.ones(3)),
        lambda: D.Distribution.set_default_validate_args(3),
    )
    return [raised(make) for make in made]


@case("torch.distributions")
def whole_messages(torch: Any) -> Any:
    """Of errors that are longer than what is compared elsewhere."""
    D = torch.distributions
    messages = []
    for make in (
        lambda: D.Normal(0.0, torch.tensor([1.0, -1.0])),
        lambda: D.Bernoulli(torch.tensor([1.5])),
        lambda: D.Geometric(torch.zeros(2)),
        lambda: D.Bernoulli(0.5).log_prob(torch.tensor(0.5)),
        lambda: D.Uniform(0.0, 1.0).log_prob(torch.tensor([0.5, 2.0])),
        lambda: D.Categorical(torch.ones(2)).log_prob(torch.tensor([2])),
        lambda: D.Normal(torch.zeros(2), 1.0).log_prob(torch.zeros(3)),
        lambda: D.Normal(torch.zeros(2), 1.0).cdf(1.0),
        lambda: D.OneHotCategorical(torch.ones(3)).log_prob(torch.ones(2)),
    ):
        try:
            make()
        except ValueError as error:
            messages.append(str(error))
    return messages


@case("torch.distributions")
def unchecked(torch: Any) -> Any:
    D = torch.distributions
    loose = D.Normal(0.0, -1.0, validate_args=False)
    D.Distribution.set_default_validate_args(False)
    try:
        also = D.Bernoulli(torch.tensor(2.0))
    finally:
        D.Distribution.set_default_validate_args(True)
    kept = D.Bernoulli(0.5, validate_args=False).expand((2,))
    return (
        text(loose),
        text(also),
        loose.log_prob(torch.tensor(1.0)),
        kept.log_prob(torch.tensor([0.5, 2.0])),
    )


@case("torch.distributions")
def base_classes(torch: Any) -> Any:
    D = torch.distributions

    class Bare(D.Distribution):
        pass

    class Own(D.Normal):
        def __init__(self, loc: Any) -> None:
            super().__init__(loc, 1.0)

    bare = Bare((2,), (3,), validate_args=False)
    answers = [
        raised(lambda n=n: getattr(bare, n))
        for n in ("arg_constraints", "support", "mean", "mode", "variance", "stddev")
    ]
    answers += [raised(lambda n=n: getattr(bare, n)()) for n in ("sample", "rsample", "entropy")]
    answers += [raised(lambda n=n: getattr(bare, n)(1)) for n in ("log_prob", "cdf", "icdf")]
    answers += [raised(lambda: Own(torch.zeros(2)).expand((3, 2)))]
    return answers, bare.batch_shape, bare.event_shape, bare._extended_shape((4,))


@case("torch.distributions")
def of_users(torch: Any) -> Any:
    """A distribution of one's own, and one by its exponential family."""
    D = torch.distributions

    class Triangle(D.Distribution):
        arg_constraints: ClassVar[Any] = {"width": D.constraints.positive}
        has_rsample = True

        def __init__(self, width: Any, validate_args: Any = None) -> None:
            self.width = width
            super().__init__(width.shape, validate_args=validate_args)

        @D.constraints.dependent_property(is_discrete=False, event_dim=0)
        def support(self) -> Any:
            return D.constraints.interval(-self.width, self.width)

        def log_prob(self, value: Any) -> Any:
            if self._validate_args:
                self._validate_sample(value)
            return ((1 - value.abs() / self.width) / self.width).log()

    class Rate(D.ExponentialFamily):
        arg_constraints: ClassVar[Any] = {"rate": D.constraints.positive}
        support = D.constraints.nonnegative
        _mean_carrier_measure = 0

        def __init__(self, rate: Any) -> None:
            self.rate = rate
            super().__init__(rate.shape)

        @property
        def _natural_params(self) -> Any:
            return (-self.rate,)

        def _log_normalizer(self, x: Any) -> Any:
            return -torch.log(-x)

    width = torch.tensor([1.0, 2.0], requires_grad=True)
    d = Triangle(width)
    y = d.log_prob(torch.tensor([0.5, 0.5]))
    y.sum().backward()
    return (
        y.detach(),
        width.grad,
        text(d),
        raised(lambda: d.log_prob(torch.tensor([1.5, 0.0]))),
        raised(lambda: Triangle(-width)),
        Rate(torch.tensor([0.5, 2.0])).entropy().detach(),
        (Triangle.support.is_discrete, Triangle.support.event_dim),
    )


@case("torch.distributions")
def a_policy_gradient(torch: Any) -> Any:
    """REINFORCE with given actions, and the pathwise gradient of a normal sample."""
    D = torch.distributions
    logits = torch.tensor([[0.1, 0.2, -0.3], [0.0, 1.0, 0.5]], requires_grad=True)
    actions, rewards = torch.tensor([2, 1]), torch.tensor([1.0, -0.5])
    policy = D.Categorical(logits=logits)
    loss = -(policy.log_prob(actions) * rewards).mean() - 0.01 * policy.entropy().mean()
    loss.backward()
    loc = torch.tensor([0.5, -1.0], requires_grad=True)
    scale = torch.tensor([0.5, 2.0], requires_grad=True)
    x = D.Normal(loc, scale).rsample((10,))
    x.sum().backward()
    z = ((x - loc) / scale).detach().sum(0)
    return loss.detach(), logits.grad, loc.grad, torch.allclose(scale.grad, z, atol=1e-4)
