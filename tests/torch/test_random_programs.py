"""Random programs give what PyTorch gives: values, flags, first and second derivatives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.torch.pending import waiting
from tests.torch.random_programs import found, load

PROGRAMS = [waiting(name, program) for name, program in load().items()]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gives_what_pytorch_gives(program: dict[str, Any]) -> None:
    assert not found(program), program["source"]
