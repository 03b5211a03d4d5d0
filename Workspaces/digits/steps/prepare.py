"""Splits the digits into training, validation and test images.

The data are the 1,797 scanned digits that scikit-learn ships: 8x8 pixels, grey values 0 to 16.
The split is stratified (each part has every digit in the same share) and always the same.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

SHARES = {"train": 0.6, "val": 0.2, "test": 0.2}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to be made")
    out = parser.parse_args().out

    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype(np.float32)
    print(f"{len(images)} images of 8x8 pixels, {len(np.unique(labels))} classes")

    out.mkdir(parents=True, exist_ok=True)
    for part, rows in split(labels).items():
        x, y = images[rows], labels[rows]
        if part == "train":
            x, y = with_shifts(x, y)
        np.savez(out / f"{part}.npz", images=x, labels=y)
        counts = " ".join(f"{digit}:{count}" for digit, count in enumerate(np.bincount(y)))
        print(f"{part:5} {len(y):5} images  {counts}")


def split(labels):
    """Row numbers of each part, digit by digit."""
    order = np.random.default_rng(0)
    parts = {part: [] for part in SHARES}
    for digit in np.unique(labels):
        rows = order.permutation(np.flatnonzero(labels == digit))
        ends = np.cumsum([round(share * len(rows)) for share in SHARES.values()])[:-1]
        for part, chosen in zip(parts, np.split(rows, ends)):
            parts[part].extend(chosen)
    return {part: np.array(sorted(rows)) for part, rows in parts.items()}


def with_shifts(images, labels):
    """The images, and each moved by one pixel in eight directions: nine times as many."""
    padded = np.pad(images.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    moved = [
        padded[:, down : down + 8, right : right + 8].reshape(-1, 64)
        for down in range(3)
        for right in range(3)
    ]
    return np.concatenate(moved), np.tile(labels, len(moved))


if __name__ == "__main__":
    main()
