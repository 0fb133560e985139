"""ADBench's hand tracking (HAND): a dense, tall Jacobian, 3 N rows and 26 or 28 columns.

A hand of 22 bones is posed by 26 parameters (global rotation 3, global translation 3, four angles
for each of five fingers), its vertices follow the bones by linear skinning, and N points are
compared with vertices (simple) or with places inside triangles (complicated).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.objectives.arrays import Array, Tensor
from benchmarks.objectives.files import Numbers

SMALLEST_ANGLE = 1e-4  # below it ADBench takes a rotation for the identity


class Model(NamedTuple):
    """A hand at rest."""

    parents: list[int]  # one for each of B bones; -1 for the root
    relatives: Array  # (B, 4, 4) bone to parent, at rest
    inverse_absolutes: Array  # (B, 4, 4) world to bone, at rest
    vertices: Array  # (V, 4) homogeneous
    weights: Array  # (V, B) skinning
    triangles: NDArray[np.int32]  # (T, 3)


class Hand(NamedTuple):
    """One instance: a model, N points to explain and a first guess of the parameters."""

    model: Model
    correspondences: NDArray[np.int32]  # (N,) vertices, or triangles when complicated
    points: Array  # (N, 3)
    us: Array | None  # (N, 2) barycentric coordinates when complicated
    theta: Array  # (26,)


def read_model(directory: Path) -> Model:
    """Read ``bones.txt``, ``vertices.txt`` and ``triangles.txt``."""
    bones = [line.split(":") for line in (directory / "bones.txt").read_text().split()]
    matrices = np.array([bone[2:34] for bone in bones], dtype=np.float64).reshape(-1, 2, 4, 4)
    lines = [line.split(":") for line in (directory / "vertices.txt").read_text().split()]
    vertices = np.ones((len(lines), 4))
    weights = np.zeros((len(lines), len(bones)))
    for row, line in enumerate(lines):
        vertices[row, :3] = [float(word) for word in line[:3]]
        pairs = line[9 : 9 + 2 * int(line[8])]
        for bone, weight in zip(pairs[0::2], pairs[1::2], strict=True):
            weights[row, int(bone)] = float(weight)
    text = (directory / "triangles.txt").read_text().split()
    triangles = np.array([line.split(":")[:3] for line in text], dtype=np.int32)
    parents = [int(bone[1]) for bone in bones]
    return Model(parents, matrices[:, 0], matrices[:, 1], vertices, weights, triangles)


def read(path: Path, model_directory: Path, *, complicated: bool) -> Hand:
    """Read an instance and the model that it refers to."""
    numbers = Numbers(path)
    count, theta_size = numbers.integers(2)
    rows = numbers.array(count, 4)
    us = numbers.array(count, 2) if complicated else None
    theta = numbers.array(theta_size)
    correspondences = rows[:, 0].astype(np.int32)
    return Hand(read_model(model_directory), correspondences, rows[:, 1:], us, theta)


def finger_angle_index(bone_count: int) -> NDArray[np.int32]:
    """Where each bone's Euler angles, (B, 3) in the order x, z, y, stand in ``[0, theta]``.

    A finger has four bones. The first does not move, the second turns about x and z, the third
    and fourth about x only.
    """
    index = np.zeros((bone_count, 3), dtype=np.int32)
    angle = 1 + 6  # after the zero, the global rotation and the translation
    for finger in range(5):
        for joint in (2, 3, 4):
            bone = 4 * finger + joint
            index[bone, 0] = angle
            angle += 1
            if joint == 2:
                index[bone, 1] = angle
                angle += 1
    return index


def matrices(tf: Any, entries: list[list[Tensor]]) -> Tensor:
    """Stack tensors (...) given row by row to matrices (..., rows, columns)."""
    return tf.stack([tf.stack(row, axis=-1) for row in entries], axis=-2)


def euler_rotations(tf: Any, angles: Tensor) -> Tensor:
    """Homogeneous matrices (B, 4, 4) of ``Rz Ry Rx`` for the angles (B, 3) in the order x, z, y."""
    sines, cosines = tf.sin(angles), tf.cos(angles)
    sx, sz, sy = sines[:, 0], sines[:, 1], sines[:, 2]
    cx, cz, cy = cosines[:, 0], cosines[:, 1], cosines[:, 2]
    zero, one = tf.zeros_like(sx), tf.ones_like(sx)
    rows = [
        [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz, zero],
        [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz, zero],
        [-sy, sx * cy, cx * cy, zero],
        [zero, zero, zero, one],
    ]
    return matrices(tf, rows)


def angle_axis_rotation(tf: Any, r: Tensor) -> Tensor:
    """The matrix (3, 3) of the rotation about `r` (3,) by the angle ``|r|``."""
    angle = tf.sqrt(tf.reduce_sum(tf.square(r)))
    if angle < SMALLEST_ANGLE:
        return tf.eye(3, dtype=tf.float64)
    x, y, z = tf.unstack(r / angle)
    s, c = tf.sin(angle), tf.cos(angle)
    t = 1.0 - c
    rows = [
        [x * x * t + c, x * y * t - z * s, x * z * t + y * s],
        [x * y * t + z * s, y * y * t + c, y * z * t - x * s],
        [x * z * t - y * s, y * z * t + x * s, z * z * t + c],
    ]
    return matrices(tf, rows)


def posed_vertices(tf: Any, theta: Tensor, model: Model) -> Tensor:
    """The vertices (V, 3) of the hand in the pose `theta` (26,)."""
    padded = tf.concat([tf.zeros((1,), dtype=tf.float64), theta], axis=0)
    angles = tf.gather(padded, finger_angle_index(len(model.parents)))
    relatives = tf.matmul(tf.constant(model.relatives), euler_rotations(tf, angles))
    absolutes: list[Tensor] = []
    for bone, parent in enumerate(model.parents):
        relative = relatives[bone]
        absolutes.append(relative if parent == -1 else tf.matmul(absolutes[parent], relative))
    transforms = tf.matmul(tf.stack(absolutes), tf.constant(model.inverse_absolutes))
    by_bone = tf.einsum("bij,vj->bvi", transforms[:, :3], tf.constant(model.vertices))
    skinned = tf.einsum("vb,bvi->vi", tf.constant(model.weights), by_bone)
    rotation = angle_axis_rotation(tf, theta[:3])
    return tf.matmul(skinned, rotation, transpose_b=True) + theta[3:6]


def objective(tf: Any, theta: Tensor, us: Tensor | None, hand: Hand) -> Tensor:
    """The residuals (3 N,): points minus the places on the hand that correspond to them.

    `us` (N, 2) are the barycentric coordinates when `hand` is complicated, else None.
    """
    vertices = posed_vertices(tf, theta, hand.model)
    if us is None:
        places = tf.gather(vertices, hand.correspondences)
    else:
        corners = tf.gather(vertices, hand.model.triangles[hand.correspondences])
        third = 1.0 - tf.reduce_sum(us, axis=1, keepdims=True)
        places = tf.einsum("nc,nci->ni", tf.concat([us, third], axis=1), corners)
    return tf.reshape(tf.constant(hand.points) - places, [-1])


def value(tf: Any, hand: Hand) -> Array:
    """The residuals at the instance's own parameters, as a NumPy array (3 N,)."""
    us = None if hand.us is None else tf.constant(hand.us)
    residuals: Array = objective(tf, tf.constant(hand.theta), us, hand).numpy()
    return residuals


