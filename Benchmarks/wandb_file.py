"""The file of an offline W&B run, written directly: W&B itself takes minutes for a million points.

A header, then records in LevelDB's log framing: blocks of 32 KiB counted from the start of the file, in which a
record is one chunk or several, each with a checksum (zlib's CRC-32 of type and data), a length and a type. A record
is a protobuf message of wandb_internal.proto; the field numbers here are its own.
"""

import math
import struct
import zlib

HEADER = b":W&B" + struct.pack("<HB", 0xBEE1, 0)
BLOCK = 32768
CHUNK = struct.Struct("<IHB")
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


def write_run(path, values, name="bench", start=1_700_000_000):
    """A finished run whose metric `metric0` has these values, one a step, a millisecond apart."""
    file = bytearray(HEADER)
    stamp = field(1, start)
    run = field(1, name) + field(3, "bench") + field(8, name) + field(17, stamp)
    append(file, record(1, 17, run))
    metric, count, runtime, clock = (field(2, key) for key in ("metric0", "_step", "_runtime", "_timestamp"))
    for step, value in enumerate(values):
        seconds = step / 1000
        items = [(metric, value), (count, step), (runtime, seconds), (clock, start + seconds)]
        history = b"".join([field(1, key + field(16, repr(item))) for key, item in items])
        append(file, record(step + 2, 2, history + field(2, field(1, step))))
    append(file, record(len(values) + 2, 18, field(2, len(values) // 1000)))
    path.write_bytes(file)


def decay(count):
    """The losses of a training: a decay with noise on it."""
    return [math.exp(-step / count) + 0.01 * math.sin(step) for step in range(count)]


def record(number, kind, message):
    return field(1, number) + field(kind, message)


def field(number, value):
    """A protobuf field: an integer as a varint, text and messages with their length before them."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value):
    data = b""
    while value > 127:
        data += SHORT[value & 127 | 128]
        value >>= 7
    return data + SHORT[value]


SHORT = [bytes([byte]) for byte in range(256)]


def append(file, data):
    """Frames a record behind what the file holds; chunks never cross a block."""
    first = True
    while first or data:
        left = BLOCK - len(file) % BLOCK
        if left < CHUNK.size:
            file += bytes(left)
            left = BLOCK
        part, data = data[: left - CHUNK.size], data[left - CHUNK.size :]
        kind = (FIRST if data else FULL) if first else (MIDDLE if data else LAST)
        checksum = zlib.crc32(part, zlib.crc32(SHORT[kind]))
        file += CHUNK.pack(checksum, len(part), kind) + part
        first = False
