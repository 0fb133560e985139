# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Five tutorials, retold
#
# There are many introductions to automatic differentiation with PyTorch and TensorFlow. Five of
# them are told again here, each with a picture of what happens. Only the imports are other ones.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tapegrad as tf
import tapegrad.torch as torch
from tapegrad.demo.dataset import SIDE, load_digits
from tapegrad.torch import nn, optim

# %% [markdown]
# ## 1. A layer and its graph
#
# A tensor with `requires_grad` remembers what it came from: `grad_fn` names the operation, and
# `next_functions` lead on to those before.

# %%
torch.manual_seed(0)
x, y = torch.ones(5), torch.zeros(3)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w) + b
loss = nn.functional.binary_cross_entropy_with_logits(z, y)
print(type(z.grad_fn).__name__, "<-", type(loss.grad_fn).__name__)
print(loss)


# %%
def lines_of(node, depth=0):
    if node is not None:
        yield "    " * depth + node.name().rpartition("::")[2]
        for before, _ in node.next_functions:
            yield from lines_of(before, depth + 1)


print("\n".join(lines_of(loss.grad_fn)))

# %% [markdown]
# The gradient of the mean of three cross-entropies with respect to `b` is known:
# $(\sigma(z) - y) / 3$. And `backward` wants a scalar.

# %%
loss.backward()
known = (torch.sigmoid(z) - y) / 3
print(b.grad, known.detach())
assert torch.allclose(b.grad, known)
try:
    (10 - z).backward()
except RuntimeError as error:
    print("RuntimeError:", error)

# %% [markdown]
# ## 2. A cotangent for a vector; frozen parameters
#
# $Q = 3 a^3 - b^2$ has two elements: backward is told with which weights.

# %%
a = torch.tensor([2.0, 3.0], requires_grad=True)
b = torch.tensor([6.0, 4.0], requires_grad=True)
Q = 3 * a**3 - b**2
Q.backward(gradient=torch.tensor([1.0, 1.0]))
print(a.grad == 9 * a**2, b.grad == -2 * b)

# %% [markdown]
# To *fine-tune* a network, its parameters are frozen and only a new last layer learns. Here a small
# convolutional network learns the digits 0 to 4. Then it is frozen, gets another head, and the head
# learns 5 to 9 from features that were made for other digits.

# %%
digits = load_digits(seed=0)


def select(images, labels, first):
    chosen = (labels >= first) & (labels < first + 5)
    pictures = images[chosen].reshape(-1, 1, SIDE, SIDE)
    return torch.from_numpy(pictures), torch.from_numpy(labels[chosen] - first)


def train(model, parameters, images, labels, epochs):
    optimizer = optim.SGD(parameters, lr=0.05, momentum=0.9)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(len(labels)).split(64):
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def recognised(model, images, labels):
    model.eval()
    with torch.no_grad():
        right = model(images).argmax(1) == labels
    model.train()
    return right.float().mean().item()


torch.manual_seed(1)
model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.BatchNorm2d(8),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(8 * 4 * 4, 64),
    nn.ReLU(),
)
model.add_module("fc", nn.Linear(64, 5))
low = select(digits.train_images, digits.train_labels, 0)
high = select(digits.train_images, digits.train_labels, 5)
low_test = select(digits.test_images, digits.test_labels, 0)
high_test = select(digits.test_images, digits.test_labels, 5)

losses = {"whole network, digits 0-4": train(model, model.parameters(), *low, epochs=8)}
print(f"0-4: {recognised(model, *low_test):.1%} recognised")

for param in model.parameters():
    param.requires_grad = False
    param.grad = None
model.fc = nn.Linear(64, 5)
losses["new head alone, digits 5-9"] = train(model, model.fc.parameters(), *high, epochs=8)
print(f"5-9: {recognised(model, *high_test):.1%} recognised")
print("with gradients:", [name for name, p in model.named_parameters() if p.grad is not None])
assert recognised(model, *high_test) > 0.8

plt.figure(figsize=(8, 3), layout="constrained")
for name, values in losses.items():
    plt.semilogy(np.convolve(values, np.ones(5) / 5, mode="valid"), label=name)
plt.grid(alpha=0.3)
plt.legend()
plt.xlabel("step")
plt.title("cross-entropy (mean of five steps)")
plt.show()

