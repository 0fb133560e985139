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
# # First steps with a tape
#
# A *tape* writes down every operation inside its block. Played backwards, it gives the gradient of
# any result with respect to anything that was watched.

# %%
import numpy as np

import tapegrad as tf

x = tf.constant(3.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x * x
tape.gradient(y, x)

# %% [markdown]
# ## Variables are watched by themselves
#
# The gradient of a scalar with respect to a variable has the variable's shape. Sources may be any
# structure; the answer has the same one.

# %%
weights = tf.Variable(tf.random.stateless_normal([3, 2], seed=[1, 2]), name="weights")
bias = tf.Variable(tf.zeros([2]), name="bias")
data = tf.constant([[1.0, 2.0, 3.0]])

with tf.GradientTape() as tape:
    prediction = data @ weights + bias
    loss = tf.reduce_mean(prediction**2)
gradients = tape.gradient(loss, {"weights": weights, "bias": bias})
{name: g.shape for name, g in gradients.items()}

# %% [markdown]
# ## Gradients are fresh, and the tape is used once
#
# Nothing accumulates in the variables. A second call needs a tape that was made to persist.

# %%
try:
    tape.gradient(loss, weights)
except RuntimeError as error:
    print(error)

# %%
x = tf.constant([1.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x
    z = y * y
print(tape.gradient(z, x).numpy(), "= 4 x^3")
print(tape.gradient(y, x).numpy(), "= 2 x")
del tape  # what it recorded is gone at once

# %% [markdown]
# ## Python control flow is what it is
#
# The tape records what ran: only the branch that was taken is differentiated.

# %%
x = tf.constant(1.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x
    while y < 100.0:
        y = y * 3.0 if y < 10.0 else y + x
tape.gradient(y, x).numpy()

# %% [markdown]
# ## None says: not connected
#
# A target that does not depend on the source has no gradient, which is not the same as zero. Ask
# for zeros if you want them.

# %%
x, unrelated = tf.Variable(2.0), tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * x
print(tape.gradient(y, [x, unrelated]))
with tf.GradientTape() as tape:
    y = x * x
print(tape.gradient(y, unrelated, unconnected_gradients="zero"))

# %% [markdown]
# ## Tapes nest: higher derivatives
#
# The gradient computed inside the outer block is recorded like anything else.

# %%
x = tf.Variable(1.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.exp(2.0 * x)
    slope = inner.gradient(y, x)
curvature = outer.gradient(slope, x)
print(slope.numpy() / np.exp(2.0), curvature.numpy() / np.exp(2.0))

# %% [markdown]
# ## Jacobians, and forward mode
#
# `jacobian` pulls all rows back together. A `ForwardAccumulator` goes the other way: it carries a
# direction along with the computation.

# %%
x = tf.constant([0.5, 1.0, 1.5])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.math.cumsum(tf.sin(x))
jacobian = tape.jacobian(y, x)
print(jacobian.numpy().round(3))

direction = tf.constant([1.0, 0.0, 0.0])
with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
    y = tf.math.cumsum(tf.sin(x))
print(accumulator.jvp(y).numpy().round(3), "= its first column")

# %% [markdown]
# ## Your own derivative
#
# Where the textbook formula loses its digits, give a better one: the derivative of
# `log(1 + exp(x))` computed naively is `inf / inf` for large `x`.


# %%
@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)

    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))

    return tf.math.log(1 + e), grad


x = tf.constant(100.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = log1pexp(x)
tape.gradient(y, x).numpy()

# %% [markdown]
# ## A model, a loss, a loop
#
# Everything together: a line fitted to points by gradient descent.

# %%
points = np.linspace(-1.0, 1.0, 50, dtype=np.float32)
values = 3.0 * points + 2.0 + 0.1 * np.random.default_rng(0).normal(size=50).astype(np.float32)

slope, offset = tf.Variable(0.0), tf.Variable(0.0)
optimizer = tf.optimizers.SGD(learning_rate=0.3)
for _ in range(100):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((slope * points + offset - values) ** 2)
    gradients = tape.gradient(loss, [slope, offset])
    optimizer.apply_gradients(zip(gradients, [slope, offset], strict=True))
print(f"{slope.numpy():.2f} x + {offset.numpy():.2f}, loss {loss.numpy():.4f}")

expected = np.polyfit(points, values, 1)
assert np.allclose([slope.numpy(), offset.numpy()], expected, atol=1e-3)
