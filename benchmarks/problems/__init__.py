"""The problems of `overhead.py` that run inside one process, in the order of its tables."""

from __future__ import annotations

from benchmarks.problems.base import Problem
from benchmarks.problems.black_scholes import BLACK_SCHOLES
from benchmarks.problems.chain import CHAIN
from benchmarks.problems.convolution import CONVOLUTION
from benchmarks.problems.lstm import LSTM
from benchmarks.problems.networks import RELU_NETWORK, TANH_NETWORK

PROBLEMS: dict[str, Problem] = {
    problem.key: problem
    for problem in (CHAIN, TANH_NETWORK, RELU_NETWORK, LSTM, BLACK_SCHOLES, CONVOLUTION)
}