# %% [markdown]
# ## 3. Accumulation, detaching, and a loop that decides for itself
#
# Gradients add up until they are emptied:

# %%
w = torch.tensor([[0.5, 0.5]], requires_grad=True)
for _ in range(3):
    w.sum().backward()
    print(w.grad)
w.grad.zero_()

# %% [markdown]
# What is detached is a constant: the derivative of $u x$ is $u$, even if $u$ was once $x^2$.

# %%
x = torch.tensor([[1.0], [2.0]], requires_grad=True)
u = (x * x).detach()
(u * x).sum().backward()
print(x.grad == u)

# %% [markdown]
# A function that doubles its argument until it is large has no formula that one would like to
# write down. Its derivative at each point is just `f(a) / a`: it is linear on every piece.


# %%
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else 100 * b


points = np.linspace(0.3, 9.0, 400)
values, slopes = [], []
for point in points:
    a = torch.tensor(float(point), requires_grad=True)
    d = f(a)
    d.backward()
    assert torch.isclose(a.grad, d / a)
    values.append(d.item())
    slopes.append(a.grad.item())
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
left.plot(points, values, ".", markersize=3)
left.set(title="f", xlabel="a", ylim=(0, None))
right.plot(points, slopes, ".", color="tab:orange", markersize=3)
right.set(title="its derivative", xlabel="a", yscale="log")
for axes in (left, right):
    axes.grid(alpha=0.3)
plt.show()

# %% [markdown]
# ## 4. Leaves
#
# Gradients arrive at leaves: tensors that were made by you and require them. Everything else only
# passes them on.

# %%
a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(3.0, requires_grad=True)
c = a * b
d = torch.tensor(4.0, requires_grad=True)
e = c * d
e.backward()
for name, tensor in {"a": a, "b": b, "c": c, "d": d, "e": e}.items():
    grad = tensor.grad if tensor.is_leaf else "-"
    print(f"{name}: leaf {tensor.is_leaf!s:<6} requires grad {tensor.requires_grad}  grad {grad}")

# %% [markdown]
# A step of gradient descent changes a leaf, and must not be recorded itself: `no_grad`.

# %%
torch.manual_seed(0)
W = torch.randn(10, 1, requires_grad=True)
x = torch.rand(1, 10)
history = []
for _ in range(18):
    loss = (1 - torch.matmul(x, W)).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        W -= 0.05 * W.grad
    W.grad.zero_()
    history.append(loss.item())
plt.figure(figsize=(6, 2.6), layout="constrained")
plt.semilogy(history, marker=".")
plt.grid(alpha=0.3)
plt.title("loss of a linear layer")
plt.xlabel("step")
plt.show()

# %% [markdown]
# ## 5. The same derivative from both
#
# $z = \sin(x^2)$: PyTorch's way keeps $\partial z / \partial y$ of the value in the middle if it is
# asked to (`retain_grad`); a persistent tape is asked for both.

# %%
grid = np.linspace(0.0, 3.0, 200)
x = torch.tensor(grid, requires_grad=True)
y = x**2
y.retain_grad()
z = torch.sin(y)
z.sum().backward()

v = tf.Variable(grid)
with tf.GradientTape(persistent=True) as tape:
    middle = v**2
    result = tf.sin(middle)
assert np.allclose(tape.gradient(result, v).numpy(), x.grad.numpy())
assert np.allclose(tape.gradient(result, middle).numpy(), y.grad.numpy())

figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
axes.plot(grid, z.detach().numpy(), color="black", label=r"$z = \sin(x^2)$")
axes.plot(grid, x.grad.numpy(), color="tab:blue", alpha=0.5, linewidth=4, label=r"x.grad")
axes.plot(grid, tape.gradient(result, v).numpy(), color="tab:blue", label="tape.gradient(z, x)")
axes.plot(grid, y.grad.numpy(), color="tab:orange", alpha=0.5, linewidth=4, label=r"y.grad")
axes.plot(
    grid, tape.gradient(result, middle).numpy(), color="tab:orange", label="tape.gradient(z, y)"
)
axes.set_xlabel("x")
axes.grid(alpha=0.3)
axes.legend(loc="lower left", ncols=2)
plt.show()
