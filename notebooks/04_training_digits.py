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
# # Training digits
#
# 1,797 handwritten digits of 8 by 8 pixels come with the package. A small network learns to read
# them in a few seconds, and everything on the way can be looked at: the losses, the filters, the
# gradients of single pixels, the mistakes.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tapegrad as tf
from tapegrad.demo.dataset import SIDE, load_digits

digits = load_digits(seed=0)
figure, cells = plt.subplots(4, 12, figsize=(10, 3.6), layout="constrained")
for axes, image, label in zip(cells.flat, digits.train_images, digits.train_labels, strict=False):
    axes.imshow(image.reshape(SIDE, SIDE), cmap="gray_r")
    axes.set(xticks=[], yticks=[])
    axes.set_title(str(label), fontsize=9)
plt.show()

# %% [markdown]
# ## A network is a function of its variables
#
# Two layers. A `tf.Module` finds its variables by itself, the tape watches them by itself, and the
# optimizer moves them.


# %%
class Network(tf.Module):
    def __init__(self, hidden, seed):
        super().__init__()
        rng = np.random.default_rng(seed)

        def weights(inputs, outputs):
            values = rng.normal(0.0, np.sqrt(2.0 / inputs), (inputs, outputs))
            return tf.Variable(values.astype(np.float32))

        self.w1, self.b1 = weights(64, hidden), tf.Variable(tf.zeros([hidden]))
        self.w2, self.b2 = weights(hidden, 10), tf.Variable(tf.zeros([10]))

    def __call__(self, images):
        return tf.nn.relu(images @ self.w1 + self.b1) @ self.w2 + self.b2


def mean_loss(network, images, labels):
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, network(images))
    return tf.reduce_mean(losses)


def accuracy(network, images, labels):
    return float(np.mean(tf.argmax(network(images), axis=1).numpy() == labels))


network = Network(hidden=64, seed=0)
untrained = network.w1.numpy().copy()
print([tuple(variable.shape) for variable in network.trainable_variables])
print(f"before: {accuracy(network, digits.test_images, digits.test_labels):.0%} recognised")

# %% [markdown]
# ## The loop
#
# A tape per step. Next to the losses we keep the size of each layer's gradient: that is what one
# looks at first when a training does not work.

