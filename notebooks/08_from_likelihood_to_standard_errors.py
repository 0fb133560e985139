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
# # From a likelihood to standard errors
#
# One writes down the logarithm of a likelihood; estimates, standard errors, a confidence band and
# the influence of every single observation follow from its derivatives.
#
# The data are the 23 flights of the Space Shuttle before the Challenger accident (Dalal, Fowlkes
# and Hoadley, *Risk Analysis of the Space Shuttle*, Journal of the American Statistical
# Association 84, 1989): the temperature at launch in degrees Fahrenheit, and whether an O-ring was
# damaged.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tapegrad as tf

temperature = np.array(
    [66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58],
    float,
)  # fmt: skip
damaged = np.array(
    [0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1],
    float,
)  # fmt: skip
print(f"{damaged.size} flights, {int(damaged.sum())} with damage")

# %% [markdown]
# ## The likelihood
#
# The probability of damage is a logistic function of the temperature. Parameters may have any
# structure; here they are a dictionary. Each flight has a weight, which is 1 until the end of this
# page.


# %%
def minus_log_likelihood(parameters, weights=1.0):
    score = parameters["intercept"] + parameters["slope"] * temperature
    return tf.reduce_sum(weights * (tf.math.softplus(score) - damaged * score))


found = tf.optimize.minimize(
    minus_log_likelihood, {"intercept": 0.0, "slope": 0.0}, method="trust-exact"
)
estimates = found.x
print(found.message, f"after {found.nit} steps, with exact gradients and Hessians")
{name: round(float(value), 4) for name, value in estimates.items()}

# %% [markdown]
# ## Standard errors
#
# The inverse of the Hessian of minus the log-likelihood is the estimates' covariance. Statistics
# programs that fit this model print 15.0429 (7.3786) and -0.2322 (0.1082).

# %%
errors = tf.optimize.standard_errors(minus_log_likelihood, estimates)
for name in estimates:
    estimate, error = float(estimates[name]), float(errors[name])
    low, high = estimate - 1.96 * error, estimate + 1.96 * error
    print(f"{name:10}{estimate:9.4f}  standard error {error:.4f}   95 %: {low:8.3f} to {high:7.3f}")

assert np.allclose(
    [float(estimates["intercept"]), float(estimates["slope"])], [15.0429, -0.2322], atol=1e-4
)
assert np.allclose(
    [float(errors["intercept"]), float(errors["slope"])], [7.3786, 0.1082], atol=1e-3
)

# %% [markdown]
# ## Errors of what follows from the estimates
#
# `of=` takes any function of the parameters: the delta method needs its Jacobian, which is
# computed. First the temperature at which damage is as likely as not, then the whole curve.


# %%
def even_odds(parameters):
    return -parameters["intercept"] / parameters["slope"]


error = tf.optimize.standard_errors(minus_log_likelihood, estimates, of=even_odds)
print(f"even odds at {float(even_odds(estimates)):.1f} F, standard error {float(error):.1f} F")

# %%
grid = np.linspace(31.0, 85.0, 120)


def score_on_grid(parameters):
    return parameters["intercept"] + parameters["slope"] * grid


def probability(score):
    return 1.0 / (1.0 + np.exp(-score))


middle = score_on_grid(estimates).numpy()
width = (
    1.96 * tf.optimize.standard_errors(minus_log_likelihood, estimates, of=score_on_grid).numpy()
)

figure, axes = plt.subplots(figsize=(7, 3.6))
axes.fill_between(
    grid, probability(middle - width), probability(middle + width), alpha=0.25, label="95 %"
)
axes.plot(grid, probability(middle), label="fitted")
axes.plot(temperature, damaged, "o", alpha=0.5, label="flights")
axes.axvline(31.0, linestyle=":", color="black")
axes.annotate("launch of\nChallenger", (31.5, 0.35))
axes.set_xlabel("temperature at launch, F")
axes.set_ylabel("probability of damage")
axes.legend(loc="upper right")
figure.tight_layout()

# %% [markdown]
# ## Which flights decide?
#
# The estimates are a function of the weights of the flights, although a solver found them. Their
# derivative is that of an implicit function: one linear system, no differences, and no solver's
# steps on the tape. It tells how the slope would change if a flight counted less.

# %%
weights = tf.constant(np.ones(damaged.size))
with tf.GradientTape() as tape:
    tape.watch(weights)
    solution = tf.optimize.minimize(
        minus_log_likelihood, estimates, args=(weights,), method="trust-exact"
    )
    slope = solution.x["slope"]
influence = tape.gradient(slope, weights).numpy()

most = np.argsort(-np.abs(influence))[:4]
for i in most:
    print(f"{temperature[i]:.0f} F, {'damaged' if damaged[i] else 'intact '}: {influence[i]:+.4f}")

# %% [markdown]
# A check by brute force: give the most influential flight a little less weight, and fit again.

# %%
lighter = np.ones(damaged.size)
lighter[most[0]] -= 1e-4
again = tf.optimize.minimize(
    minus_log_likelihood, estimates, args=(lighter,), method="trust-exact", tol=1e-12
)
difference = (float(slope) - float(again.x["slope"])) / 1e-4
print(f"by the tape {influence[most[0]]:+.5f}, by fitting again {difference:+.5f}")
assert np.isclose(difference, influence[most[0]], rtol=1e-2)
