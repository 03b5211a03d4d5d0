"""Trains the network by stochastic gradient descent with momentum; one log line an epoch."""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from network import Network

MOMENTUM = 0.9


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder to be made")
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--hidden", type=int, default=1024)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    train, val = load(options.data / "train.npz"), load(options.data / "val.npz")
    generator = np.random.default_rng(options.seed)
    network = Network.random(train[0].shape[1], options.hidden, 10, generator)
    velocity = {name: np.zeros_like(weight) for name, weight in network.weights.items()}
    print(f"{len(train[1])} training images, {len(val[1])} for validation, {options.hidden} hidden units")

    started = time.perf_counter()
    for epoch in range(1, options.epochs + 1):
        for images, labels in batches(train, options.batch_size, generator):
            for name, gradient in network.gradients(images, labels).items():
                velocity[name] *= MOMENTUM
                velocity[name] += (1 - MOMENTUM) * gradient
                network.weights[name] -= np.float32(options.learning_rate) * velocity[name]
        train_loss, train_acc = network.score(*train)
        val_loss, val_acc = network.score(*val)
        print(
            f"epoch {epoch} train_loss={train_loss:.5f} train_acc={train_acc:.4f}"
            f" val_loss={val_loss:.5f} val_acc={val_acc:.4f}",
            flush=True,
        )
        if not np.isfinite(train_loss):
            sys.exit(f"The loss is not a number in epoch {epoch}: lower the learning rate.")

    network.save(options.model)
    print(f"trained in {time.perf_counter() - started:.1f} s, saved to {options.model}")


def load(file):
    with np.load(file) as stored:
        return stored["images"], stored["labels"]


def batches(data, size, generator):
    """The rows in a new order, some at a time."""
    images, labels = data
    order = generator.permutation(len(labels))
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        yield images[rows], labels[rows]


if __name__ == "__main__":
    main()
