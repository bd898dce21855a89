#!/usr/bin/python3
"""How fast do random batches of nowcasting patches come off the file?

Question  samples a second, from the file in the page cache to normalised 32-bit floats: batches of 16 patches drawn at random,
          7 x 256 x 256 in and 6 x 256 x 256 out, one thread; ours as they are and turned and mirrored (the 8 symmetries in
          turn), and with two threads that make batches ahead. Training costs the published network 87 GFLOP a sample: one a
          second on a core, hundreds on a large GPU, and those have to be fed.
Baseline  h5py, which reads each patch of the same batches from the same file; NumPy normalises.
Command   cmake --build --preset release --target benchmark_nowcast_loader && /usr/bin/python3 experiments/benchmarks/nowcast_loader.py
Spread    the median of --repeats runs in turn, with the least and the greatest beside it; one run before that is not counted.
"""

import pathlib
import random
import tempfile
import time

import common

BATCH = 16


def ours(options, path, indices, threads, symmetries):
    command = [options.bin / "benchmark_nowcast_loader", path, str(BATCH), str(threads), str(int(symmetries))]
    return float(common.check(command, input=" ".join(map(str, indices))))


def theirs(path, indices):
    import h5py
    import numpy

    with h5py.File(path) as file:
        x, y = file["X"], file["Y"]
        factor = numpy.float32(file.attrs["scale"] / file.attrs["deviation"])
        offset = numpy.float32(-file.attrs["mean"] / file.attrs["deviation"])
        begin = time.perf_counter()
        for first in range(0, len(indices), BATCH):
            batch = indices[first:first + BATCH]
            for source in (x, y):
                out = numpy.empty((BATCH, *source.shape[1:]), numpy.float32)
                for k, i in enumerate(batch):
                    out[k] = source[i]
                out *= factor
                out += offset
        return len(indices) / (time.perf_counter() - begin)


def main():
    options = common.arguments(__doc__.splitlines()[0], samples=300, batches=20, repeats=5)
    common.need({"h5py": "python3-h5py", "numpy": "python3-numpy"})
    with tempfile.TemporaryDirectory() as folder:
        common.check([options.bin / "stormsweep", "generate", "nowcast", "--samples", str(options.samples), "-o", folder])
        path = pathlib.Path(folder) / "train.h5"
        patches = int(0.7 * options.samples)
        indices = random.Random(1).choices(range(patches), k=BATCH * options.batches)
        ways = {
            "h5py and NumPy": lambda: theirs(path, indices),
            "stormsweep": lambda: ours(options, path, indices, 0, False),
            "stormsweep, 8 symmetries": lambda: ours(options, path, indices, 0, True),
            "stormsweep, 8 symmetries, 2 threads": lambda: ours(options, path, indices, 2, True),
        }
        runs = {name: [] for name in ways}
        for repeat in range(options.repeats + 1):
            for name, way in ways.items():
                speed = way()
                if repeat > 0:
                    runs[name].append(speed)
    print(f"{'samples a second':38}{'median':>8}  least-greatest")
    for name, speeds in runs.items():
        middle, between = common.spread(speeds)
        print(f"{name:38}{middle:8.0f}  {between}")


if __name__ == "__main__":
    main()
