#!/usr/bin/python3
"""How fast does the tornado network train on one core?

Question  samples a second of training (forward, backward, update and what it waits for batches) of `stormsweep run`, one
          worker with one thread (--threads), which with all it starts is pinned to one core; without augmentation. In
          float32 and, where the processor has instructions for it, in bfloat16.
Baseline  the same network, loss and optimiser in PyTorch eager on the same core, in its default layout and channels-last;
          a full step on the whole batch, on inputs that lie in memory ready-made; bfloat16 by autocast. It keeps freed
          memory, as our worker does.
Command   /usr/bin/python3 experiments/benchmarks/tornado_training.py
Spread    the median of --repeats runs, in turn, with the least and the greatest beside it.
Target    1.3 times the better of PyTorch's two layouts at batch sizes 128, 1024 and 4096
"""

import pathlib
import sys
import tempfile
import time

import common

BATCH_SIZES = [128, 1024, 4096]


def stormsweep(options, folder, batch_size, kind):
    precision = {"float32": "fp32", "bfloat16": "bf16"}[kind]
    common.write_tornado_space(folder / "t.json", {"epochs": 1, "batch_size": batch_size, "precision": precision})
    (folder / "t.db").unlink(missing_ok=True)
    common.check([*common.pinned(options.threads), options.bin / "stormsweep", "run", "t.json", "--workers", "1", "--threads",
                  str(options.threads)], cwd=folder)
    columns = "samples_per_second * train_seconds AS samples, train_seconds + augment_seconds AS seconds"
    samples, seconds = common.query(folder / "t.db", f"SELECT {columns} FROM results")[0]
    return samples / seconds


def eager(batch_size, channels_last, kind, threads):
    """Run in a process of its own: prints samples a second."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = nn.Sequential(
        nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 1)).to(memory_format=layout)
    optimizer, loss = torch.optim.Adam(network.parameters()), nn.BCEWithLogitsLoss()
    inputs = torch.randn(batch_size, 3, 32, 32).to(memory_format=layout)
    targets = (torch.rand(batch_size, 1) < 0.05).float()
    precision = torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bfloat16")

    def step():
        optimizer.zero_grad()
        with precision:
            outputs = network(inputs)
        loss(outputs.float(), targets).backward()
        optimizer.step()

    step()
    begin, steps = time.perf_counter(), 0
    while time.perf_counter() - begin < 3:
        step()
        steps += 1
    print(steps * batch_size / (time.perf_counter() - begin))


def peer(options, batch_size, channels_last, kind):
    command = [*common.pinned(options.threads), "/usr/bin/python3", __file__, "eager", str(batch_size), str(int(channels_last)),
               kind, str(options.threads)]
    return float(common.check(command, common.KEEP_FREED_MEMORY))


def measure(options, table):
    """All rows, into a common.Training."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.generate_storms(options, folder)
        for kind in ["float32"] + ["bfloat16"] * common.has_bfloat16():
            for batch_size in BATCH_SIZES:
                rates = {"stormsweep": [], "PyTorch eager": [], "channels-last": []}
                for _ in range(options.repeats):
                    rates["stormsweep"].append(stormsweep(options, folder, batch_size, kind))
                    rates["PyTorch eager"].append(peer(options, batch_size, False, kind))
                    rates["channels-last"].append(peer(options, batch_size, True, kind))
                table.add(f"tornado, batch {batch_size}, {kind}", rates)


def main():
    options = common.arguments(__doc__.splitlines()[0], storms=20_000, repeats=3, threads=1)
    common.need({"torch": "python3-torch"})
    measure(options, common.Training())


if __name__ == "__main__":
    if sys.argv[1:2] == ["eager"]:
        eager(int(sys.argv[2]), sys.argv[3] == "1", sys.argv[4], int(sys.argv[5]))
    else:
        main()
