#!/usr/bin/python3
"""How long until the better of four configurations is known?

Question  seconds of the whole command: 2 learning rates x 2 sizes of the network (8 and 16 base filters), --epochs epochs on
          --samples generated sequences, validation and test after each epoch, on two workers of one core each.
Baseline  PyTorch eager trains the four one after another in one process with two threads, h5py reads the batches: same network,
          loss, optimiser, batches of 8 and evaluations, but nothing is kept.
Command   /usr/bin/python3 experiments/benchmarks/nowcast_search.py
Spread    the median of --repeats runs in turn, with the least and the greatest beside it.
"""

import json
import pathlib
import random
import sys
import tempfile
import time

import common
import nowcast_training

BATCH = 8
RATES, FILTERS = [0.0005, 0.002], [8, 16]


def batches_of(file, order):
    import numpy
    import torch

    factor, offset = file.attrs["scale"] / file.attrs["deviation"], -file.attrs["mean"] / file.attrs["deviation"]
    for first in range(0, len(order), BATCH):
        chosen = order[first:first + BATCH]
        yield [torch.from_numpy(numpy.stack([source[i] for i in chosen]).astype(numpy.float32) * numpy.float32(factor) +
                                numpy.float32(offset)) for source in (file["X"], file["Y"])]


def loss_of(outputs, truth):
    from torch.nn.functional import avg_pool2d, mse_loss
    target = nowcast_training.centre(truth, 48)
    return sum(mse_loss(nowcast_training.centre(output, side), avg_pool2d(target, 48 // side))
               for output, side in zip(outputs, (6, 12, 24, 48)))


def peer(folder, epochs):
    """All four, in a process of its own."""
    import h5py
    import torch

    torch.set_num_threads(2)
    files = {split: h5py.File(f"{folder}/{split}.h5") for split in ("train", "validation", "test")}
    for rate in RATES:
        for filters in FILTERS:
            network = nowcast_training.samsi(filters)
            optimizer = torch.optim.Adam(network.parameters(), rate)
            for epoch in range(int(epochs)):
                order = list(range(len(files["train"]["X"])))
                random.Random(epoch).shuffle(order)
                for inputs, truth in batches_of(files["train"], order):
                    optimizer.zero_grad()
                    loss_of(network(inputs), truth).backward()
                    optimizer.step()
                with torch.no_grad():
                    for split in "validation", "test":
                        held_out = range(len(files[split]["X"]))
                        for inputs, truth in batches_of(files[split], held_out):
                            loss_of(network(inputs), truth)


def ours(options, folder, run):
    space = {"name": "n", "experiment": "nowcast",
             "data": {split: f"{split}.h5" for split in ("train", "validation", "test")},
             "parameters": {"epochs": options.epochs, "batch_size": BATCH, "base_filters": FILTERS,
                            "learning_rate": RATES, "validation_share": 1}}
    (folder / "n.json").write_text(json.dumps(space))
    begin = time.perf_counter()
    common.check([options.bin / "stormsweep", "run", "n.json", "--workers", "2", "--threads", "1", "--device", "cpu",
                  "--results", f"{run}.db"], cwd=folder)
    seconds = time.perf_counter() - begin
    assert len(common.query(folder / f"{run}.db", "SELECT trial FROM results")) == 4
    return seconds


def theirs(options, folder):
    begin = time.perf_counter()
    common.check(["/usr/bin/python3", __file__, "peer", folder, str(options.epochs)])
    return time.perf_counter() - begin


def main():
    options = common.arguments(__doc__.splitlines()[0], samples=80, epochs=2, repeats=3)
    common.need({"torch": "python3-torch", "h5py": "python3-h5py"})
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.check([options.bin / "stormsweep", "generate", "nowcast", "--samples", str(options.samples), "-o", folder])
        seconds = {"stormsweep": [], "PyTorch eager": []}
        for run in range(options.repeats):
            seconds["stormsweep"].append(ours(options, folder, run))
            seconds["PyTorch eager"].append(theirs(options, folder))
    for name, values in seconds.items():
        median, between = common.spread(values)
        print(f"{name:16}{median:8.1f} s  ({between})  {median / common.spread(seconds['stormsweep'])[0]:.2f}x")


if __name__ == "__main__":
    if sys.argv[1:2] == ["peer"]:
        peer(*sys.argv[2:])
    else:
        main()
