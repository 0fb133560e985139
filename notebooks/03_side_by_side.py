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
# # The tape and backward, side by side
#
# TensorFlow records on a *tape* that you hold in your hand; PyTorch hangs a *graph* on the tensors
# and adds gradients up in them. Both apply the same chain rule, and yet programs that look alike
# answer differently. Here are twelve small programs, each written twice: `tape` in TensorFlow's
# words, `backward` in PyTorch's.
#
# `tapegrad.compare` runs both on one engine and shows what they return next to each other. Where
# TensorFlow or PyTorch are installed it asks them too; the line below a table says so.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tapegrad
import tapegrad.torch

# %% [markdown]
# ## 1. Fresh against accumulating gradients
#
# A tape returns a gradient and keeps nothing. `backward` returns nothing, and *adds* to `x.grad`:
# forget to empty it, and the second step of a training uses the sum of two gradients.


# %%
def tape(tf):
    x = tf.Variable(3.0)

    def slope():
        with tf.GradientTape() as tape:
            y = x**2
        return tape.gradient(y, x)

    return {"first": slope(), "second": slope(), "emptied": slope()}


def backward(torch):
    x = torch.tensor(3.0, requires_grad=True)

    def slope():
        (x**2).backward()
        return x.grad.clone()

    first, second = slope(), slope()
    x.grad = None
    return {"first": first, "second": second, "emptied": slope()}


tapegrad.compare(
    (tape, backward),
    derivatives=False,
    why={"second": "`x.grad` still held 6; `backward` added 6. The tape's answer is its own."},
)

# %% [markdown]
# ## 2. A persistent tape against `retain_graph`
#
# Both let go of what they recorded once it was used. Whether it lasts is said *before* recording
# to a tape, and *when it is used* to a graph.


# %%
def tape(tf):
    x = tf.constant(2.0)
    with tf.GradientTape() as once:
        once.watch(x)
        y = x**3
    with tf.GradientTape(persistent=True) as lasting:
        lasting.watch(x)
        z = x**3
    return {
        "first": once.gradient(y, x),
        "again": lambda: once.gradient(y, x),
        "lasting, first": lasting.gradient(z, x),
        "lasting, again": lasting.gradient(z, x),
    }


def backward(torch):
    x = torch.tensor(2.0, requires_grad=True)
    y, z = x**3, x**3

    def grad(target, **how):
        return torch.autograd.grad(target, x, **how)[0]

    return {
        "first": grad(y),
        "again": lambda: grad(y),
        "lasting, first": grad(z, retain_graph=True),
        "lasting, again": grad(z, retain_graph=True),
    }


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## 3. `watch` against `requires_grad`
#
# A tape is told what to follow; variables tell it themselves. In PyTorch the tensor knows. What
# nobody asked to follow has no gradient: that is `None` here and an error there.


# %%
def tape(tf):
    x, v = tf.constant(3.0), tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        tape.watch(x)
        z = x * x
        w = v * v
    return {
        "a plain tensor": tape.gradient(y, x),
        "followed from now on": tape.gradient(z, x),
        "a variable": tape.gradient(w, v),
    }


def backward(torch):
    x = torch.tensor(3.0)
    y = x * x

    def followed():
        x.requires_grad_()
        z = x * x
        return torch.autograd.grad(z, x)[0]

    v = torch.tensor(3.0, requires_grad=True)
    return {
        "a plain tensor": lambda: torch.autograd.grad(y, x)[0],
        "followed from now on": followed,
        "a variable": torch.autograd.grad(v * v, v)[0],
    }


tapegrad.compare(
    (tape, backward),
    derivatives=False,
    why={"a plain tensor": "Nothing was recorded: None from the tape, an error from PyTorch."},
)

# %% [markdown]
# ## 4. Vector targets against scalars only
#
# Reverse mode pulls a cotangent back. For a scalar it is 1. For a vector, TensorFlow takes ones,
# which is the gradient of the *sum*; PyTorch wants to be told.


# %%
def tape(tf):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**2
    return {
        "of a vector": tape.gradient(y, x),
        "with ones": tape.gradient(y, x, output_gradients=tf.constant([1.0, 1.0])),
        "with (1, 10)": tape.gradient(y, x, output_gradients=tf.constant([1.0, 10.0])),
    }


