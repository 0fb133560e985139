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
# # Your own derivatives, and derivatives of derivatives
#
# Four things that need more than one gradient: a Taylor series, a pendulum, Newton's method, and
# the orbit of a comet, where an equation is solved and its *solution* is differentiated.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tapegrad as tf

# %% [markdown]
# ## Tapes in tapes: a Taylor series
#
# The derivative of a function is a function. Written once, it applies to itself.


# %%
def derivative(function):
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x)

    return slope


def wave(x):
    return tf.sin(x) * tf.exp(-0.1 * x * x)


center = tf.constant(1.0, tf.float64)
coefficients, function, factorial = [], wave, 1.0
for order in range(9):
    coefficients.append(float(function(center)) / factorial)
    function, factorial = derivative(function), factorial * (order + 1)

grid = np.linspace(-3.5, 5.5, 300)
plt.figure(figsize=(8, 3.5), layout="constrained")
plt.plot(grid, wave(tf.constant(grid)).numpy(), color="black", linewidth=2.5, label="function")
for order in (1, 2, 4, 8):
    polynomial = np.polynomial.Polynomial(coefficients[: order + 1])
    plt.plot(grid, polynomial(grid - float(center)), label=f"order {order}")
plt.plot(float(center), float(wave(center)), "o", color="black")
plt.ylim(-1.6, 1.6)
plt.grid(alpha=0.3)
plt.legend(ncols=3)
plt.title("Taylor polynomials, from eight tapes inside one another")
plt.show()

# %% [markdown]
# ## A pendulum: Hamilton's equations
#
# All of the motion is in one function, the energy $H(q, p)$:
# $\dot q = \partial H / \partial p$, $\dot p = -\partial H / \partial q$. Nobody derives equations
# of motion here: the tape differentiates the energy, of two hundred pendulums at once.


# %%
def energy(q, p):
    return p**2 / 2.0 - tf.cos(q)


def flow(q, p):
    with tf.GradientTape() as tape:
        tape.watch([q, p])
        total = tf.reduce_sum(energy(q, p))
    dq, dp = tape.gradient(total, [q, p])
    return dp, -dq


# %% [markdown]
# How the equations are stepped decides whether the energy is kept. Euler's rule moves both at once
# and gains energy; leapfrog moves momentum, position, momentum, and keeps the *area* of any set of
# states, so that the energy only trembles.


# %%
def euler(q, p, h):
    velocity, force = flow(q, p)
    return q + h * velocity, p + h * force


def leapfrog(q, p, h):
    p = p + h / 2 * flow(q, p)[1]
    q = q + h * flow(q, p)[0]
    return q, p + h / 2 * flow(q, p)[1]


def simulate(step, q, p, h, steps):
    q, p = tf.constant(q), tf.constant(p)
    path = [(q.numpy(), p.numpy())]
    for _ in range(steps):
        q, p = step(q, p, h)
        path.append((q.numpy(), p.numpy()))
    return np.array(path)


angle = np.linspace(0.0, 2.0 * np.pi, 200)
cloud_q, cloud_p = 1.2 + 0.35 * np.cos(angle), 0.35 * np.sin(angle)
h, steps = 0.1, 300
paths = {rule.__name__: simulate(rule, cloud_q, cloud_p, h, steps) for rule in (euler, leapfrog)}

q, p = np.meshgrid(np.linspace(-3.6, 3.6, 200), np.linspace(-2.6, 2.6, 200))
levels = energy(tf.constant(q), tf.constant(p)).numpy()
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
for axes, (name, path) in zip((left, middle), paths.items(), strict=True):
    axes.contour(q, p, levels, levels=14, colors="0.88", zorder=0)
    for time in range(0, 60, 12):
        axes.fill(*path[time], color=plt.cm.viridis(time / 60), alpha=0.8)
    axes.set(title=f"{name}: a cloud of states", xlabel="angle", ylabel="momentum")
for name, path in paths.items():
    energies = energy(tf.constant(path[:, 0]), tf.constant(path[:, 1])).numpy()
    right.plot(h * np.arange(steps + 1), energies.mean(axis=1), label=name)
right.set(title="mean energy", xlabel="time")
right.grid(alpha=0.3)
right.legend()
plt.show()


def area(states):
    q, p = states
    return 0.5 * abs(np.sum(q * np.roll(p, -1) - p * np.roll(q, -1)))


for name, path in paths.items():
    print(f"{name:9} area of the cloud, before and after: {area(path[0]):.3f} {area(path[40]):.3f}")
assert abs(area(paths["leapfrog"][40]) / area(paths["leapfrog"][0]) - 1.0) < 0.01

# %% [markdown]
# ## Newton's method
#
# Gradient descent follows the slope; Newton's method also asks how the slope changes. The matrix of
# second derivatives is the Jacobian of the gradient: a tape around a tape.


# %%
def banana(x):
    return (1.0 - x[0]) ** 2 + 20.0 * (x[1] - x[0] ** 2) ** 2


