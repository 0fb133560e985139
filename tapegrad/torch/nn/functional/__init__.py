"""``torch.nn.functional``: layers as functions, activations, and losses."""

from __future__ import annotations

from tapegrad.torch.nn.functional.activations import *
from tapegrad.torch.nn.functional.adaptive_pooling import *
from tapegrad.torch.nn.functional.attention import *
from tapegrad.torch.nn.functional.classification import *
from tapegrad.torch.nn.functional.convolution import *
from tapegrad.torch.nn.functional.ctc import *
from tapegrad.torch.nn.functional.distances import *
from tapegrad.torch.nn.functional.dropout import *
from tapegrad.torch.nn.functional.embeddings import *
from tapegrad.torch.nn.functional.fractional_pooling import *
from tapegrad.torch.nn.functional.grids import *
from tapegrad.torch.nn.functional.linear import *
from tapegrad.torch.nn.functional.margins import *
from tapegrad.torch.nn.functional.normalization import *
from tapegrad.torch.nn.functional.padding import *
from tapegrad.torch.nn.functional.pooling import *
from tapegrad.torch.nn.functional.regression import *
from tapegrad.torch.nn.functional.resampling import *
from tapegrad.torch.nn.functional.softmaxes import *
