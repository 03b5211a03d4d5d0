"""A network with one hidden layer in plain Python: forward, one step of descent, save and load.

Measurements -> hidden units (tanh) -> species (softmax). Shared by train.py and evaluate.py.
"""

import json
import math
from pathlib import Path


class Network:
    """Each row of a layer is one unit: its weights, then its bias."""

    def __init__(self, hidden, output):
        self.hidden = hidden
        self.output = output

    @classmethod
    def random(cls, inputs, hidden, outputs, generator):
        """Normal with variance 1 / inputs of the layer; biases are zero."""

        def layer(rows, columns):
            scale = 1 / math.sqrt(columns)
            return [[generator.gauss(0, scale) for _ in range(columns)] + [0.0] for _ in range(rows)]

        return cls(layer(hidden, inputs), layer(outputs, hidden))

    @classmethod
    def load(cls, file):
        return cls(**json.loads(Path(file).read_text()))

    def save(self, file):
        Path(file).write_text(json.dumps({"hidden": self.hidden, "output": self.output}))

    def forward(self, x):
        """What the hidden units say, and the probability of each species."""
        hidden = [math.tanh(weighted(unit, x)) for unit in self.hidden]
        scores = [weighted(unit, hidden) for unit in self.output]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        total = sum(powers)
        return hidden, [power / total for power in powers]

    def descend(self, x, y, rate):
        """One step against the gradient of one flower's cross-entropy."""
        hidden, probabilities = self.forward(x)
        errors = [p - (species == y) for species, p in enumerate(probabilities)]
        back = [
            (1 - value * value) * sum(e * unit[i] for e, unit in zip(errors, self.output))
            for i, value in enumerate(hidden)
        ]
        for error, unit in zip(errors, self.output):
            move(unit, hidden, -rate * error)
        for error, unit in zip(back, self.hidden):
            move(unit, x, -rate * error)

    def score(self, data):
        """Mean cross-entropy (natural logarithm) and share of correct answers."""
        loss = right = 0
        for x, y in zip(data["x"], data["y"]):
            probabilities = self.forward(x)[1]
            loss -= math.log(max(probabilities[y], 1e-12))
            right += probabilities.index(max(probabilities)) == y
        return loss / len(data["y"]), right / len(data["y"])


def weighted(unit, values):
    return sum(map(float.__mul__, unit, values), unit[-1])


def move(unit, values, amount):
    for i, value in enumerate(values):
        unit[i] += amount * value
    unit[-1] += amount