def slope_and_curvature(x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = banana(x)
        slope = inner.gradient(y, x)
    return slope, outer.jacobian(slope, x)


def newton(x):
    slope, curvature = slope_and_curvature(x)
    return x - tf.linalg.solve(curvature, slope[:, None])[:, 0]


def descent(x):
    return x - 0.005 * slope_and_curvature(x)[0]


def follow(rule, count):
    points = [tf.constant([-1.2, 1.0], tf.float64)]
    for _ in range(count):
        points.append(rule(points[-1]))
    return np.array([point.numpy() for point in points])


rules = {"gradient descent": follow(descent, 400), "Newton": follow(newton, 7)}
x, y = np.meshgrid(np.linspace(-1.7, 1.7, 200), np.linspace(-1.7, 2.2, 200))
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
heights = banana(tf.constant(np.stack([x, y]))).numpy()
left.contour(x, y, np.log10(heights + 1e-3), levels=18, colors="0.85", zorder=0)
for name, points in rules.items():
    left.plot(*points.T, marker=".", label=f"{name}, {len(points) - 1} steps")
    right.semilogy(np.maximum(np.linalg.norm(points - 1.0, axis=1), 1e-17), marker=".", label=name)
left.plot(1.0, 1.0, "*", color="black", markersize=11)
left.legend(loc="lower left", fontsize=9)
left.set(title="the way to the minimum (star)")
right.set(title="distance to the minimum", xlabel="step", xlim=(-1, 40))
right.grid(alpha=0.3)
right.legend()
plt.show()
assert np.allclose(rules["Newton"][-1], 1.0, atol=1e-10)

# %% [markdown]
# ## Differentiating a solution
#
# Where is a comet at a given time? Kepler: solve $E - e \sin E = M$ for $E$. The solver is a loop
# of Newton steps; recorded, every step costs memory, and the derivative is only as good as the last
# step. But the equation itself says what the derivative of its solution is:
#
# $$\frac{\partial E}{\partial M} = \frac{1}{1 - e \cos E}, \qquad
# \frac{\partial E}{\partial e} = \frac{\sin E}{1 - e \cos E}.$$
#
# A *custom gradient* uses that. The rule is made of operations, so it can be differentiated again.


# %%
@tf.custom_gradient
def kepler(mean, eccentricity):
    position = mean.numpy() + eccentricity.numpy() * np.sin(mean.numpy())
    for _ in range(50):
        residual = position - eccentricity.numpy() * np.sin(position) - mean.numpy()
        position = position - residual / (1.0 - eccentricity.numpy() * np.cos(position))
    found = tf.constant(position)

    def grad(upstream):
        # The rule calls `kepler` again: its own derivative is then known as well.
        at = kepler(mean, eccentricity)
        shared = upstream / (1.0 - eccentricity * tf.cos(at))
        return shared, tf.reduce_sum(shared * tf.sin(at))

    return found, grad


mean = tf.constant(np.linspace(0.0, 2.0 * np.pi, 121))
eccentricity = tf.constant(0.8, tf.float64)


def place(mean):
    at = kepler(mean, eccentricity)
    return tf.stack([tf.cos(at) - eccentricity, tf.sqrt(1.0 - eccentricity**2) * tf.sin(at)])


with tf.autodiff.ForwardAccumulator(mean, tf.ones_like(mean)) as forward:
    orbit = place(mean)
velocity = forward.jvp(orbit).numpy()
speed = np.linalg.norm(velocity, axis=0)

x, y = orbit.numpy()
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
left.plot(x, y, color="0.8")
left.quiver(x[::5], y[::5], *velocity[:, ::5], speed[::5], cmap="viridis", width=0.006, zorder=3)
left.plot(0.0, 0.0, "o", color="orange", markersize=12)
left.set(title="orbit and velocities (derivative by time)", aspect="equal")
# Vis viva: the speed that the conservation of energy asks for.
right.plot(mean, speed, label="from the derivative")
right.plot(mean[::4], np.sqrt(2.0 / np.hypot(x, y) - 1.0)[::4], "k.", label=r"$\sqrt{2/r - 1}$")
right.set(title="speed", xlabel="time")
right.grid(alpha=0.3)
right.legend()
plt.show()
assert np.allclose(speed, np.sqrt(2.0 / np.hypot(x, y) - 1.0))

# %% [markdown]
# The rule is differentiated again for the acceleration, which must be Newton's law of gravity: it
# points to the sun, and falls with the square of the distance.

# %%
ones = tf.ones_like(mean)
with tf.autodiff.ForwardAccumulator(mean, ones) as outer:
    with tf.autodiff.ForwardAccumulator(mean, ones) as inner:
        orbit = place(mean)
    velocity = inner.jvp(orbit)
acceleration = outer.jvp(velocity).numpy()
gravity = -orbit.numpy() / np.hypot(x, y) ** 3
print("largest deviation from gravity:", np.abs(acceleration - gravity).max())
assert np.allclose(acceleration, gravity)

# %% [markdown]
# One line checks a rule of your own, in every mode and in both orders.

# %%
tf.testing.check_gradients(kepler, np.array([0.5, 2.0, 4.0]), np.array(0.6))
