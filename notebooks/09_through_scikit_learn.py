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
# # The derivative of a cross-validated score
#
# How good a model is, is measured by cross-validation: fit it to four fifths of the data, predict
# the rest, five times. The score is a function of everything that went in: the penalty, the scale
# of each feature, every number in the data. On this page it is differentiated, through
# scikit-learn's own `StandardScaler`, `PCA` and `Ridge`.
#
# scikit-learn and SciPy compute with the arrays of any library that keeps to the array API
# standard, as `tapegrad.numpy` does. They have to be told: SciPy by a variable of the environment,
# before it is imported, and scikit-learn by its configuration.

# %%
import os

os.environ["SCIPY_ARRAY_API"] = "1"

import matplotlib.pyplot as plt
import sklearn
from sklearn.datasets import load_diabetes
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tapegrad as tf
import tapegrad.numpy as np

tf.debugging.set_gradient_leaks("error")  # whatever would lose a gradient is an error
sklearn.set_config(array_api_dispatch=True)

# %% [markdown]
# 150 of the patients of scikit-learn's diabetes data: ten measurements, and how far the disease had
# progressed a year later, in standard deviations.

# %%
data = load_diabetes()
X, y = np.asarray(data.data[:150]), np.asarray(data.target[:150])
y = (y - y.mean()) / y.std()
folds = list(KFold(5, shuffle=True, random_state=0).split(data.data[:150]))


def score(model, X, y):
    """The mean squared error of predictions for the part that the model has not seen."""
    total = 0.0
    for train, test in folds:
        model.fit(X[train], y[train])
        total = total + np.sum((model.predict(X[test]) - y[test]) ** 2)
    return total / len(y)


# %% [markdown]
# ## By the penalty
#
# The penalty of a ridge regression is an array of shape `()` like any other. Its logarithm is the
# variable here. The derivative says which way to go, and the second one how far.


# %%
def of_penalty(log_penalty):
    model = make_pipeline(StandardScaler(), Ridge(alpha=np.exp(log_penalty), solver="svd"))
    return score(model, X, y)


at = np.array(3.0)
value, slope = np.value_and_grad(of_penalty)(at)
step = 1e-4
difference = (of_penalty(at + step) - of_penalty(at - step)) / (2 * step)
print(f"score {float(value):.6f}")
print(f"derivative     {float(slope):.9f}")
print(f"by differences {float(difference):.9f}")

# %% [markdown]
# The best penalty is where the derivative is 0. Newton's method finds it in a few steps; a grid of
# the same precision would need thousands.

# %%
best = at
for _ in range(6):
    slope, curvature = np.grad(of_penalty)(best), np.hessian(of_penalty)(best)
    print(f"log penalty {float(best):.8f}   derivative {float(slope):+.1e}")
    best = best - slope / curvature

# %% [markdown]
# ## By the scale of each feature
#
# Nobody puts ten hyperparameters on a grid. Here every feature has a scale of its own: a feature
# with a small scale is penalised more. Ten derivatives cost about as much as one, and an optimizer
# does the rest. Features that do not help to predict are scaled down to nearly nothing.


# %%
def of_scales(log_scales):
    standardised = (X - np.mean(X, axis=0)) / np.std(X, axis=0)
    return score(Ridge(alpha=1.0, solver="svd"), standardised * np.exp(log_scales), y)


begin = np.full(10, -0.5 * float(best))  # the same penalty for all
found = tf.optimize.minimize(of_scales, begin, method="L-BFGS-B", bounds=(-6.0, 2.0))
print(
    f"score {float(of_scales(begin)):.4f} with one penalty, {float(found.fun):.4f} with ten scales"
)
dict(zip(data.feature_names, np.exp(found.x).tolist(), strict=True))

# %% [markdown]
# (Such a score flatters: it was minimised. What it is worth has to be measured on data that had no
# part in this.)
#
# ## By the data
#
# The score is also a function of all the data. Its derivative with respect to a patient's outcome
# says how much the measured quality of the model depends on that one number, and the derivative
# with respect to the measurements passes through the principal components, that is, through a
# singular value decomposition.


# %%
def of_data(X, y):
    model = make_pipeline(
        StandardScaler(),
        PCA(n_components=4, svd_solver="full"),
        Ridge(alpha=np.exp(best), solver="svd"),
    )
    return score(model, X, y)


by_features, by_outcome = np.grad(of_data, argnums=(0, 1))(X, y)
direction = np.sin(np.arange(X.size)).reshape(X.shape)
step = 1e-6
difference = (of_data(X + step * direction, y) - of_data(X - step * direction, y)) / (2 * step)
print(f"along one direction in all {X.size} numbers: {float(np.sum(by_features * direction)):.8f}")
print(f"by differences:                            {float(difference):.8f}")
assert np.allclose(np.sum(by_features * direction), difference, rtol=1e-5)

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")

grid = np.linspace(-2, 8, 41)
left.plot(grid, np.stack([of_penalty(log_penalty) for log_penalty in grid]))
for log_penalty in np.array([0.0, 5.5, 7.0]):
    value, slope = np.value_and_grad(of_penalty)(log_penalty)
    near = log_penalty + np.array([-0.8, 0.8])
    left.plot(near, value + slope * (near - log_penalty), color="C1")
left.plot(best, of_penalty(best), "o", color="C3")
left.set(xlabel="logarithm of the penalty", ylabel="cross-validated error", title="Score and slope")

middle.barh(data.feature_names, np.exp(found.x))
middle.axvline(np.exp(begin[0]), color="C3", linewidth=1)
middle.set(xscale="log", xlabel="scale", title="Ten scales, and the one of before")

right.axhline(0, color="0.8", linewidth=1)
right.scatter(y, by_outcome, c=np.abs(by_outcome), s=18)
right.set(
    xlabel="outcome of a patient", ylabel="derivative of the score", title="Influence of patients"
)
plt.show()

# %% [markdown]
# ## Where it ends
#
# scikit-learn's metrics return Python numbers, which no tape can follow. That is said where it
# happens, with what to write instead; without `set_gradient_leaks("error")` above it is a warning.

# %%
try:
    np.grad(lambda prediction: mean_squared_error(y, prediction))(0.9 * y)
except tf.errors.GradientLeakError as error:
    print(error)
