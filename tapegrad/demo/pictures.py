"""The pictures of the main job: the loss curve, and some predictions."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tapegrad.demo.dataset import SIDE, Digits
from tapegrad.demo.digits import History

_ROWS, _COLUMNS = 5, 10
_RIGHT, _WRONG = "#1a7f37", "#cf222e"


def can_draw() -> bool:
    """Say whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def save_loss_curve(history: History, path: Path) -> None:
    """Draw the losses of the steps, and loss and accuracy on the test images.

    Parameters
    ----------
    history : History
        What the training measured.
    path : Path
        The PNG file to write.
    """
    from matplotlib.figure import Figure

    steps = len(history.step_losses)
    ends = np.linspace(0, steps, len(history.test_losses) + 1)[1:]
    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    losses.plot(np.arange(1, steps + 1), history.step_losses, color="0.75", label="mini-batches")
    losses.plot(ends, history.test_losses, color="tab:blue", marker=".", label="test images")
    losses.set(yscale="log", xlabel="step", ylabel="cross-entropy", title="Loss")
    losses.legend()
    accuracies.plot(ends, history.test_accuracies, color="tab:blue", marker=".")
    accuracies.set(xlabel="step", title="Test images recognised", ylim=(None, 1.0))
    accuracies.yaxis.set_major_formatter("{x:.0%}")
    for axes in (losses, accuracies):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def save_predictions(digits: Digits, predicted: NDArray[np.int64], path: Path) -> None:
    """Draw 50 test digits, mistakes first, each with what the network takes it for.

    Parameters
    ----------
    digits : Digits
        The images.
    predicted : ndarray of int64, shape (359,)
        The network's answer to each test image.
    path : Path
        The PNG file to write.
    """
    from matplotlib.figure import Figure

    mistaken = predicted != digits.test_labels
    chosen = np.argsort(~mistaken, stable=True)[: _ROWS * _COLUMNS]
    figure = Figure(figsize=(_COLUMNS, 1.25 * _ROWS + 0.5), layout="constrained")
    figure.suptitle(
        f"Test digits: {mistaken.sum()} of {len(predicted)} mistaken (red: predicted, true label)"
    )
    cells = figure.subplots(_ROWS, _COLUMNS).flat
    for axes, i in zip(cells, chosen, strict=True):
        axes.imshow(digits.test_images[i].reshape(SIDE, SIDE), cmap="gray_r", vmin=0.0, vmax=1.0)
        axes.set(xticks=[], yticks=[])
        wrong = bool(mistaken[i])
        title = f"{predicted[i]}, true {digits.test_labels[i]}" if wrong else f"{predicted[i]}"
        axes.set_title(title, color=_WRONG if wrong else _RIGHT, fontsize=10)
        axes.spines[:].set(color=_WRONG if wrong else "0.8", linewidth=2.0 if wrong else 0.5)
    figure.savefig(path, dpi=120)
