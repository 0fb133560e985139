"""The command line of the main job."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from tapegrad.demo.dataset import CLASSES, PIXELS, Digits, load_digits
from tapegrad.demo.digits import ACTIVATIONS, DivergedError, History, Network, predict, train
from tapegrad.demo.pictures import can_draw, save_loss_curve, save_predictions
from tapegrad.demo.progress import progress_bar

_LARGEST_SEED = 2**32 - 1


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    bounds = f"of at least {least}" if most is None else f"from {least} to {most}"

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"must be a whole number {bounds}, not {text!r}")
        return value

    return convert


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0.0):
        raise argparse.ArgumentTypeError(f"must be a finite number above 0, not {text!r}")
    return value


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tapegrad",
        description=(
            "Train a network of two layers on 1,797 handwritten digits through an explicit "
            "gradient tape, and test it on a held-out fifth of them."
        ),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    learning = parser.add_argument_group("learning")
    learning.add_argument(
        "--epochs", type=_whole(1), default=40, help="how often every training image is shown"
    )
    learning.add_argument(
        "--batch-size", type=_whole(1), default=32, help="images per step of the optimizer"
    )
    learning.add_argument(
        "--hidden", type=_whole(1), default=64, help="units between the two layers"
    )
    learning.add_argument(
        "--activation", choices=sorted(ACTIVATIONS), default="relu", help="function of these units"
    )
    learning.add_argument(
        "--learning-rate", type=_positive, default=0.003, help="step size of the Adam optimizer"
    )
    learning.add_argument(
        "--seed",
        type=_whole(0, _LARGEST_SEED),
        default=0,
        help="decides the split, the first weights and the order of the images",
    )
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output",
        type=Path,
        default=Path("tapegrad-digits"),
        metavar="DIR",
        help="where loss.png and predictions.png are written (needs matplotlib)",
    )
    output.add_argument("--no-pictures", action="store_true", help="write no pictures")
    output.add_argument("--quiet", action="store_true", help="print the results only")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the main job.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line; by default that of the process.

    Returns
    -------
    int
        The exit code: 0, or 1 if the training diverged or the pictures could not be written.
        Wrong options end in ``SystemExit(2)``.
    """
    parser = make_parser()
    options = parser.parse_args(arguments)
    digits = load_digits(options.seed)
    count = len(digits.train_labels)
    if options.batch_size > count:
        parser.error(
            f"argument --batch-size: must be at most {count}, the number of training images, "
            f"not {options.batch_size}"
        )
    drawing = not options.no_pictures and can_draw()
    if drawing:
        try:
            options.output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            parser.error(f"argument --output: cannot make the directory: {error}")

    rng = np.random.default_rng(options.seed)
    network = Network(options.hidden, options.activation, rng)
    if not options.quiet:
        _print_heading(network, digits, options)
    steps = options.epochs * math.ceil(count / options.batch_size)
    try:
        with progress_bar(steps, "training", quiet=options.quiet) as progress:
            history = train(
                network,
                digits,
                epochs=options.epochs,
                batch_size=options.batch_size,
                learning_rate=options.learning_rate,
                rng=rng,
                progress=progress,
            )
    except DivergedError as error:
        print(
            f"The training diverged: {error}. Try a --learning-rate below "
            f"{options.learning_rate:g}.",
            file=sys.stderr,
        )
        return 1

    predicted = predict(network, digits.test_images)
    _print_results(predict(network, digits.train_images), predicted, digits, history)
    if drawing:
        loss_path = options.output / "loss.png"
        predictions_path = options.output / "predictions.png"
        try:
            save_loss_curve(history, loss_path)
            save_predictions(digits, predicted, predictions_path)
        except OSError as error:
            print(f"The pictures could not be written: {error}", file=sys.stderr)
            return 1
        print(f"pictures        {loss_path}, {predictions_path}")
    elif not options.no_pictures:
        print("pictures        none: matplotlib is not installed (pip install matplotlib)")
    return 0


def _print_heading(network: Network, digits: Digits, options: argparse.Namespace) -> None:
    parameters = sum(v.numpy().size for v in network.trainable_variables)
    print(
        f"data            {len(digits.train_labels):,} training and "
        f"{len(digits.test_labels):,} test images of handwritten digits"
    )
    print(
        f"network         {PIXELS}-{options.hidden}-{CLASSES}, {options.activation}, "
        f"{parameters:,} parameters"
    )
    print(
        f"learning        Adam, learning rate {options.learning_rate:g}, "
        f"{options.epochs} epochs in batches of {options.batch_size}, seed {options.seed}",
        flush=True,
    )


def _print_results(
    predicted_train: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    predicted_test: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    digits: Digits,
    history: History,
) -> None:
    for name, predicted, labels in (
        ("train", predicted_train, digits.train_labels),
        ("test", predicted_test, digits.test_labels),
    ):
        right = int((predicted == labels).sum())
        print(
            f"{name + ' accuracy':<16}{100.0 * right / len(labels):.2f} %  "
            f"({right:,} of {len(labels):,})"
        )
    seconds = history.step_seconds
    print(
        f"time per step   {1e3 * median(seconds):.3f} ms  "
        f"(median of {len(seconds):,}: forward, gradient and update)"
    )
