"""The main job: it learns, repeats itself, explains itself, and refuses what makes no sense."""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import tapegrad.demo.cli
from tapegrad.demo.cli import main
from tapegrad.demo.dataset import Digits, load_digits
from tapegrad.demo.digits import DivergedError, History, Network, predict, train
from tapegrad.demo.progress import NoBar, PlainBar, progress_bar


def accuracies(printed: str) -> dict[str, float]:
    found = re.findall(r"^(train|test) accuracy +([\d.]+) %", printed, re.MULTILINE)
    return {name: float(percent) for name, percent in found}


def without_times(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if not line.startswith("time per step")]


@pytest.fixture(scope="module")
def digits() -> Digits:
    return load_digits(seed=0)


def trained(digits: Digits, activation: str, **options: float) -> tuple[Network, History]:
    rng = np.random.default_rng(0)
    network = Network(32, activation, rng)
    settings = {"epochs": 3, "batch_size": 100, "learning_rate": 0.01} | options
    return network, train(network, digits, rng=rng, progress=NoBar(), **settings)


def test_the_data_are_whole_and_split_without_overlap(digits: Digits) -> None:
    assert digits.train_images.shape == (1438, 64)
    assert digits.test_images.shape == (359, 64)
    for images, labels in (digits[:2], digits[2:]):
        assert images.dtype == np.float32
        assert images.min() == 0.0
        assert images.max() == 1.0
        assert set(labels) == set(range(10))
    # The ten counts of the published data set.
    counts = np.bincount(np.concatenate([digits.train_labels, digits.test_labels]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    other = load_digits(seed=1)
    assert not np.array_equal(other.test_labels, digits.test_labels)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_recognises_96_percent_of_the_held_out_digits(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quiet", "--no-pictures", "--seed", str(seed)]) == 0
    printed = capsys.readouterr().out
    assert accuracies(printed)["test"] >= 96.0
    assert accuracies(printed)["train"] >= 99.0
    assert re.search(r"^time per step +\d+\.\d+ ms", printed, re.MULTILINE)


# What TensorFlow 2.21.0 gives when tapegrad.demo.digits imports it in tapegrad's place.
TENSORFLOW = {
    "relu": (
        [2.3539, 2.21084, 2.11137, 2.02456, 1.94939, 1.89674, 1.75805, 1.70653],
        [1.101957, 0.480139, 0.272334],
    ),
    "tanh": (
        [2.44765, 2.23699, 2.04296, 1.90834, 1.7997, 1.68562, 1.53937, 1.49125],
        [0.876338, 0.395351, 0.243231],
    ),
}


@pytest.mark.parametrize("activation", sorted(TENSORFLOW))
def test_the_training_is_tensorflows(digits: Digits, activation: str) -> None:
    _, history = trained(digits, activation)
    step_losses, test_losses = TENSORFLOW[activation]
    np.testing.assert_allclose(history.step_losses[:8], step_losses, rtol=1e-5)
    np.testing.assert_allclose(history.test_losses, test_losses, rtol=1e-3)
    assert len(history.step_losses) == len(history.step_seconds) == 3 * math.ceil(1438 / 100)


def test_the_same_seed_gives_the_same_training(capsys: pytest.CaptureFixture[str]) -> None:
    short = ["--no-pictures", "--epochs", "2", "--seed", "7"]
    printed = []
    for arguments in (short, short, [*short[:-1], "8"]):
        assert main(arguments) == 0
        printed.append(without_times(capsys.readouterr().out))
    assert printed[0] == printed[1]
    assert printed[0] != printed[2]


def test_the_first_weights_and_every_loss_repeat(digits: Digits) -> None:
    first, history = trained(digits, "tanh")
    second, again = trained(digits, "tanh")
    assert history.step_losses == again.step_losses
    for one, other in zip(first.trainable_variables, second.trainable_variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    np.testing.assert_array_equal(
        predict(first, digits.test_images), predict(second, digits.test_images)
    )


def test_steps_that_are_too_long_are_reported(
    digits: Digits, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DivergedError, match=r"the loss became (nan|inf) in step \d+ \(epoch 1\)"):
        trained(digits, "relu", learning_rate=1e30)
    assert main(["--quiet", "--no-pictures", "--epochs", "1", "--learning-rate", "1e30"]) == 1
    said = capsys.readouterr()
    assert "Try a --learning-rate below 1e+30" in said.err
    assert "accuracy" not in said.out


def test_help_explains_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for option in (
        "--epochs",
        "--batch-size",
        "--hidden",
        "--activation",
        "--learning-rate",
        "--seed",
        "--output",
        "--no-pictures",
        "--quiet",
    ):
        assert option in text
    assert "gradient tape" in text
    assert "(default: 0.003)" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "--epochs: must be a whole number of at least 1, not '0'"),
        (["--epochs", "many"], "--epochs: must be a whole number of at least 1, not 'many'"),
        (["--hidden", "-3"], "--hidden: must be a whole number of at least 1, not '-3'"),
        (["--batch-size", "2.5"], "--batch-size: must be a whole number of at least 1, not '2.5'"),
        (["--batch-size", "1439"], "--batch-size: must be at most 1438"),
        (["--learning-rate", "0"], "--learning-rate: must be a finite number above 0, not '0'"),
        (["--learning-rate", "nan"], "--learning-rate: must be a finite number above 0, not 'nan'"),
        (["--learning-rate", "x"], "--learning-rate: must be a finite number above 0, not 'x'"),
        (["--seed", "-1"], "--seed: must be a whole number from 0 to 4294967295, not '-1'"),
        (["--activation", "cosine"], "--activation: invalid choice: 'cosine'"),
        (["--speed", "3"], "unrecognized arguments: --speed 3"),
    ],
    ids=" ".join,
)
def test_bad_options_end_with_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""


def test_an_output_that_is_a_file_is_refused_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    occupied = tmp_path / "file"
    occupied.write_text("here")
    with pytest.raises(SystemExit) as ended:
        main(["--output", str(occupied)])
    assert ended.value.code == 2
    assert "argument --output: cannot make the directory" in capsys.readouterr().err
    assert occupied.read_text() == "here"


def test_the_pictures_are_written_and_show_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = pytest.importorskip("matplotlib.image", reason="pictures need matplotlib")
    directory = tmp_path / "new" / "pictures"
    assert main(["--quiet", "--epochs", "2", "--output", str(directory)]) == 0
    printed = capsys.readouterr().out
    for name in ("loss.png", "predictions.png"):
        assert str(directory / name) in printed
        pixels = image.imread(directory / name)[..., :3]
        assert pixels.shape[0] > 300
        assert pixels.shape[1] > 800
        inked = (pixels < 0.9).any(axis=-1)
        assert inked.mean() > 0.01
    # Two epochs are too few to make no mistake: mistakes are red, the rest is green.
    red = (pixels[..., 0] > 0.7) & (pixels[..., 1] < 0.3) & (pixels[..., 2] < 0.3)
    green = (pixels[..., 0] < 0.3) & (pixels[..., 1] > 0.4) & (pixels[..., 2] < 0.4)
    assert red.sum() > 100
    assert green.sum() > 100


def test_pictures_that_cannot_be_written_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    (tmp_path / "predictions.png").mkdir()
    assert main(["--quiet", "--epochs", "1", "--output", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "test accuracy" in said.out
    assert "The pictures could not be written:" in said.err
    assert "predictions.png" in said.err


def test_without_matplotlib_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tapegrad.demo.cli, "can_draw", lambda: False)
    assert main(["--quiet", "--epochs", "1", "--output", str(tmp_path / "none")]) == 0
    assert "matplotlib is not installed" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_the_plain_bar_draws_its_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)  # as if it were not installed
    with progress_bar(200, "working", quiet=False) as bar:
        assert isinstance(bar, PlainBar)
        for _ in range(200):
            bar.update(1)
        bar.set_postfix_str("done")
    drawn = capsys.readouterr().err
    assert drawn.startswith("\rworking:   0% |")
    assert drawn.splitlines()[-1].split() == [
        "working:",
        "100%",
        f"|{'#' * 30}|",
        "200/200",
        "done",
    ]
    assert drawn.endswith("\n")


def test_quiet_shows_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(10, "working", quiet=True) as bar:
        bar.update(10)
        bar.set_postfix_str("done")
    assert capsys.readouterr() == ("", "")
