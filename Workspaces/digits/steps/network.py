"""A network with one hidden layer: forward, backward, save and load.

64 pixels -> hidden units (ReLU) -> 10 classes (softmax). Shared by train.py and evaluate.py.
"""

from pathlib import Path

import numpy as np


class Network:
    """Weights by name, as float32 arrays."""

    def __init__(self, weights):
        self.weights = weights

    @classmethod
    def random(cls, inputs, hidden, outputs, generator):
        """He initialisation: normal with variance 2 / inputs of the layer."""

        def layer(rows, columns):
            scale = np.sqrt(2 / rows)
            return (generator.standard_normal((rows, columns)) * scale).astype(np.float32)

        return cls(
            {
                "w1": layer(inputs, hidden),
                "b1": np.zeros(hidden, np.float32),
                "w2": layer(hidden, outputs),
                "b2": np.zeros(outputs, np.float32),
            }
        )

    @classmethod
    def load(cls, folder):
        with np.load(Path(folder) / "weights.npz") as stored:
            return cls({name: stored[name] for name in stored.files})

    def save(self, folder):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "weights.npz", **self.weights)

    def probabilities(self, images):
        return self._forward(images)[1]

    def gradients(self, images, labels):
        """Of the mean cross-entropy, by weight name."""
        w = self.weights
        hidden, probabilities = self._forward(images)
        delta = probabilities
        delta[np.arange(len(labels)), labels] -= 1
        delta /= len(labels)
        back = (delta @ w["w2"].T) * (hidden > 0)
        return {
            "w1": images.T @ back,
            "b1": back.sum(axis=0),
            "w2": hidden.T @ delta,
            "b2": delta.sum(axis=0),
        }

    def score(self, images, labels):
        """Mean cross-entropy (natural logarithm) and share of correct answers."""
        probabilities = self.probabilities(images)
        right = probabilities[np.arange(len(labels)), labels]
        loss = -np.log(np.maximum(right, 1e-12)).mean()
        return float(loss), float((probabilities.argmax(axis=1) == labels).mean())

    def _forward(self, images):
        w = self.weights
        hidden = np.maximum(images @ w["w1"] + w["b1"], 0)
        scores = hidden @ w["w2"] + w["b2"]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return hidden, scores / scores.sum(axis=1, keepdims=True)
