#!/usr/bin/python3
"""What does it cost to train a network as TorchScript?

Question  samples a second of training of the tornado network on one core by `stormsweep run`: as TorchScript, exported by
          PyTorch, and as the experiment that ships, whose kernels are written by hand.
Baseline  the same network, loss, optimiser and data in PyTorch eager on the same core, a full step on each batch, which is
          gathered from memory in random order and standardised.
Command   /usr/bin/python3 experiments/benchmarks/torchscript.py
Spread    the median of --repeats runs, in turn, with the least and the greatest beside it.
Target    PyTorch's own speed
"""

import json
import pathlib
import sys
import tempfile
import time

import common

BATCH_SIZES = [128, 1024]


def network():
    from torch import nn
    return nn.Sequential(
        nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 1), nn.Flatten(0))


def write_script(folder):
    """The network and the storms as files of a user's own."""
    import h5py
    import numpy
    import torch
    torch.jit.script(network()).save(str(folder / "network.pt"))
    (folder / "experiment.json").write_text(json.dumps(
        {"name": "mine", "summary": "tornadoes", "network": "network.pt", "loss": "bce_with_logits"}))
    for split in ["train", "validation", "test"]:
        with h5py.File(folder / f"storms/{split}.h5") as storms, h5py.File(folder / f"{split}.h5", "w") as file:
            file["input"] = numpy.ascontiguousarray(numpy.moveaxis(storms["patches"][:], 3, 1))
            file["target"] = (storms["vorticity_max"][:] > 0.005).astype(numpy.float32)


def stormsweep(programs, folder, space):
    (folder / "t.db").unlink(missing_ok=True)
    common.check(["taskset", "-c", common.CORE, programs / "stormsweep", "run", space, "--results", "t.db", "--workers", "1",
                  "--threads", "1"], cwd=folder)
    columns = "samples_per_second * train_seconds AS samples, train_seconds + augment_seconds AS seconds"
    samples, seconds = common.query(folder / "t.db", f"SELECT {columns} FROM results")[0]
    return samples / seconds


def eager(folder, batch_size):
    """Run in a process of its own: prints samples a second."""
    import h5py
    import torch

    torch.set_num_threads(1)
    model = network()
    optimizer, loss = torch.optim.Adam(model.parameters()), torch.nn.BCEWithLogitsLoss()
    with h5py.File(pathlib.Path(folder) / "train.h5") as file:
        inputs, targets = torch.tensor(file["input"][:]), torch.tensor(file["target"][:])
    mean, deviation = inputs.mean((0, 2, 3), keepdim=True), inputs.std((0, 2, 3), keepdim=True)

    def step(chosen):
        optimizer.zero_grad()
        loss(model((inputs[chosen] - mean) / deviation), targets[chosen]).backward()
        optimizer.step()

    step(torch.arange(batch_size))
    begin, samples = time.perf_counter(), 0
    while time.perf_counter() - begin < 3:
        for chosen in torch.randperm(len(inputs)).split(batch_size):
            step(chosen)
            samples += len(chosen)
    print(samples / (time.perf_counter() - begin))


def peer(folder, batch_size):
    return float(common.check(["taskset", "-c", common.CORE, sys.executable, __file__, "eager", str(folder), str(batch_size)]))


def main():
    options = common.arguments(__doc__.splitlines()[0], storms=20_000, repeats=3)
    common.need({"torch": "python3-torch", "h5py": "python3-h5py"})
    print(f"{'batch':>6} {'':26}{'samples/s':>10}  {'least-greatest':<20}of PyTorch eager")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.generate_storms(options, folder)
        write_script(folder)
        for batch_size in BATCH_SIZES:
            parameters = {"epochs": 1, "batch_size": batch_size}
            common.write_tornado_space(folder / "t.json", parameters)
            (folder / "s.json").write_text(json.dumps(
                {"name": "t", "experiment": "./experiment.json", "parameters": parameters,
                 "data": {split: f"{split}.h5" for split in ["train", "validation", "test"]}}))
            rates = {"TorchScript": [], "tornado, as it ships": [], "PyTorch eager": []}
            for _ in range(options.repeats):
                rates["TorchScript"].append(stormsweep(options.bin, folder, "s.json"))
                rates["tornado, as it ships"].append(stormsweep(options.bin, folder, "t.json"))
                rates["PyTorch eager"].append(peer(folder, batch_size))
            theirs, _ = common.spread(rates["PyTorch eager"])
            for name, values in rates.items():
                median, between = common.spread(values)
                print(f"{batch_size:6} {name:26}{median:10,.0f}  {between:<20}{median / theirs:.2f}x")


if __name__ == "__main__":
    if sys.argv[1:2] == ["eager"]:
        eager(sys.argv[2], int(sys.argv[3]))
    else:
        main()
