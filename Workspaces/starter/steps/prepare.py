"""Splits the flowers into training, validation and test rows, and standardises the measurements.

Each part has the same share of every species, and the split is always the same. Mean and standard
deviation come from the training rows alone, so that nothing of the other parts leaks into training.
"""

import argparse
import csv
import json
import random
from pathlib import Path
from statistics import mean, pstdev

SHARES = {"train": 0.6, "val": 0.2, "test": 0.2}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--csv", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder to be made")
    options = parser.parse_args()

    with open(options.csv, newline="") as file:
        header, *rows = csv.reader(file)
    flowers = [([float(value) for value in row[:-1]], row[-1]) for row in rows]
    species = sorted({name for _, name in flowers})
    print(f"{len(flowers)} flowers, {len(species)} species: {', '.join(species)}")

    parts = split(flowers, species)
    columns = list(zip(*(values for values, _ in parts["train"])))
    centre, spread = [mean(column) for column in columns], [pstdev(column) for column in columns]
    for name, middle, width in zip(header, centre, spread):
        print(f"{name:13} mean {middle:.3f}, standard deviation {width:.3f}")

    options.out.mkdir(parents=True, exist_ok=True)
    for part, chosen in parts.items():
        content = {
            "species": species,
            "x": [[(v - m) / s for v, m, s in zip(values, centre, spread)] for values, _ in chosen],
            "y": [species.index(name) for _, name in chosen],
        }
        (options.out / f"{part}.json").write_text(json.dumps(content))
        print(f"{part:5} {len(chosen):3} flowers")


def split(flowers, species):
    """The flowers of each part, species by species."""
    order = random.Random(0)
    parts = {part: [] for part in SHARES}
    for name in species:
        rest = [flower for flower in flowers if flower[1] == name]
        order.shuffle(rest)
        counts = [round(share * len(rest)) for share in SHARES.values()]
        for part, count in zip(parts, counts):
            parts[part] += rest[:count]
            rest = rest[count:]
    return parts


if __name__ == "__main__":
    main()
