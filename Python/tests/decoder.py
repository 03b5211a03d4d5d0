"""Reads the files that the module writes: the format once more, from the other side."""

import json
import struct
from pathlib import Path


class Point:
    """A point of one metric."""

    def __init__(self, name, step, time, value):
        self.name, self.step, self.time, self.value = name, step, time, value

    def __repr__(self):
        return f"{self.name}={self.value} step={self.step} time={self.time}"


class Decoded:
    """What one file says; refuses anything but whole records in order."""

    def __init__(self, data):
        self.points, self.facts, self.names, self.layouts = [], [], {}, {}
        if data[:8] != b"LATHEPT1":
            raise ValueError(f"magic is {data[:8]!r}")
        self._data, self._at = data, 8
        while self._at < len(data):
            (kind,) = self._take("<B")
            {1: self._name, 2: self._points, 3: self._layout, 4: self._fact}[kind]()

    def _take(self, form):
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _bytes(self, count):
        if self._at + count > len(self._data):
            raise ValueError("torn record")
        self._at += count
        return self._data[self._at - count : self._at]

    def _name(self):
        identity, length = self._take("<IH")
        if identity in self.names:
            raise ValueError(f"name {identity} is defined twice")
        self.names[identity] = self._bytes(length).decode("utf-8")

    def _layout(self):
        number, count = self._take("<HH")
        if number in self.layouts:
            raise ValueError(f"layout {number} is defined twice")
        self.layouts[number] = [self.names[one] for one in self._take(f"<{count}I")]

    def _points(self):
        (number,) = self._take("<H")
        names = self.layouts[number]
        step, time, *values = self._take(f"<dd{len(names)}d")
        self.points += [Point(name, step, time, value) for name, value in zip(names, values)]

    def _fact(self):
        (length,) = self._take("<I")

        def refuse(text):
            raise ValueError(f"not JSON: {text}")

        self.facts.append(json.loads(self._bytes(length), parse_constant=refuse))


def decode(folder):
    """The files in a folder, each decoded, in the order of their names."""
    return [Decoded(file.read_bytes()) for file in sorted(Path(folder).glob("*.lathe"))]
