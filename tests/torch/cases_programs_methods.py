"""Programs as users write them: higher derivatives, policies, hooks, checkpoints, loaders."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case
from tests.torch.program_parts import filled, losses, text, wave

_RTOL = 2e-4


@case("methods", rtol=1e-3)
def rosenbrock_by_lbfgs(torch: Any) -> Any:
    p = torch.tensor([-1.5, 1.5], requires_grad=True)
    optimizer = torch.optim.LBFGS([p], lr=0.5, max_iter=8, line_search_fn="strong_wolfe")
    calls = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
        loss.backward()
        calls.append(1)
        return loss

    last = [optimizer.step(closure) for _ in range(3)]
    return p, len(calls), losses(last[:2])


@case("methods", rtol=_RTOL)
def hooks_of_layers_in_a_program(torch: Any) -> Any:
    nn = torch.nn
    model = filled(torch, nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)))
    log: list[Any] = []

    def doubled(module: Any, args: Any, output: Any) -> Any:
        log.append(("forward", type(module).__name__, tuple(output.shape)))
        return output * 2

    handle = model[1].register_forward_hook(doubled)
    model[0].register_full_backward_hook(
        lambda module, gi, go: log.append(("backward", gi[0] is None, float(go[0].sum())))
    )
    model[2].weight.register_hook(lambda g: g * 0.5)
    model.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    x = wave(torch, 2, 3)
    y = model(x)
    y.sum().backward()
    handle.remove()
    return y, model[2].weight.grad, model[0].weight.grad, log, model(x)


@case("methods", rtol=_RTOL)
def a_function_with_its_own_derivative(torch: Any) -> Any:
    class Cube(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any, k: float) -> Any:
            ctx.save_for_backward(x)
            ctx.k = k
            return x**3 * k

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return g * 3 * x**2 * ctx.k, None

    x = wave(torch, 4).double().requires_grad_()
    y = Cube.apply(x, 2.0)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    g.register_hook(lambda h: h * 1.5)
    (h,) = torch.autograd.grad(g.sum(), x)
    right = torch.autograd.gradcheck(lambda t: Cube.apply(t, 2.0), (x,))
    return y, g, h, y.grad_fn.name(), right


@case("methods")
def loaders_and_collation(torch: Any) -> Any:
    data, pad = torch.utils.data, torch.nn.utils.rnn.pad_sequence

    class Items(data.Dataset):  # type: ignore[misc, name-defined]
        def __len__(self) -> int:
            return 7

        def __getitem__(self, i: int) -> Any:
            return {"x": torch.full((i % 3 + 1,), float(i)), "y": i}

    def collate(batch: Any) -> Any:
        x = pad([item["x"] for item in batch], batch_first=True)
        return x, torch.tensor([item["y"] for item in batch])

    padded = list(data.DataLoader(Items(), batch_size=3, collate_fn=collate))
    pairs = data.TensorDataset(wave(torch, 5, 2), torch.arange(5))
    parts = data.random_split(pairs, [3, 2])
    batches = [tuple(x.shape) for x, _ in data.DataLoader(pairs, 2, drop_last=True)]
    joined = data.ConcatDataset([pairs, data.Subset(pairs, [4, 0])])
    plain = next(iter(data.DataLoader(Items(), batch_size=1, sampler=[3])))
    indices = data.BatchSampler(data.SequentialSampler(range(5)), 2, drop_last=True)
    return (
        padded,
        [len(p) for p in parts],
        batches,
        [int(joined[i][1]) for i in range(len(joined))],
        plain,
        [[int(i) for i in batch] for batch in indices],
    )


@case("methods", rtol=_RTOL)
def reinforce_on_a_bandit(torch: Any) -> Any:
    policy = filled(torch, torch.nn.Linear(2, 3))
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.1)
    state, rewards = torch.tensor([[1.0, -0.5]]), torch.tensor([0.0, 1.0, 0.5])
    seen, baseline = [], 0.0
    for step in range(6):
        log_p = torch.log_softmax(policy(state), dim=-1)[0]
        action = step % 3
        reward = rewards[action].item()
        loss = -(reward - baseline) * log_p[action] - 0.01 * -(log_p.exp() * log_p).sum()
        baseline = 0.9 * baseline + 0.1 * reward
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss)
    return losses(seen), policy.weight, policy(state).softmax(-1)


@case("methods", rtol=_RTOL)
def learning_to_learn(torch: Any) -> Any:
    weights = {
        "w": (0.1 * wave(torch, 4, 1)).requires_grad_(),
        "b": torch.zeros(4, requires_grad=True),
        "v": (0.2 * wave(torch, 1, 4, step=1.3)).requires_grad_(),
    }
    outer = torch.optim.Adam(weights.values(), lr=1e-2)

    def model(p: Any, x: Any) -> Any:
        hidden = torch.tanh(torch.nn.functional.linear(x, p["w"], p["b"]))
        return torch.nn.functional.linear(hidden, p["v"])

    x = torch.linspace(-2, 2, 8)[:, None]
    seen = []
    for _ in range(3):
        outer.zero_grad()
        total = torch.zeros(())
        for phase in (0.0, 0.5, 1.0):
            y, fast = torch.sin(x + phase), dict(weights)
            for _ in range(2):
                loss = torch.nn.functional.mse_loss(model(fast, x[:4]), y[:4])
                grads = torch.autograd.grad(loss, list(fast.values()), create_graph=True)
                fast = {k: p - 0.1 * g for (k, p), g in zip(fast.items(), grads, strict=True)}
            total = total + torch.nn.functional.mse_loss(model(fast, x[4:]), y[4:])
        total.backward()
        outer.step()
        seen.append(total)
    return losses(seen), weights


@case("methods", rtol=_RTOL)
def a_neural_differential_equation(torch: Any) -> Any:
    nn = torch.nn
    field = filled(torch, nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 2)))
    optimizer = torch.optim.Adam(field.parameters(), 5e-3)
    start, goal, h = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), 0.1

    def solved() -> Any:
        y = start
        path = [y]
        for _ in range(10):
            k1 = field(y)
            k2 = field(y + h / 2 * k1)
            k3 = field(y + h / 2 * k2)
            k4 = field(y + h * k3)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            path.append(y)
        return torch.cat(path)

    seen = []
    for _ in range(4):
        loss = (solved()[-1:] - goal).pow(2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss)
    with torch.no_grad():
        return losses(seen), solved()


@case("methods", rtol=_RTOL)
def weights_averaged_by_hand(torch: Any) -> Any:
    model = filled(torch, torch.nn.Linear(3, 2))
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [
            torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=3),
            torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.8),
        ],
        milestones=[3],
    )
    x, y = wave(torch, 5, 3), wave(torch, 5, 2, step=0.4)
    rates = []
    for i in range(6):
        optimizer.zero_grad()
        (model(x) - y).square().mean().backward()
        optimizer.step()
        rates.append(schedule.get_last_lr()[0])
        schedule.step()
        for k, v in model.state_dict().items():
            average[k].add_((v - average[k]) / (i + 2))
    model.load_state_dict(average)
    return rates, model(x)


@case("methods", rtol=_RTOL)
def products_with_the_hessian(torch: Any) -> Any:
    func, F = torch.func, torch.autograd.functional

    def energy(x: Any) -> Any:
        return (x[:-1] * x[1:]).sin().sum() + (x**4).sum() / 4

    x, v = wave(torch, 4).double(), wave(torch, 4, step=0.3).double()
    y = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(energy(y), y, create_graph=True)
    (reverse,) = torch.autograd.grad(g @ v, y)
    forward = func.jvp(func.grad(energy), (x,), (v,))[1]
    matrix = func.hessian(energy)(x)
    return reverse, forward, F.hvp(energy, x, v), matrix, F.hessian(energy, x), matrix @ v


@case("methods", rtol=_RTOL)
def accumulated_and_checkpointed(torch: Any) -> Any:
    checkpoint = torch.utils.checkpoint.checkpoint
    nn = torch.nn
    found = []
    for is_checkpointed in (False, True):
        model = filled(torch, nn.Sequential(nn.Linear(3, 5), nn.ELU(), nn.Linear(5, 5), nn.ReLU()))
        head = filled(torch, nn.Linear(5, 1))
        x = wave(torch, 4, 3)
        for part in x.split(2):
            hidden = (
                checkpoint(model, part, use_reentrant=False) if is_checkpointed else model(part)
            )
            (head(hidden).square().mean() / 2).backward()
        before = nn.utils.clip_grad_norm_([*model.parameters(), *head.parameters()], 0.1)
        nn.utils.clip_grad_value_(head.parameters(), 0.02)
        found.append((before, model[0].weight.grad, head.weight.grad))
    return found


@case("methods", rtol=_RTOL)
def surgery_on_states(torch: Any) -> Any:
    nn = torch.nn
    source = filled(torch, nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)))
    target = nn.ModuleDict({"body": nn.Linear(2, 3), "norm": nn.BatchNorm1d(3)})
    state = source.state_dict()
    renamed = {
        k.replace("0.", "body.", 1).replace("1.", "norm.", 1): v.clone() for k, v in state.items()
    }
    first = text(target.load_state_dict(renamed))
    del renamed["body.bias"]
    renamed["head.weight"] = torch.zeros(1)
    loose = target.load_state_dict(renamed, strict=False)
    try:
        target.load_state_dict(renamed)
        message = ""
    except RuntimeError as error:
        message = str(error)
    renamed["body.weight"] = torch.zeros(4, 2)
    try:
        target.load_state_dict(renamed, strict=False)
        other = ""
    except RuntimeError as error:
        other = str(error)
    same = torch.equal(target["body"].weight, source[0].weight)
    return list(state), first, loose.missing_keys, loose.unexpected_keys, message, other, same


@case("methods", rtol=_RTOL)
def mixed_types(torch: Any) -> Any:
    model = filled(torch, torch.nn.Linear(3, 2)).double()
    x = wave(torch, 4, 3)
    try:
        model(x)
        message = ""
    except RuntimeError as error:
        message = str(error)
    y = model(x.double())
    half = y.half() + torch.tensor(1.0)
    whole = torch.arange(4)[:, None] * half
    sums = [whole.dtype, (whole > 1).sum().dtype, (torch.arange(3) / 2).dtype, whole.int().dtype]
    loss = torch.nn.functional.mse_loss(y.float(), torch.ones(4, 2))
    loss.backward()
    complexes = torch.fft.rfft(x, dim=0).abs().pow(2).sum()
    return message, half, sums, loss, model.weight.grad, complexes


@case("methods", rtol=_RTOL)
def an_odd_assortment(torch: Any) -> Any:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = (x @ x.T).trace() + x.max(dim=1).values.sum() + torch.einsum("ij,ij->", x, x) + x.std()
    y = y + torch.logsumexp(x, (0, 1)) + torch.linalg.slogdet(x)[1]
    y.backward()
    a = torch.arange(6).view(2, 3)
    try:
        x.add_(1)
        message = ""
    except RuntimeError as error:
        message = str(error)
    z = x.clone()
    z[0] = 0
    z.sum().backward()
    with torch.no_grad():
        w = x * 2
    rate = torch.optim.lr_scheduler.LambdaLR(
        torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], 1.0), lambda epoch: 0.5**epoch
    )
    return (
        [y, x.grad, message, w.requires_grad, torch.is_grad_enabled()],
        text([a[:, [0, 2]], a[a > 2], a.float().mean(0, keepdim=True), a.unfold(1, 2, 1)]),
        text([x, x.grad_fn, z, torch.topk(torch.tensor([1.0, 3.0, 2.0]), 2)]),
        text([torch.unique(torch.tensor([1, 1, 2]), return_counts=True), torch.where(a > 2)]),
        text([torch.nn.functional.one_hot(torch.tensor([0, 2])), rate.get_last_lr()]),
        [a.T.contiguous().is_contiguous(), a.expand(2, 2, 3).stride(), a.tolist()],
    )
