"""Trains the network by stochastic gradient descent, flower by flower; one log line an epoch."""

import argparse
import json
import math
import random
import sys
from pathlib import Path

from network import Network


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="JSON file to be written")
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=400)
    parser.add_argument("--hidden", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    train = json.loads((options.data / "train.json").read_text())
    val = json.loads((options.data / "val.json").read_text())
    generator = random.Random(options.seed)
    network = Network.random(len(train["x"][0]), options.hidden, len(train["species"]), generator)
    print(f"{len(train['y'])} training flowers, {len(val['y'])} for validation")

    order = list(range(len(train["y"])))
    for epoch in range(1, options.epochs + 1):
        generator.shuffle(order)
        for row in order:
            network.descend(train["x"][row], train["y"][row], options.learning_rate)
        train_loss, train_acc = network.score(train)
        val_loss, val_acc = network.score(val)
        print(
            f"epoch {epoch} train_loss={train_loss:.5f} train_acc={train_acc:.4f}"
            f" val_loss={val_loss:.5f} val_acc={val_acc:.4f}",
            flush=True,
        )
        if not math.isfinite(train_loss):
            sys.exit(f"The loss is not a number in epoch {epoch}: lower the learning rate.")

    network.save(options.model)
    print(f"saved to {options.model}")


if __name__ == "__main__":
    main()
