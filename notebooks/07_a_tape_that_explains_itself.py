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
# # A tape that explains itself
#
# Why is the gradient None, where does the NaN come from, what does it cost, what does it look like?
# The tape knows, after an ordinary recording, and also after `gradient` has released it.

# %%
import json
import tracemalloc

import numpy as np

import tapegrad as tf

x = tf.Variable(3.0, name="x")
with tf.GradientTape() as tape:
    n = tf.cast(x * 2.0, tf.int32)
    y = tf.cast(n, tf.float32) * 2.0
print(tape.gradient(y, x))
tape.explain(y, x)

# %% [markdown]
# Compiled functions are looked into.


# %%
@tf.function
def whole_steps(v):
    return tf.floor(v * 2.0) / 2.0


for _ in range(3):  # compiled by now
    whole_steps(x)
with tf.GradientTape() as tape:
    y = whole_steps(x) * 3.0
print(tape.gradient(y, x))
tape.explain(y, x)

# %% [markdown]
# Where there is a way, it is described with the sizes of its derivatives.

# %%
w = tf.Variable([[3.0], [4.0]], name="w")
with tf.GradientTape(persistent=True) as tape:
    h = tf.tanh(tf.constant([[0.1, 0.2], [0.3, -0.4]]) @ w)
    loss = tf.reduce_mean(h**2)
tape.explain(loss, w)

# %% [markdown]
# ## A picture
#
# Watched values are green, the target is orange, and the numbers are norms of the gradient.

# %%
tape.draw(loss)

# %% [markdown]
# A loop is drawn once.

# %%
state = tf.Variable([0.5, 0.25], name="state")
with tf.GradientTape(persistent=True) as tape:
    z = tf.exp(state)
    for _ in range(500):
        z = tf.sin(z) * 1.5
    end = tf.reduce_sum(z)
tape.draw(end)

# %% [markdown]
# So are the layers of a network, with their variables together; numbers are ranges then.

# %%
rng = np.random.default_rng(0)
layers = [
    (
        tf.Variable(rng.normal(size=(8, 8)) * 0.4, name=f"kernel_{i}"),
        tf.Variable(np.zeros(8), name=f"bias_{i}"),
    )
    for i in range(12)
]
with tf.GradientTape(persistent=True) as network:
    h = tf.constant(rng.normal(size=(32, 8)))
    for kernel, bias in layers:
        h = tf.tanh(h @ kernel + bias)
    loss = tf.reduce_mean(tf.square(h - 1.0))
network.draw(loss)

# %% [markdown]
# ## The first NaN

# %%
values = tf.Variable([4.0, 0.0])
with tf.debugging.trace_numerics() as report:
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.sqrt(values))
    print(tape.gradient(y, values))
print(report)

# %% [markdown]
# ## Costs
#
# Times differ from run to run; calls and bytes do not.

# %%
big = tf.Variable(np.ones((500, 100)), name="big")
with tf.GradientTape(persistent=True) as tape:
    y = tf.reduce_sum(tf.exp(tf.sin(big)))
costs = tape.profile(y, big)
print(costs)
print(len(json.loads(costs.chrome_trace())["traceEvents"]), "events for Perfetto")

# %% [markdown]
# ## Long loops in little memory
#
# 300 steps of a state of 100,000 numbers, within the memory of 20 states: everything is counted,
# also what one step needs.

# %%
state = tf.Variable(np.linspace(0.0, 1.0, 100_000))


def step(i, x):
    return x + 0.1 * (tf.roll(x, 1, 0) - 2.0 * x + tf.roll(x, -1, 0))


tf.config.set_eager_kernels(False)  # its compiler needs memory, too
tracemalloc.start()
with tf.GradientTape() as tape:
    y = tf.reduce_sum(tf.square(tf.fori_checkpointed(300, step, state, budget=20)))
tape.gradient(y, state)
print(f"{tracemalloc.get_traced_memory()[1] / 800_000:.0f} states at the peak")
tracemalloc.stop()
tf.config.set_eager_kernels()

# %% [markdown]
# ## Are these gradients fit to learn from?
#
# Layers that were initialised too large, units of relu that are dead, and a variable that is not
# used.

# %%
kernels = [tf.Variable(rng.normal(size=(8, 8)) * 9.0, name=f"kernel_{i}") for i in range(5)]
bias = tf.Variable([0.0] * 7 + [-1e9], dtype=tf.float64, name="bias")
unused = tf.Variable(1.0, name="unused")
with tf.GradientTape() as tape:
    h = tf.constant(rng.normal(size=(32, 8)))
    for kernel in kernels:
        h = tf.nn.relu(h @ kernel)
    loss = tf.reduce_sum(tf.nn.relu(h + bias))
variables = [*kernels, bias, unused]
tf.debugging.gradient_report(tape.gradient(loss, variables), variables)
