#!/usr/bin/env python3
"""TensorBoard's side of the comparison: writes event files with its writer, reads them with its loader.

write FOLDER COUNT | read FOLDER | values FOLDER: the last two print JSON.
"""

import collections
import json
import math
import resource
import sys
import time
from pathlib import Path

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader


def main():
    action, folder = sys.argv[1], Path(sys.argv[2])
    if action == "write":
        return write(folder, int(sys.argv[3]))
    path = str(next(folder.glob("events.out.tfevents.*")))
    if action == "read":
        started = time.perf_counter()
        count = sum(1 for event in EventFileLoader(path).Load() if event.summary.value)
        seconds = time.perf_counter() - started
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return print(json.dumps({"events": count, "seconds": seconds, "memory_mb": memory}))
    from tensorboard.util import tensor_util

    points = collections.defaultdict(list)
    for event in EventFileLoader(path).Load():
        for value in event.summary.value:
            number = float(tensor_util.make_ndarray(value.tensor))
            points[value.tag].append([repr(float(event.step)), repr(number)])
    print(json.dumps(points))


def write(folder, count):
    """Scalars as both writers make them: simple values, and tensors of every type of number."""
    import numpy
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util import tensor_util

    writer = EventFileWriter(str(folder), max_queue_size=1000)

    def add(tag, step, simple=None, tensor=None):
        event = Event(wall_time=1_700_000_000 + step / 1000, step=step)
        value = event.summary.value.add(tag=tag)
        if tensor is None:
            value.simple_value = simple
        else:
            value.tensor.CopyFrom(tensor_util.make_tensor_proto(tensor))
            value.metadata.plugin_data.plugin_name = "scalars"
        writer.add_event(event)

    types = [numpy.float32, numpy.float64, numpy.int32, numpy.int64, numpy.uint8, numpy.float16]
    for step in range(count):
        add("loss" if step % 2 else "accuracy", step, simple=math.exp(-step / count) + 0.01 * math.sin(step))
        if step % 100 == 0:
            kind = types[step // 100 % len(types)]
            add(f"tensor_{numpy.dtype(kind).name}", step, tensor=numpy.array(step % 100 + 3, dtype=kind))
    for number in (float("nan"), float("inf"), -float("inf")):
        add("odd", 3, simple=number)
    writer.close()


if __name__ == "__main__":
    main()
