"""Tests a trained network on flowers that it has never seen and writes a report."""

import argparse
import json
from pathlib import Path

from network import Network


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True, help="JSON file to be written")
    options = parser.parse_args()

    network = Network.load(options.model)
    test = json.loads((options.data / "test.json").read_text())
    species = test["species"]
    loss, accuracy = network.score(test)

    confusion = [[0] * len(species) for _ in species]
    for x, y in zip(test["x"], test["y"]):
        probabilities = network.forward(x)[1]
        confusion[y][probabilities.index(max(probabilities))] += 1
    recall = {name: row[i] / sum(row) for i, (name, row) in enumerate(zip(species, confusion))}

    report = {
        "accuracy": round(accuracy, 6),
        "loss": round(loss, 6),
        "recall": {name: round(share, 6) for name, share in recall.items()},
        "confusion": confusion,
    }
    options.report.write_text(json.dumps(report, indent=2) + "\n")

    print(f"accuracy {accuracy:.4f}, loss {loss:.4f} on {len(test['y'])} test flowers")
    print("rows: the species; columns: the network's answer")
    for name, row in zip(species, confusion):
        print(f"{name:12}" + "".join(f"{count:4}" for count in row) + f"   recall {recall[name]:.3f}")


if __name__ == "__main__":
    main()
