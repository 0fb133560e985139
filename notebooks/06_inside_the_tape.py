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
# # How the tape works inside
#
# A tape is a list. Every operation appends one record; a gradient walks the list backwards. First
# we write such a tape ourselves, in thirty lines of NumPy; then we open the real one and watch it
# work; at last we look at PyTorch's graph, which is the same list in another form.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tapegrad as tf
import tapegrad.torch as torch

# %% [markdown]
# ## A tape of our own
#
# A record says which values went in, which came out, and how a cotangent of the output becomes
# cotangents of the inputs: one *vjp* (vector-Jacobian product) per input.

# %%
RECORDS = []


class Value:
    def __init__(self, array):
        self.array = np.asarray(array)

    def __add__(self, other):
        return record(self.array + other.array, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        a, b = self.array, other.array
        return record(a * b, (self, other), lambda g: (g * b, g * a))


def sin(x):
    return record(np.sin(x.array), (x,), lambda g: (g * np.cos(x.array),))


def record(array, inputs, vjp):
    output = Value(array)
    RECORDS.append((inputs, output, vjp))
    return output


def gradient(target, source):
    cotangents = {id(target): np.ones_like(target.array)}
    for inputs, output, vjp in reversed(RECORDS):
        if id(output) in cotangents:
            for x, g in zip(inputs, vjp(cotangents.pop(id(output))), strict=True):
                cotangents[id(x)] = cotangents.get(id(x), 0.0) + g
    return cotangents[id(source)]


x = Value(2.0)
y = sin(x * x) * x + x
print(gradient(y, x), "=", 2 * 2.0**2 * np.cos(4.0) + np.sin(4.0) + 1.0)

# %% [markdown]
# That is all of reverse mode. `x` was used four times; the four cotangents met in
# `cotangents.get(...) + g`: the chain rule's sum over paths.
#
# ## The records of the real tape
#
# tapegrad's tape keeps the same, as flat tuples: the operation, the identities of what went in and
# out, and *only those arrays that a derivative will read*. A sum needs none, and keeps none.


# %%
def as_tuple(entry):
    return entry if isinstance(entry, tuple) else (entry,)


def kept(record):
    _primitive, _ids, _mask, args, _out, y, _params = record
    return [a for a in (*as_tuple(args), *as_tuple(y)) if isinstance(a, np.ndarray)]


def show(tape):
    for record in tape.records:
        primitive, ids, _, _, out, *_ = record
        bytes_kept = sum(array.nbytes for array in kept(record))
        print(f"{primitive.name:<12} {as_tuple(ids)!s:<12} -> {out!s:<6} keeps {bytes_kept:4} B")


x = tf.constant(np.linspace(0.0, 1.0, 100), tf.float32)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(tf.sin(x * x) * x + x)
show(tape)

# %% [markdown]
# ## Watching the sweep
#
# Backwards through the list. Each square is a value, each row a step: dark where a cotangent waits,
# orange where one is being computed. A cotangent that was used is gone, so memory falls on the way.


# %%
def sweep_steps(tape, target, source):
    """Which values have a cotangent, before each step of the sweep."""
    live, steps = {target._id}, []
    for record in reversed(tape.records):
        inputs, output = as_tuple(record[1]), record[4]
        if output in live:
            followed = {i for k, i in enumerate(inputs) if record[2] >> k & 1}
            steps.append((record[0].name, set(live), followed))
            live = (live - {output}) | followed
    return [*steps, ("", live, set())]


steps = sweep_steps(tape, y, x)
values = [x._id, *(record[4] for record in tape.records)]
names = ["x", "x * x", "sin", "sin * x", "+ x", "sum"]
table = np.array([[(v in live) + 2 * (v in new) for v in values] for _, live, new in steps])
figure, axes = plt.subplots(figsize=(7, 3.3), layout="constrained")
colors = plt.matplotlib.colors.ListedColormap(["0.95", "tab:blue", "tab:orange", "#c05a00"])
axes.imshow(table, cmap=colors, vmin=0, vmax=3, aspect="auto")
axes.set_xticks(range(len(values)), names)
axes.set_yticks(range(len(steps)), [f"through {name}" if name else "the end" for name, *_ in steps])
axes.set_xticks(np.arange(len(values)) - 0.5, minor=True)
axes.set_yticks(np.arange(len(steps)) - 0.5, minor=True)
axes.grid(which="minor", color="white", linewidth=3)
axes.tick_params(which="both", length=0)
axes.set_title("cotangents: waiting (blue), computed now (orange; dark: added to)")
plt.show()

# %% [markdown]
# ## What a recording costs
#
# Which arrays must stay until the sweep depends on the derivatives. A sum keeps nothing, `tanh` its
# result, a product both factors; a function that knows its own derivative keeps less than the same
# function put together from parts.

# %%
functions = {
    "x + y": lambda x, y: x + y,
    "0.9 x": lambda x, y: 0.9 * x,
    "tanh(x)": lambda x, y: tf.tanh(x),
    "x y": lambda x, y: x * y,
    "x / y": lambda x, y: x / y,
    "log(1 + exp(x))": lambda x, y: tf.math.log(1.0 + tf.exp(x)),
    "softplus(x)": lambda x, y: tf.nn.softplus(x),
    "x / (1 + exp(-x))": lambda x, y: x / (1.0 + tf.exp(-x)),
    "silu(x)": lambda x, y: tf.nn.silu(x),
}
x, y = (tf.constant(np.linspace(a, 1.0, 1000), tf.float32) for a in (0.1, 0.2))
sizes = []
for function in functions.values():
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        function(x, y)
    different = {id(array): array.nbytes for record in tape.records for array in kept(record)}
    sizes.append(sum(different.values()) / 1000)
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
bars = axes.barh(list(functions), sizes, color="tab:blue")
axes.bar_label(bars, [f"{size:.0f}" for size in sizes], padding=4)
axes.invert_yaxis()
axes.set(xlabel="kB kept for vectors of 4 kB", title="memory of a tape", xlim=(0, max(sizes) + 2))
plt.show()

# %% [markdown]
# ## The same list, as a graph
#
# PyTorch has no tape. Each tensor points to the node that made it, `grad_fn`, and the node to those
# before. In `tapegrad.torch` a node holds exactly the records that a tape would hold; sorted by
# the time they were made they *are* the tape, and the sweep is the same code. One chain rule, two
# ways of keeping it.


# %%
def nodes_behind(node, depth=0, found=None):
    found = {} if found is None else found
    if node is not None and found.get(node, (-1,))[0] < depth:
        found[node] = (depth, [before for before, _ in node.next_functions])
        for before, _ in node.next_functions:
            nodes_behind(before, depth + 1, found)
    return found


def draw_graph(axes, target):
    found = nodes_behind(target.grad_fn)
    levels = {}
    for node, (depth, _) in found.items():
        levels.setdefault(depth, []).append(node)
    places = {
        node: (-depth, column - (len(level) - 1) / 2)
        for depth, level in levels.items()
        for column, node in enumerate(level)
    }
    for node, (_, before) in found.items():
        for other in filter(None, before):
            arrow = {"arrowstyle": "-|>", "color": "0.4", "shrinkA": 16, "shrinkB": 16}
            bend = "arc3,rad=0.25" if places[node][0] - places[other][0] > 1 else "arc3"
            arrow["connectionstyle"] = bend
            axes.annotate("", places[other], places[node], arrowprops=arrow)
    for node, place in places.items():
        leaf = node.name() == "torch::autograd::AccumulateGrad"
        text = "leaf x\n(.grad)" if leaf else node.name().removesuffix("0").removesuffix("Backward")
        box = {"boxstyle": "round", "facecolor": "moccasin" if leaf else "lightsteelblue"}
        axes.text(*place, text, ha="center", va="center", fontsize=9, bbox=box)
    depth = max(levels)
    axes.set(xlim=(-depth - 0.5, 0.5), ylim=(-0.4, 1.0))
    axes.set_axis_off()


leaf = torch.linspace(0.0, 1.0, 100).requires_grad_()
target = (torch.sin(leaf * leaf) * leaf + leaf).sum()
figure, axes = plt.subplots(figsize=(10, 2.2), layout="constrained")
draw_graph(axes, target)
axes.set_title("what backward walks: from the sum (right) to the leaf (left)")
plt.show()

target.backward()
x = tf.constant(leaf.detach().numpy())
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(tf.sin(x * x) * x + x)
assert np.array_equal(tape.gradient(y, x).numpy(), leaf.grad.numpy())

# %% [markdown]
# ## Derivatives of derivatives
#
# The sweep calls operations. With another tape outside, these are recorded like any others, by the
# same rules: nothing else is needed for higher orders. The outer list grows with every order, in
# forward mode somewhat more slowly.


# %%
def slope_of(function):
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x)

    return slope


def tangent_of(function):
    def tangent(x):
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            y = function(x)
        return accumulator.jvp(y)

    return tangent


def records_of(function):
    x = tf.constant(0.7)
    with tf.GradientTape() as tape:
        tape.watch(x)
        function(x)
    return len(tape.records)


counts = {"tapes in tapes": [], "forward mode": []}
for name, step in (("tapes in tapes", slope_of), ("forward mode", tangent_of)):
    function = lambda x: tf.sin(x * x) * x  # noqa: E731
    for _ in range(5):
        counts[name].append(records_of(function))
        function = step(function)
figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
for name, numbers in counts.items():
    axes.semilogy(numbers, marker="o", label=name)
axes.set(xlabel="order of the derivative", ylabel="records", title="length of the outermost list")
axes.set_xticks(range(5))
axes.grid(alpha=0.3)
axes.legend()
plt.show()
