"""The cache on disk: damaged files, many processes, places that do not work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_SCRIPT = """
import numpy as np
import tapegrad as tf
f = tf.function(lambda x: tf.reduce_sum(tf.exp(x) * tf.sin(x)))
a = np.linspace(0.0, 1.0, 7)
x = tf.constant(a)
for _ in range(3):
    assert abs(float(f(x)) - np.sum(np.exp(a) * np.sin(a))) < 1e-12
(kernel,) = next(iter(f._known.values())).paths[0].program.kernels
assert len(kernel.function.signatures) == 1  # it has run
print(sum(kernel.function.stats.cache_hits.values()))
"""


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    places = ("HOME", "TAPEGRAD_CACHE_DIR", "XDG_CACHE_HOME")
    known = {k: v for k, v in os.environ.items() if k not in places}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _SCRIPT],
        env={**known, "HOME": "/dev/null", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def hits(process: subprocess.Popen[str]) -> int:
    out, error = process.communicate()
    assert process.returncode == 0, error
    return int(out)


def emptied(data: bytes) -> bytes:
    return b""


def changed(data: bytes) -> bytes:
    damaged = bytearray(data)
    damaged[len(data) // 2 :: 101] = bytes(len(damaged[len(data) // 2 :: 101]))
    return bytes(damaged)


@pytest.mark.parametrize("damage", [emptied, changed])
def test_damaged_files_are_made_again(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    environment = {"TAPEGRAD_CACHE_DIR": str(tmp_path)}
    assert hits(start(environment)) == 0
    (source,) = tmp_path.glob("*.py")
    for kind in ("*.nbi", "*.nbc"):
        for file in tmp_path.rglob(kind):  # of a damaged index there may be another version
            file.write_bytes(damage(file.read_bytes()))
        assert hits(start(environment)) == 0, kind
    text = source.read_bytes()
    source.write_bytes(damage(text))
    assert hits(start(environment)) in (0, 1)
    assert source.read_bytes() == text
    assert hits(start(environment)) == 1


def test_many_processes_at_once(tmp_path: Path) -> None:
    environment = {"TAPEGRAD_CACHE_DIR": str(tmp_path / "made" / "here")}
    assert all(h in (0, 1) for h in map(hits, [start(environment) for _ in range(3)]))
    assert hits(start(environment)) == 1
    assert len(list(tmp_path.rglob("*.nbc"))) == 1
    assert not list(tmp_path.rglob("*.tmp*"))


def test_places_that_do_not_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for environment in (
        {},  # the home is no directory
        {"HOME": "/proc/nowhere"},
        {"TAPEGRAD_CACHE_DIR": ""},
        {"TAPEGRAD_CACHE_DIR": str(tmp_path / "file" / "inside")},
        {"XDG_CACHE_HOME": str(tmp_path / "file")},
    ):
        assert hits(start(environment)) == 0


def test_the_home_of_the_user(tmp_path: Path) -> None:
    for environment in ({"HOME": str(tmp_path)}, {"XDG_CACHE_HOME": str(tmp_path / ".cache")}):
        start(environment).communicate()
        assert hits(start(environment)) == 1
    assert len(list((tmp_path / ".cache" / "tapegrad").glob("k_*.py"))) == 1
