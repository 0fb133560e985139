"""Loops of each function are made of vector instructions, and call nothing."""

from __future__ import annotations

import platform
import re

import numpy as np
import pytest

from tapegrad.kernels import vector_math
from tests.kernels.functions import KINDS, compiled

BINARY = ("atan2", "erf_with", "hypot", "pow")
#: These look for rare arguments with a call for each vector, see `tapegrad.kernels.libm`.
WITH_VARIANT = ("cos", "lgamma", "sin", "tan")


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="the names of registers are x86-64's"
)
@pytest.mark.parametrize("name", vector_math.__all__)
def test_vectorises(name: str) -> None:
    function, kind = name.rsplit("_", 1)
    count = 2 if function in BINARY else 1
    loop = compiled(name, count)
    loop(*[np.ones(3, KINDS[kind])] * count, np.empty(3, KINDS[kind]))
    (assembly,) = loop.inspect_asm().values()
    body = max(blocks(assembly), key=lambda b: len(re.findall("[yz]mm", b)))
    assert re.search(r"v(fmadd|fnmadd|mul|add)\w*p[sd]\b.*[yz]mm", body)
    called = re.findall(r"^\s*call\w*\s+(.*)", body, re.M)
    assert len(called) <= (4 if function in WITH_VARIANT else 0)
    for libm in (function, f"{function}f"):
        assert f"${libm}," not in body


def blocks(assembly: str) -> list[str]:
    """Straight pieces of code; the loop over vectors is the longest one."""
    return re.split(r"^\.LBB\w+:.*$|^\w+:$", assembly, flags=re.M)
