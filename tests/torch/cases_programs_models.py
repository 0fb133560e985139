"""Programs as users write them: models of many kinds, trained for a few steps."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case
from tests.torch.program_parts import filled, losses, text, wave

_RTOL = 2e-4


@case("models", rtol=_RTOL)
def a_classifier_with_a_schedule(torch: Any) -> Any:
    nn, F = torch.nn, torch.nn.functional

    def made() -> Any:
        return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, 3))

    model = filled(torch, made())
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=10)
    x, y = wave(torch, 6, 4), torch.tensor([0, 1, 2, 0, 1, 2])
    seen = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y, label_smoothing=0.1)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        seen.append((loss.item(), float(norm), schedule.get_last_lr()))
    model.eval()
    other = made()
    loaded = text(other.load_state_dict(model.state_dict()))
    other.eval()
    state = optimizer.state_dict()
    again = torch.optim.AdamW(other.parameters(), lr=1.0)
    again.load_state_dict(state)
    keys = sorted(state), sorted(state["state"][0])
    return seen, model(x), other(x), loaded, again.param_groups[0]["lr"], keys


@case("models", rtol=_RTOL)
def a_transformer_encoder(torch: Any) -> Any:
    nn = torch.nn
    layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True, activation="gelu")
    encoder = filled(torch, nn.TransformerEncoder(layer, 2))
    x = wave(torch, 2, 5, 8).requires_grad_()
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    away = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
    padding = away.float().masked_fill(away, float("-inf"))
    y = encoder(x, mask=mask, src_key_padding_mask=padding)
    y.pow(2).sum().backward()
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, 0.0), 1)
    return y, x.grad, filled(torch, decoder)(wave(torch, 3, 1, 8), wave(torch, 5, 1, 8))


@case("models", rtol=_RTOL)
def a_variational_autoencoder(torch: Any) -> Any:
    nn, F = torch.nn, torch.nn.functional

    class VAE(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.enc = nn.Linear(6, 4)
            self.mu, self.lv = nn.Linear(4, 2), nn.Linear(4, 2)
            self.dec = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 6))

        def forward(self, x: Any, noise: Any) -> Any:
            h = torch.relu(self.enc(x))
            mu, lv = self.mu(h), self.lv(h)
            z = mu + torch.exp(0.5 * lv) * noise
            return torch.sigmoid(self.dec(z)), mu, lv

    model = filled(torch, VAE())
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    x, noise = torch.sigmoid(wave(torch, 5, 6)), wave(torch, 5, 2)
    seen = []
    for _ in range(5):
        out, mu, lv = model(x, noise)
        fit = F.binary_cross_entropy(out, x, reduction="sum")
        loss = fit - 0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        seen.append(loss)
    return losses(seen), text(model), sum(p.numel() for p in model.parameters())


@case("models", rtol=_RTOL)
def an_adversarial_pair_with_gradient_penalty(torch: Any) -> Any:
    nn = torch.nn
    maker = filled(torch, nn.Sequential(nn.Linear(2, 4), nn.LeakyReLU(0.2), nn.Linear(4, 3)))
    judge = filled(torch, nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(0.2), nn.Linear(4, 1)))
    of_maker = torch.optim.RMSprop(maker.parameters(), 1e-3)
    of_judge = torch.optim.Adam(judge.parameters(), 1e-3, betas=(0.5, 0.999))
    real, z, crit = wave(torch, 4, 3), wave(torch, 4, 2), nn.BCEWithLogitsLoss()
    seen = []
    for _ in range(3):
        of_judge.zero_grad()
        fake = maker(z)
        loss = crit(judge(real), torch.ones(4, 1)) + crit(judge(fake.detach()), torch.zeros(4, 1))
        part = torch.linspace(0, 1, 4)[:, None]
        mid = (part * real + (1 - part) * fake.detach()).requires_grad_()
        (slope,) = torch.autograd.grad(judge(mid).sum(), mid, create_graph=True)
        loss = loss + 10 * ((slope.norm(2, dim=1) - 1) ** 2).mean()
        loss.backward()
        of_judge.step()
        of_maker.zero_grad()
        other = crit(judge(maker(z)), torch.ones(4, 1))
        other.backward()
        of_maker.step()
        seen += [loss, other]
    return losses(seen), next(maker.parameters())


@case("models", rtol=_RTOL)
def a_convolutional_net_with_groups(torch: Any) -> Any:
    nn, F = torch.nn, torch.nn.functional
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 4, 3, groups=2),
        nn.GELU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.0),
        nn.Linear(4, 2),
    )
    filled(torch, model)
    groups = [{"params": model[:5].parameters()}, {"params": model[9].parameters(), "lr": 0.1}]
    optimizer = torch.optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5)
    x, y = wave(torch, 2, 1, 8, 8), torch.tensor([0, 1])
    seen = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = F.nll_loss(F.log_softmax(model(x), 1), y)
        loss.backward()
        optimizer.step()
        schedule.step()
        seen.append(loss)
    return losses(seen), schedule.get_last_lr(), text(optimizer), model[1].running_var


@case("models", rtol=_RTOL)
def a_language_model(torch: Any) -> Any:
    nn, F = torch.nn, torch.nn.functional

    class Model(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.e = nn.Embedding(7, 5, padding_idx=0)
            self.r = nn.LSTM(5, 5, num_layers=2, batch_first=True)
            self.o = nn.Linear(5, 7, bias=False)
            self.o.weight = self.e.weight  # tied

        def forward(self, t: Any, h: Any = None) -> Any:
            y, h = self.r(self.e(t), h)
            return self.o(y), h

    model = filled(torch, Model())
    optimizer = torch.optim.Adagrad(model.parameters(), 0.05)
    t = torch.tensor([[1, 2, 3, 0], [4, 5, 6, 2]])
    seen, h = [], None
    for _ in range(3):
        h = None if h is None else tuple(v.detach() for v in h)
        y, h = model(t, h)
        loss = F.cross_entropy(y.flatten(0, 1), t.roll(-1, 1).flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss)
    names = [(n, tuple(p.shape)) for n, p in model.named_parameters()]
    return losses(seen), text(model), names, model.e.weight.grad, h[0], list(model.state_dict())


@case("models", rtol=_RTOL)
def an_ensemble_at_once(torch: Any) -> Any:
    nn, func = torch.nn, torch.func

    def made() -> Any:
        return filled(torch, nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)))

    models = [made() for _ in range(3)]
    for i, model in enumerate(models):
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1 + 0.1 * i)
    params, buffers = func.stack_module_state(models)
    base, x = made(), wave(torch, 5, 3)

    def predicted(p: Any, b: Any, x: Any) -> Any:
        return func.functional_call(base, (p, b), (x,)).squeeze(-1)

    def loss(p: Any, b: Any, x: Any, y: Any) -> Any:
        return ((predicted(p, b, x) - y) ** 2).mean()

    y = torch.vmap(predicted, in_dims=(0, 0, None))(params, buffers, x)
    g = torch.vmap(func.grad(loss), in_dims=(0, 0, None, None))(params, buffers, x, torch.ones(5))
    return y, g["2.weight"], sorted(g)


@case("models", rtol=_RTOL)
def attention_by_hand(torch: Any) -> Any:
    x = wave(torch, 2, 4, 6).double().requires_grad_()
    weights = [wave(torch, 6, 6, step=0.3 + i).double() for i in range(3)]
    q, k, v = ((x @ w).view(2, 4, 3, 2).transpose(1, 2) for w in weights)
    scores = q @ k.transpose(-2, -1) / 2**0.5
    causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(causal, float("-inf"))
    y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(2, 4, 6)
    reference = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    close = torch.allclose(y, reference.transpose(1, 2).reshape(2, 4, 6))
    y.square().mean().backward()
    return y, x.grad, close


@case("models", rtol=_RTOL)
def a_residual_net_with_frozen_parts(torch: Any) -> Any:
    nn = torch.nn

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, n: int) -> None:
            super().__init__()
            self.norm, self.lin = nn.LayerNorm(n), nn.Linear(n, n)
            self.register_buffer("calls", torch.zeros((), dtype=torch.long))

        def forward(self, x: Any) -> Any:
            self.calls += 1
            return x + nn.functional.silu(self.lin(self.norm(x)))

    model = filled(torch, nn.Sequential(*[Block(4) for _ in range(3)]))
    for p in model[0].parameters():
        p.requires_grad = False
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.RMSprop(trained, 1e-2, momentum=0.5, centered=True)
    x = wave(torch, 3, 4)
    seen = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = model(x).tanh().sum() ** 2
        loss.backward()
        optimizer.step()
        seen.append(loss)
    frozen = [n for n, p in model.named_parameters() if p.grad is None]
    buffers = [(n, int(b)) for n, b in model.named_buffers()]
    moved = {k: v for k, v in model.state_dict().items() if k.startswith("0.lin")}
    return losses(seen), frozen, buffers, moved, text(model[0])
