"""torch.nn: modules, layers, states, hooks."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised, text


def filled(torch: Any, *shape: int) -> Any:
    """Numbers that look random and are the same everywhere."""
    count = 1
    for n in shape:
        count *= n
    numbers = torch.arange(count, dtype=torch.float64)
    return ((numbers * 12.9898 + 78.233).sin() * 2.0).reshape(shape)


def fixed(torch: Any, module: Any) -> Any:
    """A module in double precision with such numbers for parameters."""
    module = module.double()
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(filled(torch, *p.shape) * 0.3)
    return module


def ran(torch: Any, module: Any, *inputs: Any, **options: Any) -> Any:
    """What a module gives, and the gradients of a sum of that."""
    module = fixed(torch, module)
    xs = [x.requires_grad_() if x.is_floating_point() else x for x in inputs]
    results = module(*xs, **options)
    parts = results if isinstance(results, tuple) else (results,)
    tensors = [t for p in parts for t in (p if isinstance(p, tuple) else (p,)) if t is not None]
    sum((t * filled(torch, *t.shape).exp()).sum() for t in tensors if t.requires_grad).backward()
    gradients = [p.grad for p in module.parameters()] + [getattr(x, "grad", None) for x in xs]
    return [t.detach() for t in tensors], gradients, list(module.state_dict())


LAYERS = {
    "linear": (lambda nn: nn.Linear(3, 2), (4, 3)),
    "conv1d": (lambda nn: nn.Conv1d(2, 4, 3, padding="same", padding_mode="circular"), (1, 2, 6)),
    "conv2d": (lambda nn: nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2), (2, 2, 5, 5)),
    "conv3d": (lambda nn: nn.Conv3d(1, 2, 2, dilation=2), (1, 1, 3, 4, 4)),
    "conv_transpose": (lambda nn: nn.ConvTranspose2d(2, 3, 3, 2, 1, 1), (1, 2, 3, 3)),
    "batch_norm": (lambda nn: nn.BatchNorm2d(3), (2, 3, 2, 2)),
    "instance_norm": (lambda nn: nn.InstanceNorm1d(2, affine=True), (2, 2, 4)),
    "group_norm": (lambda nn: nn.GroupNorm(2, 4), (2, 4, 3)),
    "layer_norm": (lambda nn: nn.LayerNorm((2, 3)), (4, 2, 3)),
    "rms_norm": (lambda nn: nn.RMSNorm(3), (4, 3)),
    "prelu": (lambda nn: nn.PReLU(3), (2, 3)),
    "rnn": (lambda nn: nn.RNN(2, 3, nonlinearity="relu", bidirectional=True), (3, 2, 2)),
    "lstm": (lambda nn: nn.LSTM(2, 3, 2, batch_first=True), (2, 3, 2)),
    "gru": (lambda nn: nn.GRU(2, 3), (3, 2)),
    "lstm_cell": (lambda nn: nn.LSTMCell(2, 3), (4, 2)),
    "encoder": (lambda nn: nn.TransformerEncoderLayer(4, 2, 6, 0.0), (3, 2, 4)),
    "sequential": (lambda nn: nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1)), (4, 3)),
}


def _layer_case(name: str, make: Any, shape: tuple[int, ...]) -> None:
    def run(torch: Any) -> Any:
        module = make(torch.nn)
        return text(module), ran(torch, module, filled(torch, *shape))

    run.__name__ = f"layer_{name}"
    case("torch.nn")(run)


for _name, (_make, _shape) in LAYERS.items():
    _layer_case(_name, _make, _shape)


@case("torch.nn")
def attention_with_masks(torch: Any) -> Any:
    x = filled(torch, 3, 2, 4)
    mask = torch.tensor([[False, True, True], [False, False, True], [False, False, False]])
    return ran(torch, torch.nn.MultiheadAttention(4, 2), x, x, x, attn_mask=mask)


@case("state_dict")
def messages_of_a_state_that_does_not_fit(torch: Any) -> Any:
    module = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1))
    state = module.state_dict()
    state["0.weight"] = torch.ones(3)
    state["more"] = state.pop("1.bias")
    module.load_state_dict(state)


@case("state_dict")
def a_state_that_does_not_fit_loaded_all_the_same(torch: Any) -> Any:
    module = torch.nn.Linear(2, 1)
    found = module.load_state_dict({"weight": torch.ones(1, 2), "other": torch.ones(1)}, False)
    return text(found), module.weight


@case("state_dict")
def texts_of_loading(torch: Any) -> Any:
    module = torch.nn.Linear(2, 1)
    return text(module.load_state_dict(module.state_dict()))


@case("Module")
def names_of_what_is_inside(torch: Any) -> Any:
    nn = torch.nn
    shared = nn.Linear(1, 1)
    module = nn.ModuleDict({"a": shared, "b": nn.ModuleList([shared, nn.ReLU()])})
    return (
        [name for name, _ in module.named_modules()],
        [name for name, _ in module.named_parameters()],
        [name for name, _ in module.named_children()],
        text(module),
    )


@case("Module")
def wrong_assignments(torch: Any) -> Any:
    module = torch.nn.Linear(1, 1)
    return (
        raised(lambda: setattr(module, "weight", torch.ones(1))),
        raised(lambda: module.register_parameter("a.b", None)),
        raised(lambda: module.register_buffer("weight", torch.ones(1))),
        raised(lambda: module.add_module("x", 3)),
        raised(lambda: module.nothing),
        raised(lambda: torch.nn.Module()(1)),
    )


@case("Module")
def types_and_modes(torch: Any) -> Any:
    module = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Dropout())
    module.to(torch.float64).eval()
    buffer = torch.nn.BatchNorm1d(1).half().num_batches_tracked
    wrong = raised(lambda: module.to(torch.int64))
    return module[0].weight.dtype, module[1].training, buffer, wrong


@case("hooks")
def hooks_of_modules(torch: Any) -> Any:
    seen = []
    module = fixed(torch, torch.nn.Linear(2, 1))
    module.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
    module.register_forward_hook(lambda m, args, out: seen.append(args[0].detach()) or out + 1)
    module.register_full_backward_hook(lambda m, gin, gout: seen.extend([gin[0], gout[0]]))
    x = filled(torch, 3, 2).requires_grad_()
    module(x).sum().backward()
    return seen, x.grad


@case("hooks")
def a_backward_hook_that_replaces(torch: Any) -> Any:
    module = fixed(torch, torch.nn.Linear(2, 1))
    module.register_full_backward_hook(lambda m, gin, gout: (gin[0] * 10,))
    module.register_full_backward_pre_hook(lambda m, gout: (gout[0] * 3,))
    x = filled(torch, 1, 2).requires_grad_()
    module(x).sum().backward()
    return x.grad, module.weight.grad


@case("errors of layers")
def shapes_that_do_not_fit(torch: Any) -> Any:
    nn, F = torch.nn, torch.nn.functional
    x = torch.ones(2, 3)
    return (
        raised(lambda: nn.Linear(4, 2)(x)),
        raised(lambda: nn.Conv2d(1, 1, 3)(torch.ones(1, 2, 5, 5))),
        raised(lambda: F.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 3, 3))),
        raised(lambda: nn.BatchNorm2d(3)(x)),
        raised(lambda: nn.BatchNorm1d(3)(torch.ones(1, 3))),
        raised(lambda: F.cross_entropy(x, torch.tensor([0, 3]))),
        raised(lambda: F.cross_entropy(x, torch.tensor([0]))),
        raised(lambda: F.embedding(torch.tensor([7]), x)),
        raised(lambda: F.dropout(x, 2.0)),
        raised(lambda: F.max_pool2d(torch.ones(1, 1, 4, 4), 2, padding=2)),
        raised(lambda: F.one_hot(torch.tensor([-1]))),
        raised(lambda: F.relu("x")),
    )
