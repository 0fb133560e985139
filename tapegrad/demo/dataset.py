"""The bundled handwritten digits, and their split into training and test images."""

from __future__ import annotations

import gzip
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SIDE = 8
PIXELS = SIDE * SIDE
CLASSES = 10
_INK = 16.0  # the value of the darkest pixel


class Digits(NamedTuple):
    """Training and test images with their labels.

    Attributes
    ----------
    train_images, test_images : ndarray of float32, shape (n, 64)
        Pixels row by row, from 0 (paper) to 1 (ink).
    train_labels, test_labels : ndarray of int64, shape (n,)
        The digit that each image shows.
    """

    train_images: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.float32]
    test_labels: NDArray[np.int64]


def load_digits(seed: int) -> Digits:
    """Read the 1,797 bundled digits and hold out a fifth of them for the test.

    Parameters
    ----------
    seed : int
        Decides which images are held out: the same seed gives the same split.

    Returns
    -------
    Digits
        1,438 training and 359 test images.

    Examples
    --------
    >>> from tapegrad.demo.dataset import load_digits
    >>> digits = load_digits(seed=0)
    >>> digits.train_images.shape, digits.test_images.shape
    ((1438, 64), (359, 64))
    """
    packed = (resources.files("tapegrad.demo") / "data" / "digits.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    table = np.loadtxt(lines, delimiter=",", dtype=np.int64)
    images = (table[:, :PIXELS] / _INK).astype(np.float32)
    labels = table[:, PIXELS]
    order = np.random.default_rng(seed).permutation(len(table))
    test, train = np.split(order, [len(table) // 5])
    return Digits(images[train], labels[train], images[test], labels[test])
