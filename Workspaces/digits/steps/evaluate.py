"""Tests a trained network on images that it has never seen and writes a report."""

import argparse
import json
from pathlib import Path

import numpy as np

from network import Network


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True, help="JSON file to be written")
    options = parser.parse_args()

    network = Network.load(options.model)
    with np.load(options.data / "test.npz") as stored:
        images, labels = stored["images"], stored["labels"]

    loss, accuracy = network.score(images, labels)
    answers = network.probabilities(images).argmax(axis=1)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, answers), 1)
    recall = confusion.diagonal() / confusion.sum(axis=1)

    options.report.write_text(
        json.dumps(
            {
                "accuracy": round(accuracy, 6),
                "loss": round(loss, 6),
                "recall": {str(digit): round(float(share), 6) for digit, share in enumerate(recall)},
                "confusion": confusion.tolist(),
            },
            indent=2,
        )
        + "\n"
    )

    print(f"accuracy {accuracy:.4f}, loss {loss:.4f} on {len(labels)} test images")
    print("rows: the digit; columns: the network's answer")
    print("     " + "".join(f"{digit:4}" for digit in range(10)) + "   recall")
    for digit, row in enumerate(confusion):
        print(f"{digit:4} " + "".join(f"{count or '.':>4}" for count in row) + f"   {recall[digit]:.3f}")


if __name__ == "__main__":
    main()