def backward(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def slope(gradient):
        x.grad = None
        (x**2).backward(gradient=gradient)
        return x.grad

    return {
        "of a vector": lambda: slope(None),
        "with ones": slope(torch.tensor([1.0, 1.0])),
        "with (1, 10)": slope(torch.tensor([1.0, 10.0])),
    }


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## 5. `None`, zero, error
#
# Three ways to say that nothing depends on the input. Rounding shows the finest difference:
# TensorFlow registers it as *not differentiable* and answers `None`, PyTorch gives its derivative
# almost everywhere, zero.


# %%
def tape(tf):
    x, unused = tf.Variable(2.5), tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = tf.floor(x)
    return {
        "not used": tape.gradient(y, unused),
        "not used, zero wanted": tape.gradient(y, unused, unconnected_gradients="zero"),
        "rounded": tape.gradient(z, x),
    }


def backward(torch):
    x = torch.tensor(2.5, requires_grad=True)
    unused = torch.tensor(1.0, requires_grad=True)
    y = x * x
    grad = torch.autograd.grad
    return {
        "not used": lambda: grad(y, unused, retain_graph=True)[0],
        "not used, zero wanted": lambda: grad(y, unused, materialize_grads=True)[0],
        "rounded": grad(torch.floor(x), x)[0],
    }


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## 6. `stop_recording` against `no_grad`
#
# Both switch the recording off for a block. What is computed there counts as constant.


# %%
def tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            factor = y + x
        z = factor * x
    return {"value": z, "gradient": tape.gradient(z, x)}


def backward(torch):
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    with torch.no_grad():
        factor = y + x
    z = factor * x
    z.backward()
    return {"value": z, "gradient": x.grad}


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## 7. `stop_gradient` against `detach`
#
# The same derivative, and one trap: `detach` gives a *view*. Write into it and the original
# changes; a tensor of TensorFlow never does.


# %%
def tape(tf):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * tf.stop_gradient(x * x))
    cut = tf.stop_gradient(x)
    cut += 1.0
    return {"gradient": tape.gradient(y, x), "x, after its copy changed": x}


def backward(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * (x * x).detach()).sum()
    y.backward()
    cut = x.detach()
    cut += 1.0
    return {"gradient": x.grad, "x, after its copy changed": x}


tapegrad.compare(
    (tape, backward),
    derivatives=False,
    why={
        "x, after its copy changed": "`detach` shares its memory with `x`, and `+=` writes into "
        "it; for the tape `cut += 1` only gives the name `cut` to a new tensor."
    },
)

# %% [markdown]
# ## 8. Higher order: nesting against `create_graph`
#
# A gradient is a computation like any other. It is differentiated again if *it* was recorded: by
# a tape around the tape, or because `create_graph` asked for it.


# %%
def tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as third:
        with tf.GradientTape() as second:
            with tf.GradientTape() as first:
                y = x**3
            dy = first.gradient(y, x)
        d2y = second.gradient(dy, x)
    return {"first": dy, "second": d2y, "third": third.gradient(d2y, x)}


def backward(torch):
    x = torch.tensor(3.0, requires_grad=True)
    y = x**3
    (dy,) = torch.autograd.grad(y, x, create_graph=True)
    (d2y,) = torch.autograd.grad(dy, x, create_graph=True)
    return {"first": dy, "second": d2y, "third": torch.autograd.grad(d2y, x)[0]}


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## 9. Jacobians
#
# One row per element of the result: each is a gradient with a cotangent that is 1 there and 0
# elsewhere. Both pull all rows back at once. PyTorch also has functions that make a Jacobian out of
# a function (`torch.func`); TensorFlow's tape only knows what ran.