def moved(tf: Any, theta: Tensor, shift: Tensor | None, hand: Hand) -> Tensor:
    """The residuals with all barycentric coordinates moved by `shift` (2,).

    Each residual depends on the coordinates of its own correspondence only, so that the derivatives
    by `shift` are the Jacobian with respect to `us`, which is block-diagonal, compressed.
    """
    us = None if hand.us is None else tf.constant(hand.us) + shift
    return objective(tf, theta, us, hand)


def jacobian(tf: Any, hand: Hand, mode: str | None = None) -> Array:
    """The Jacobian through `tf.autodiff.jacobian`: (3 N, 26), or (3 N, 28) if complicated.

    The first two columns of the complicated one are those of `moved`.
    """
    theta = tf.constant(hand.theta)
    if hand.us is None:
        columns = tf.autodiff.jacobian(lambda t: moved(tf, t, None, hand), theta, mode=mode)
        found: Array = columns.numpy()
        return found
    shift = tf.zeros((2,), dtype=tf.float64)
    of_us, of_theta = tf.autodiff.jacobian(
        lambda s, t: moved(tf, t, s, hand), (shift, theta), mode=mode
    )
    return np.concatenate([of_us.numpy(), of_theta.numpy()], axis=1)


def jacobian_by_columns(tf: Any, hand: Hand) -> Array:
    """The same through one `ForwardAccumulator` for each column."""
    theta = tf.constant(hand.theta)
    us = None if hand.us is None else tf.constant(hand.us)
    columns = []
    if us is not None:
        for coordinate in range(2):
            seed = np.zeros((*hand.points.shape[:1], 2))
            seed[:, coordinate] = 1.0
            with tf.autodiff.ForwardAccumulator(us, tf.constant(seed)) as accumulator:
                residuals = objective(tf, theta, us, hand)
            columns.append(accumulator.jvp(residuals))
    for seed in np.eye(hand.theta.size):
        with tf.autodiff.ForwardAccumulator(theta, tf.constant(seed)) as accumulator:
            residuals = objective(tf, theta, us, hand)
        columns.append(accumulator.jvp(residuals))
    return np.stack([column.numpy() for column in columns], axis=1)
