"""``tf.optimizers``, also called ``tf.keras.optimizers``: Keras 3's optimizers.

They follow Keras 3 in names, arguments, defaults and formulas, and are friendlier in places:
variables may turn up at any step, and Keras 2's ``minimize`` works too.
"""

from __future__ import annotations

from tapegrad.optimizers import schedules
from tapegrad.optimizers.adagrad import Adadelta, Adagrad, Ftrl, RMSprop
from tapegrad.optimizers.adam import Adam, Adamax, AdamW, Nadam
from tapegrad.optimizers.identifiers import deserialize, get, serialize
from tapegrad.optimizers.optimizer import Optimizer
from tapegrad.optimizers.sgd import SGD, Lion

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