# %%
rng = np.random.default_rng(1)
optimizer = tf.optimizers.Adam(learning_rate=0.003)
losses, sizes, tested = [], [], []
for _epoch in range(25):
    order = rng.permutation(len(digits.train_labels))
    for batch in np.array_split(order, len(order) // 32):
        images = tf.constant(digits.train_images[batch])
        with tf.GradientTape() as tape:
            loss = mean_loss(network, images, digits.train_labels[batch])
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        losses.append(float(loss))
        sizes.append([float(tf.norm(gradient)) for gradient in gradients[::2]])
    tested.append(accuracy(network, digits.test_images, digits.test_labels))
print(f"after: {tested[-1]:.1%} recognised")
assert tested[-1] > 0.95

# %%
smooth = np.convolve(losses, np.ones(20) / 20, mode="valid")
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
left.semilogy(losses, color="0.8", label="each step")
left.semilogy(np.arange(19, len(losses)), smooth, color="tab:blue", label="mean of 20")
left.set(title="loss", xlabel="step")
left.legend()
middle.semilogy(sizes, linewidth=0.6, label=["first layer", "second layer"])
middle.set(title="size of the gradients", xlabel="step")
middle.legend()
right.plot(np.arange(1, 26), tested, marker=".")
right.yaxis.set_major_formatter("{x:.0%}")
right.set(title="test digits recognised", xlabel="epoch")
for axes in (left, middle, right):
    axes.grid(alpha=0.3)
plt.show()

# %% [markdown]
# ## What the first layer has learnt
#
# Each hidden unit has a weight for every pixel. How far the training has moved them: dark where ink
# now speaks for the unit, red where it speaks against.

# %%
filters = (network.w1.numpy() - untrained).T.reshape(-1, SIDE, SIDE)
strongest = np.argsort(-np.abs(network.w2.numpy()).sum(axis=1))[:24]
scale = np.quantile(np.abs(filters), 0.995)
figure, cells = plt.subplots(2, 12, figsize=(10, 1.9), layout="constrained")
for axes, i in zip(cells.flat, strongest, strict=True):
    axes.imshow(filters[i], cmap="RdGy", vmin=-scale, vmax=scale)
    axes.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Which pixels decide
#
# The tape does not care what a gradient is taken with respect to. Watch the *image*, and the
# gradient of the winning logit says how each pixel speaks for the answer: red for, blue against.

# %%
chosen = [int(np.flatnonzero(digits.test_labels == digit)[0]) for digit in range(10)]
images = tf.constant(digits.test_images[chosen])
with tf.GradientTape() as tape:
    tape.watch(images)
    logits = network(images)
    winners = tf.reduce_sum(tf.reduce_max(logits, axis=1))
saliency = tape.gradient(winners, images).numpy()

figure, cells = plt.subplots(2, 10, figsize=(10, 2.3), layout="constrained")
for column, (image, gradient) in enumerate(zip(images.numpy(), saliency, strict=True)):
    above, below = cells[:, column]
    above.imshow(image.reshape(SIDE, SIDE), cmap="gray_r")
    above.set_title(str(np.argmax(logits.numpy()[column])), fontsize=9)
    limit = np.abs(gradient).max()
    below.imshow(gradient.reshape(SIDE, SIDE), cmap="RdBu_r", vmin=-limit, vmax=limit)
    for axes in (above, below):
        axes.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Fooling the network
#
# Follow that gradient *uphill* for another digit, and the image changes until the network reads
# what we want. A person still reads the old digit: the change is small.

# %%
source, wanted = chosen[1], 7
image = tf.Variable(digits.test_images[source : source + 1])
steps = [image.numpy().copy()]
while tf.argmax(network(image), axis=1).numpy()[0] != wanted and len(steps) < 200:
    with tf.GradientTape() as tape:
        loss = mean_loss(network, image, [wanted])
    gradient = tape.gradient(loss, image)
    image.assign(tf.clip_by_value(image - 0.05 * gradient / tf.norm(gradient), 0.0, 1.0))
    steps.append(image.numpy().copy())
probabilities = [tf.nn.softmax(network(step)).numpy()[0, [1, wanted]] for step in steps]
assert len(steps) < 200

figure, (first, last, change, curve) = plt.subplots(
    1, 4, figsize=(10, 2.4), width_ratios=(1, 1, 1, 2), layout="constrained"
)
first.imshow(steps[0].reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=1)
first.set_title("read as 1")
last.imshow(steps[-1].reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=1)
last.set_title(f"read as {wanted}")
difference = (steps[-1] - steps[0]).reshape(SIDE, SIDE)
change.imshow(difference, cmap="RdBu_r", vmin=-1, vmax=1)
change.set_title("the change")
for axes in (first, last, change):
    axes.set(xticks=[], yticks=[])
curve.plot(probabilities, label=["1", str(wanted)])
curve.set(xlabel="step", title="probability")
curve.legend()
plt.show()

# %% [markdown]
# ## The mistakes
#
# What is left over is hard for people too.

# %%
read = tf.argmax(network(digits.test_images), axis=1).numpy()
wrong = np.flatnonzero(read != digits.test_labels)[:12]
count = len(wrong)
figure, cells = plt.subplots(1, count, figsize=(count, 1.3), squeeze=False, layout="constrained")
for axes, i in zip(cells[0], wrong, strict=True):
    axes.set_axis_off()
    axes.imshow(digits.test_images[i].reshape(SIDE, SIDE), cmap="gray_r")
    axes.set_title(f"{read[i]}, is {digits.test_labels[i]}", fontsize=9)
plt.show()
