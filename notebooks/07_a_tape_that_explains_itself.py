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
# The tape knows, after an ordinary recording.

# %%
import json

import numpy as np

import tapegrad as tf

x = tf.Variable(3.0, name="x")
with tf.GradientTape(persistent=True) as tape:
    n = tf.cast(x * 2.0, tf.int32)
    y = tf.cast(n, tf.float32) * 2.0
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
# The gradient of 2,000 steps from 10 stored states.

# %%
x = tf.Variable([1.0, 2.0, 3.0], dtype=tf.float64)


def step(i, x):
    dx = tf.stack([10.0 * (x[1] - x[0]), x[0] * (28.0 - x[2]) - x[1], x[0] * x[1] - 2.7 * x[2]])
    return x + 0.0005 * dx


with tf.GradientTape() as tape:
    y = tf.fori_checkpointed(2000, step, x, budget=10)
tape.gradient(y, x)

# %% [markdown]
# ## Are these gradients fit to learn from?

# %%
unused = tf.Variable(1.0, name="unused")
dead = tf.Variable([1.0, -1.0], name="dead")
with tf.GradientTape() as tape:
    y = tf.reduce_sum(tf.nn.relu(dead))
tf.debugging.gradient_report(tape.gradient(y, [dead, unused]), [dead, unused])
