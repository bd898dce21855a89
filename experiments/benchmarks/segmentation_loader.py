#!/usr/bin/python3
"""How fast do batches of weather samples come off their files?

Question  samples a second, from files in the page cache to normalised 32-bit floats and 8-bit labels: batches of 2 samples drawn at
          random, 16 channels of 192 x 288 and of 768 x 1152 (the paper's size: 57 MB of fields and 4 MB of one labeling), made ahead
          by 4 threads. The paper's networks take 1 to 2 samples a second on a large GPU of 2018.
Baseline  h5py in a multiprocessing.Pool of 4 processes, NumPy normalises: fields stay as the file has them (channels first), and
          turned to channels last, as ours come out; and torch's DataLoader with 4 workers around the same (channels first).
Command   cmake --build --preset release --target benchmark_segmentation_loader stormsweep stormsweep-worker &&
          /usr/bin/python3 experiments/benchmarks/segmentation_loader.py
Spread    the median of --repeats runs in turn, with the least and the greatest beside it; one run before that is not counted. First
          the batches of all ways are compared number by number.
"""

import multiprocessing
import pathlib
import random
import tempfile
import time

import common

BATCH, READERS = 2, 4
SIZES = {(192, 288): 20, (768, 1152): 1}  # batches for each of --batches


def ours(options, folder, numbers, *out):
    command = [options.bin / "benchmark_segmentation_loader", folder, str(BATCH), str(READERS), *out]
    return float(common.check(command, input=" ".join(map(str, numbers))))


def read_batch(job):
    """(fields, labels) of some files, normalised."""
    import h5py
    import numpy

    paths, minimum, factor, last = job
    fields, labels = [], []
    for path in paths:
        with h5py.File(path) as file:
            values = file["climate/data"][...]
            labels.append(file["climate/labels"][0].astype(numpy.uint8))
        values -= minimum
        values *= factor
        fields.append(numpy.ascontiguousarray(values.transpose(1, 2, 0)) if last else values)
    return numpy.stack(fields), numpy.stack(labels)


def jobs(folder, numbers, last):
    import json
    import numpy

    index = json.loads((folder / "index.json").read_text())
    minimum, maximum = (numpy.array(index[key], numpy.float32)[:, None, None] for key in ["minimum", "maximum"])
    paths = [folder / file["name"] for file in index["files"]]
    return [([paths[i] for i in numbers[first:first + BATCH]], minimum, 1 / (maximum - minimum), last)
            for first in range(0, len(numbers), BATCH)]


def theirs(folder, numbers, last):
    with multiprocessing.Pool(READERS) as pool:
        list(pool.imap(read_batch, jobs(folder, numbers[:READERS * BATCH], last)))  # all have imported h5py
        begin = time.perf_counter()
        for _ in pool.imap(read_batch, jobs(folder, numbers, last)):
            pass
        return len(numbers) / (time.perf_counter() - begin)


def torch_loader(folder, numbers):
    import torch

    class Samples(torch.utils.data.Dataset):
        batches = jobs(folder, numbers, False)

        def __len__(self):
            return len(self.batches)

        def __getitem__(self, k):
            fields, labels = read_batch(self.batches[k])
            return torch.from_numpy(fields), torch.from_numpy(labels)

    loader = torch.utils.data.DataLoader(Samples(), batch_size=None, num_workers=READERS)
    batches = iter(loader)
    begin = time.perf_counter()
    for _ in batches:
        pass
    return len(numbers) / (time.perf_counter() - begin)


def compare(options, folder, numbers, out):
    """Ends here where the batches differ by more than the rounding of their last digits."""
    import numpy

    ours(options, folder, numbers, out)
    with open(out, "rb") as file:
        for job in jobs(folder, numbers, True):
            fields, labels = read_batch(job)
            mine = numpy.fromfile(file, numpy.float32, fields.size).reshape(fields.shape)
            assert numpy.abs(mine - fields).max() <= 1e-6
            assert (numpy.fromfile(file, numpy.uint8, labels.size).reshape(labels.shape) == labels).all()
            turned = read_batch((*job[:3], False))[0].transpose(0, 2, 3, 1)
            assert numpy.array_equal(turned, fields)


def measure(options, size, folder):
    samples = 12
    common.check([options.bin / "stormsweep", "generate", "segmentation", "--samples", str(samples), "--size",
                  f"{size[0]}x{size[1]}", "-o", folder])
    folder = folder / "train"
    files = len(list(folder.glob("*.h5")))
    numbers = random.Random(1).choices(range(files), k=BATCH * SIZES[size] * options.batches)
    compare(options, folder, numbers[:6], str(folder / "batches"))
    ways = {
        "h5py, 4 processes": lambda: theirs(folder, numbers, False),
        "h5py, 4 processes, channels last": lambda: theirs(folder, numbers, True),
        "stormsweep, 4 threads, channels last": lambda: ours(options, folder, numbers),
    }
    try:
        import torch  # noqa: F401
        ways["h5py, torch's DataLoader, 4 workers"] = lambda: torch_loader(folder, numbers)
    except ImportError:
        pass
    runs = {name: [] for name in ways}
    for repeat in range(options.repeats + 1):
        for name, way in ways.items():
            speed = way()
            if repeat > 0:
                runs[name].append(speed)
    ours_middle = common.spread(runs["stormsweep, 4 threads, channels last"])[0]
    print(f"{f'samples a second, {size[0]} x {size[1]}':40}{'median':>8}  {'least-greatest':18}ours is faster by")
    for name, speeds in runs.items():
        middle, between = common.spread(speeds)
        print(f"{name:40}{middle:8.1f}  {between:18}{ours_middle / middle:.1f}")


def main():
    options = common.arguments(__doc__.splitlines()[0], batches=10, repeats=5)
    common.need({"h5py": "python3-h5py", "numpy": "python3-numpy"})
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            measure(options, size, pathlib.Path(folder))


if __name__ == "__main__":
    main()