# %%
def tape(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.cumsum(x * x)
    jacobian = tape.jacobian(y, x)
    return {"of what was recorded": jacobian, "of a function": jacobian}


def backward(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = torch.cumsum(x * x, dim=0)
    rows = torch.autograd.grad(y, x, torch.eye(3), is_grads_batched=True)[0]
    of_function = torch.func.jacrev(lambda x: torch.cumsum(x * x, dim=0))(x.detach())
    return {"of what was recorded": rows, "of a function": of_function}


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## 10. In place
#
# TensorFlow's tensors never change; only variables do, by `assign`, which no tape records.
# PyTorch's tensors change, and each counts its versions so that a gradient is never computed from
# a value that is gone.


# %%
def tape(tf):
    x = tf.Variable(3.0)

    def a_leaf():
        with tf.GradientTape() as tape:
            x.assign_add(1.0)
            y = x * x
        return tape.gradient(y, x)

    def a_saved_value():
        with tf.GradientTape() as tape:
            y = tf.exp(x - x)
            y *= 2.0
            z = y * x
        return tape.gradient(z, x)

    def an_entry():
        rows = tf.constant([1.0, 2.0, 3.0])
        with tf.GradientTape() as tape:
            tape.watch(rows)
            y = tf.tensor_scatter_nd_update(rows * rows, [[1]], [0.0])
        return tape.gradient(y, rows)

    return {"a leaf": a_leaf, "a saved value": a_saved_value, "an entry": an_entry}


def backward(torch):
    x = torch.tensor(3.0, requires_grad=True)

    def a_leaf():
        x.add_(1.0)
        return torch.autograd.grad(x * x, x)[0]

    def a_saved_value():
        y = torch.exp(x - x)
        y *= 2.0
        return torch.autograd.grad(y * x, x)[0]

    def an_entry():
        rows = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = rows * rows
        y[1] = 0.0
        y.sum().backward()
        return rows.grad

    return {"a leaf": a_leaf, "a saved value": a_saved_value, "an entry": an_entry}


tapegrad.compare(
    (tape, backward),
    derivatives=False,
    why={
        "a leaf": "A variable of TensorFlow may be assigned to at any time. In PyTorch a leaf is "
        "changed under `torch.no_grad()` only.",
        "a saved value": "The derivative of `exp` is its result, which PyTorch had kept, and which "
        "`y *= 2` overwrote. TensorFlow's `*=` makes a new tensor.",
    },
)

# %% [markdown]
# ## 11. Control flow
#
# Python decides, and what ran is what is differentiated. Neither keeps the branches not taken.


# %%
def doubled_until_large(x):
    y, steps = x, 0
    while y < 100.0:
        y = y * 2.0 if steps % 2 else y * x
        steps += 1
    return y, steps


def tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y, steps = doubled_until_large(x)
    return {"value": y, "steps": steps, "gradient": tape.gradient(y, x)}


def backward(torch):
    x = torch.tensor(3.0, requires_grad=True)
    y, steps = doubled_until_large(x)
    y.backward()
    return {"value": y, "steps": steps, "gradient": x.grad}


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## 12. Derivatives of your own
#
# Rounding lets no gradient through (program 5). A *straight-through estimator* rounds and pretends,
# for the derivative only, that it did not: networks with whole-numbered weights are trained so.
# TensorFlow wants a function that returns its rule as well, PyTorch a class with two methods.


# %%
def tape(tf):
    x = tf.Variable(2.6)

    @tf.custom_gradient
    def straight_through(x):
        return tf.round(x), lambda upstream: upstream

    def slope(function):
        with tf.GradientTape() as tape:
            y = function(x) ** 2
        return tape.gradient(y, x)

    return {
        "value": straight_through(x),
        "by the chain rule": slope(tf.round),
        "by a rule of its own": slope(straight_through),
    }


def backward(torch):
    x = torch.tensor(2.6, requires_grad=True)

    class StraightThrough(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return torch.round(x)

        @staticmethod
        def backward(ctx, upstream):
            return upstream

    def slope(function):
        return torch.autograd.grad(function(x) ** 2, x)[0]

    return {
        "value": StraightThrough.apply(x),
        "by the chain rule": slope(torch.round),
        "by a rule of its own": slope(StraightThrough.apply),
    }


tapegrad.compare((tape, backward), derivatives=False)

# %% [markdown]
# ## What a forgotten `zero_grad` looks like
#
# Gradient descent on $\frac{1}{2}(x^2 + 4 y^2)$. With the sum of all gradients so far instead of
# the last one, every step adds to the velocity: the point swings around the minimum like a ball
# without friction, and never stops.

# %%
torch = tapegrad.torch


def descend(*, zero_grad):
    point = torch.tensor([2.0, 1.0], requires_grad=True)
    path = []
    for _ in range(60):
        path.append(point.detach().clone().numpy())
        loss = 0.5 * (point[0] ** 2 + 4.0 * point[1] ** 2)
        loss.backward()
        with torch.no_grad():
            point -= 0.05 * point.grad
        if zero_grad:
            point.grad = None
    return np.array(path)


def draw(axes, path, title):
    x, y = np.meshgrid(np.linspace(-2.4, 2.4, 100), np.linspace(-1.3, 1.3, 100))
    axes.contour(x, y, 0.5 * (x**2 + 4.0 * y**2), levels=10, colors="0.85", zorder=0)
    axes.plot(*path.T, color="tab:blue", linewidth=1.0, marker=".", markersize=5)
    axes.plot(*path[0], "o", color="tab:orange", label="start")
    axes.plot(0.0, 0.0, "x", color="black", label="minimum")
    axes.set(title=title, xlabel="x", aspect="equal")


figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2), sharey=True, layout="constrained")
draw(left, descend(zero_grad=True), "fresh gradients (emptied in each step)")
draw(right, descend(zero_grad=False), "accumulated gradients (zero_grad forgotten)")
left.set_ylabel("y")
right.legend(loc="lower right")
plt.show()

# %% [markdown]
# ## One function, every question
#
# Give `compare` a function instead, and it asks the usual questions by itself: the value, the
# gradient, the gradient once more, after a second run, and the second derivative. `lib` is each
# library in turn, and knows the words of both.

# %%
tapegrad.compare(lambda lib, x, w: lib.mean(lib.tanh(x * w)), {"x": [0.5, -1.0], "w": 2.0})
