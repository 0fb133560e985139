"""ADBench's bundle adjustment (BA): the sparse Jacobian of reprojection residuals.

Camera (11 numbers): Rodrigues rotation r (3), centre C (3), focal length f, principal point (2),
radial distortion k1, k2. Observation i links camera ``i mod n`` with point ``i mod m``::

    Xc = rotate(r, X - C);  u = Xc[0:2] / Xc[2];  rho = |u|^2
    e  = w (f u (1 + k1 rho + k2 rho^2) + principal point - feature)     2 rows an observation
    ew = 1 - w^2                                                         1 row an observation
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.objectives.arrays import Array, Tensor
from benchmarks.objectives.files import Numbers

CAMERA_SIZE = 11
BLOCK_SIZE = CAMERA_SIZE + 3 + 1  # camera, point, weight


class Observations(NamedTuple):
    """One instance, its cameras, points and weights gathered for each of the p observations."""

    blocks: Array  # (p, 15) camera, point and weight of each observation
    features: Array  # (p, 2)


def read(path: Path) -> Observations:
    """Read an instance. The file holds one camera, point, weight and feature, for all alike."""
    numbers = Numbers(path)
    n, m, p = numbers.integers(3)
    cameras = np.repeat(numbers.array(1, CAMERA_SIZE), n, axis=0)
    points = np.repeat(numbers.array(1, 3), m, axis=0)
    weights = np.repeat(numbers.array(1, 1), p, axis=0)
    features = np.repeat(numbers.array(1, 2), p, axis=0)
    observation = np.arange(p)
    blocks = np.concatenate([cameras[observation % n], points[observation % m], weights], axis=1)
    return Observations(blocks, features)


def cross(tf: Any, a: Tensor, b: Tensor) -> Tensor:
    """The vector product of the rows of `a` and `b`, both (p, 3)."""

    def ahead(v: Tensor, places: int) -> Tensor:
        return tf.roll(v, shift=-places, axis=1)

    return ahead(a, 1) * ahead(b, 2) - ahead(a, 2) * ahead(b, 1)


def rotate(tf: Any, r: Tensor, x: Tensor) -> Tensor:
    """Rotate the rows of `x` (p, 3) about the axes `r` (p, 3) by the angles ``|r|``."""
    squared_angle = tf.reduce_sum(tf.square(r), axis=1, keepdims=True)
    turned = squared_angle > 0.0
    # Both sides of a `where` are differentiated: the square root must not see a zero.
    angle = tf.sqrt(tf.where(turned, squared_angle, tf.ones_like(squared_angle)))
    axis = r / angle
    cosine = tf.cos(angle)
    along = tf.reduce_sum(axis * x, axis=1, keepdims=True) * (1.0 - cosine)
    rotated = x * cosine + cross(tf, axis, x) * tf.sin(angle) + axis * along
    return tf.where(turned, rotated, x + cross(tf, r, x))


def reprojection_errors(tf: Any, blocks: Tensor, features: Tensor) -> Tensor:
    """The residuals e, (p, 2), of the parameter `blocks` (p, 15) and `features` (p, 2)."""
    r, centre = blocks[:, 0:3], blocks[:, 3:6]
    focal, principal = blocks[:, 6:7], blocks[:, 7:9]
    k1, k2 = blocks[:, 9:10], blocks[:, 10:11]
    point, weight = blocks[:, 11:14], blocks[:, 14:15]
    in_camera = rotate(tf, r, point - centre)
    projected = in_camera[:, :2] / in_camera[:, 2:3]
    rho = tf.reduce_sum(tf.square(projected), axis=1, keepdims=True)
    distorted = projected * (1.0 + k1 * rho + k2 * tf.square(rho))
    return weight * (distorted * focal + principal - features)


def weight_errors(tf: Any, weights: Tensor) -> Tensor:
    """The residuals ew, (p,)."""
    return 1.0 - tf.square(weights)


def errors(tf: Any, observations: Observations) -> tuple[Array, Array]:
    """Both kinds of residual: e as 2 p numbers, observation-major, and ew as p numbers."""
    blocks = tf.constant(observations.blocks)
    e = reprojection_errors(tf, blocks, tf.constant(observations.features))
    return e.numpy().ravel(), weight_errors(tf, blocks[:, -1]).numpy()


def jacobian_values(tf: Any, observations: Observations) -> Array:
    """The 31 p non-zero values of the Jacobian, through `batch_jacobian`.

    First 15 values for each of the 2 p rows of e, in the order of the columns (camera, point,
    weight), then one for each row of ew.
    """
    blocks = tf.constant(observations.blocks)
    with tf.GradientTape() as tape:
        tape.watch(blocks)
        e = reprojection_errors(tf, blocks, tf.constant(observations.features))
    values = tape.batch_jacobian(e, blocks)
    return np.concatenate([values.numpy().ravel(), weight_jacobian_values(tf, observations)])


def jacobian_values_by_rows(tf: Any, observations: Observations) -> Array:
    """The same values as `jacobian_values`, through one reverse pass for each column of e.

    The blocks of different observations are independent, so that a cotangent of ones in one
    column of e gives that row of every observation's block at once.
    """
    blocks = tf.constant(observations.blocks)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(blocks)
        e = reprojection_errors(tf, blocks, tf.constant(observations.features))
        columns = tf.unstack(e, axis=1)
    rows = [tape.gradient(column, blocks) for column in columns]
    values = tf.stack(rows, axis=1)
    return np.concatenate([values.numpy().ravel(), weight_jacobian_values(tf, observations)])


def weight_jacobian_values(tf: Any, observations: Observations) -> Array:
    """The diagonal of the Jacobian of ew with respect to the weights, (p,)."""
    weights = tf.constant(observations.blocks[:, -1])
    with tf.GradientTape() as tape:
        tape.watch(weights)
        ew = weight_errors(tf, weights)
    values: Array = tape.gradient(ew, weights).numpy()
    return values
