"""torch.nn.utils: packed sequences, parametrizations, norms of weights."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, expressions, raised, text


def filled(torch: Any, module: Any) -> Any:
    """The module with the same parameters everywhere."""
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(torch.sin(torch.arange(float(p.numel())) + i + 1).reshape(p.shape))
    return module


def sequences(torch: Any) -> list[Any]:
    return [torch.tensor([4.0, 5.0]), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([6.0])]


def packed(torch: Any) -> Any:
    return torch.nn.utils.rnn.pack_sequence(sequences(torch), enforce_sorted=False)


def batch(torch: Any) -> Any:
    return torch.arange(12.0).reshape(3, 2, 2)


expressions(
    __name__,
    "nn.utils.rnn",
    {
        "a_packed_sequence": lambda torch: text(packed(torch)),
        "a_packed_sequence_in_order": lambda torch: text(
            torch.nn.utils.rnn.pack_sequence([torch.ones(2), torch.zeros(1)])
        ),
        "padded_again": lambda torch: torch.nn.utils.rnn.pad_packed_sequence(packed(torch)),
        "padded_to_a_length": lambda torch: torch.nn.utils.rnn.pad_packed_sequence(
            packed(torch), batch_first=True, padding_value=-1.0, total_length=4
        ),
        "padded_too_short": lambda torch: raised(
            lambda: torch.nn.utils.rnn.pad_packed_sequence(packed(torch), total_length=2)
        ),
        "unpacked": lambda torch: torch.nn.utils.rnn.unpack_sequence(packed(torch)),
        "packed_from_padded": lambda torch: text(
            torch.nn.utils.rnn.pack_padded_sequence(batch(torch), torch.tensor([3, 1]))
        ),
        "packed_batch_first": lambda torch: text(
            torch.nn.utils.rnn.pack_padded_sequence(
                batch(torch).transpose(0, 1), [3, 2], batch_first=True
            )
        ),
        "packed_in_the_wrong_order": lambda torch: raised(
            lambda: torch.nn.utils.rnn.pack_padded_sequence(batch(torch), torch.tensor([1, 3])),
        ),
        "packed_without_length": lambda torch: raised(
            lambda: torch.nn.utils.rnn.pack_padded_sequence(batch(torch), torch.tensor([3, 0]))
        ),
        "packed_with_too_many_lengths": lambda torch: raised(
            lambda: torch.nn.utils.rnn.pack_padded_sequence(batch(torch), torch.tensor([3, 2, 1]))
        ),
        "type_of_a_packed_sequence": lambda torch: packed(torch).double().data.dtype,
    },
)


def recurrent(torch: Any, kind: str) -> Any:
    layer = filled(torch, getattr(torch.nn, kind)(2, 3, num_layers=2, bidirectional=True))
    rows = [torch.sin(torch.arange(n * 2.0)).reshape(n, 2).requires_grad_() for n in (2, 4, 1)]
    out, state = layer(torch.nn.utils.rnn.pack_sequence(rows, enforce_sorted=False))
    states = state if isinstance(state, tuple) else (state,)
    y, lengths = torch.nn.utils.rnn.pad_packed_sequence(out)
    (y.sum() + sum((s**2).sum() for s in states)).backward()
    gradients = [r.grad for r in rows]
    return y.detach(), lengths, [s.detach() for s in states], gradients, layer.weight_hh_l0.grad


expressions(
    __name__,
    "nn.utils.rnn",
    {
        "a_network_of_packed_sequences": lambda torch: recurrent(torch, "RNN"),
        "a_lstm_of_packed_sequences": lambda torch: recurrent(torch, "LSTM"),
        "a_gru_of_packed_sequences": lambda torch: recurrent(torch, "GRU"),
    },
)


@case("nn.utils.parametrize")
def a_symmetric_weight(torch: Any) -> Any:
    parametrize = torch.nn.utils.parametrize

    class Symmetric(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return x.triu() + x.triu(1).transpose(-1, -2)

    layer = filled(torch, torch.nn.Linear(3, 3))
    parametrize.register_parametrization(layer, "weight", Symmetric())
    shown = text(layer)
    y = layer(torch.ones(2, 3))
    y.sum().backward()
    with parametrize.cached():
        same = layer.weight is layer.weight
    facts = (
        parametrize.is_parametrized(layer),
        parametrize.is_parametrized(layer, "bias"),
        type(layer).__name__,
        parametrize.type_before_parametrizations(layer).__name__,
        list(layer.state_dict()),
        same,
    )
    gradient = layer.parametrizations.weight.original.grad
    refused = raised(lambda: setattr(layer, "weight", torch.eye(3)))
    parametrize.remove_parametrizations(layer, "weight")
    return (
        shown, y.detach(), facts, gradient, refused, layer.weight.detach(), list(layer.state_dict())
    )  # fmt: skip


@case("nn.utils.parametrize")
def a_weight_with_an_inverse(torch: Any) -> Any:
    parametrize = torch.nn.utils.parametrize

    class Exp(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return x.exp()

        def right_inverse(self, y: Any) -> Any:
            return y.log()

    layer = torch.nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    parametrize.register_parametrization(layer, "weight", Exp())
    before = layer.weight.detach()
    layer.weight = torch.full((2, 2), 2.0)
    after = layer.parametrizations.weight.original.detach().clone()
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    return before, after, layer.weight.detach()


@case("nn.utils.parametrize")
def what_cannot_be_parametrized(torch: Any) -> Any:
    parametrize = torch.nn.utils.parametrize

    class Sum(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return x.sum()

    layer = torch.nn.Linear(2, 2)
    return (
        raised(lambda: parametrize.register_parametrization(layer, "nothing", Sum())),
        raised(lambda: parametrize.register_parametrization(layer, "weight", Sum())),
        raised(lambda: parametrize.remove_parametrizations(layer, "weight")),
    )


@case("nn.utils.parametrizations")
def weights_of_length_and_direction(torch: Any) -> Any:
    results = []
    for dim in (0, 1, None):
        layer = filled(torch, torch.nn.Linear(3, 2))
        torch.nn.utils.parametrizations.weight_norm(layer, dim=dim)
        y = layer(torch.ones(1, 3))
        (y**2).sum().backward()
        originals = layer.parametrizations.weight
        results.append((y.detach(), originals.original0.grad, originals.original1.grad))
    convolution = torch.nn.utils.parametrizations.weight_norm(torch.nn.Conv2d(2, 3, 2))
    return results, convolution.parametrizations.weight.original0.shape


@case("nn.utils.parametrizations")
def weights_of_norm_one(torch: Any) -> Any:
    layer = filled(torch, torch.nn.Linear(4, 3))
    torch.nn.utils.parametrizations.spectral_norm(layer, n_power_iterations=30)
    norm = torch.linalg.matrix_norm(layer.weight, 2).detach()
    layer.eval()
    return norm, bool((layer.weight == layer.weight).all()), list(layer.state_dict())


@case("nn.utils")
def weight_norm_by_a_hook(torch: Any) -> Any:
    layer = torch.nn.utils.weight_norm(filled(torch, torch.nn.Linear(3, 2)))
    names = list(layer.state_dict())
    y = layer(torch.ones(1, 3))
    (y**2).sum().backward()
    gradients = layer.weight_g.grad, layer.weight_v.grad
    torch.nn.utils.remove_weight_norm(layer)
    again = raised(lambda: torch.nn.utils.remove_weight_norm(layer))
    return names, y.detach(), gradients, list(layer.state_dict()), layer.weight.detach(), again


@case("nn.utils")
def spectral_norm_by_a_hook(torch: Any) -> Any:
    layer = filled(torch, torch.nn.Linear(4, 3))
    torch.nn.utils.spectral_norm(layer, n_power_iterations=30)
    layer(torch.ones(1, 4))
    names = list(layer.state_dict()), [n for n, _ in layer.named_buffers()]
    norm = torch.linalg.matrix_norm(layer.weight, 2).detach()
    torch.nn.utils.remove_spectral_norm(layer)
    return names, norm, list(layer.state_dict())


@case("torch")
def norms_but_along_one_dimension(torch: Any) -> Any:
    x = torch.arange(12.0).reshape(2, 3, 2)
    return [torch.norm_except_dim(x, 2, d) for d in (0, 1, 2, -1)]


@case("torch")
def native_normalization(torch: Any) -> Any:
    x = torch.sin(torch.arange(12.0)).reshape(2, 3, 2)
    w, b = torch.tensor([1.0, 2.0]), torch.tensor([0.5, 0.0])
    c, d = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.5, 0.0, 1.0])
    return (
        torch.native_layer_norm(x, (2,), w, b, 1e-5),
        torch.native_batch_norm(x, c, d, None, None, True, 0.1, 1e-5),
        torch.native_group_norm(x, c, d, 2, 3, 2, 3, 1e-5),
        torch.batch_norm(x, c, d, None, None, True, 0.1, 1e-5, False),
        torch.instance_norm(x, None, None, None, None, True, 0.1, 1e-5, False),
    )


@case("torch")
def losses_with_numbers_for_reductions(torch: Any) -> Any:
    x, y, one = torch.tensor([0.5, -1.0]), torch.tensor([1.0, 0.5]), torch.tensor([1.0, -1.0])
    a, b = torch.tensor([[1.0, 2.0], [0.5, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    return (
        [torch.binary_cross_entropy_with_logits(x, y, reduction=i) for i in range(3)],
        [torch.hinge_embedding_loss(x, one, 1.0, reduction=i) for i in range(3)],
        [torch.margin_ranking_loss(x, y, one, 0.1, reduction=i) for i in range(3)],
        [torch.cosine_embedding_loss(a, b, one, 0.1, reduction=i) for i in range(3)],
        [torch.triplet_margin_loss(a, b, a + 1, reduction=i) for i in range(3)],
        [torch.kl_div(x, y, reduction=i) for i in range(3)],
        [torch.poisson_nll_loss(x, y, True, True, 1e-8, i) for i in range(3)],
    )
