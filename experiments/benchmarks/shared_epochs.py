#!/usr/bin/python3
"""What is saved where trials that differ only in their epochs share one training?

Question  training seconds of the epochs of Table 8 of Basalyga et al. 2021 (5, 10, 15, 100, 200 ... 1000), each divided by
          five so that the benchmark takes minutes: 1, 2, 3, 20, 40 ... 200.
Baseline  the same space with --separate-epochs: 1,106 epochs rather than 200, 5.53 times as many.
Command   /usr/bin/python3 experiments/benchmarks/shared_epochs.py
Spread    the median of --repeats runs of each, in turn. The metrics of both must be the same to the last bit, or it ends.
"""

import pathlib
import tempfile
import time

import common

EPOCHS = [1, 2, 3, *range(20, 201, 20)]


def run(programs, folder, *more):
    """(seconds of the whole command, {epochs: validation loss})"""
    (folder / "t.db").unlink(missing_ok=True)
    begin = time.perf_counter()
    common.check([programs / "stormsweep", "run", "t.json", "--workers", "1", "--threads", "1", *more], cwd=folder)
    seconds = time.perf_counter() - begin
    return seconds, dict(common.query(folder / "t.db", "SELECT epochs, validation_loss FROM results"))


def main():
    options = common.arguments(__doc__.splitlines()[0], storms=700, repeats=3)
    seconds = {"shared": [], "separate": []}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.generate_storms(options, folder)
        common.write_tornado_space(folder / "t.json", {"epochs": EPOCHS, "batch_size": 128})
        for _ in range(options.repeats):
            shared, metrics = run(options.bin, folder)
            separate, same = run(options.bin, folder, "--separate-epochs")
            assert metrics == same and len(metrics) == len(EPOCHS), "shared and separate epochs differ"
            seconds["shared"].append(shared)
            seconds["separate"].append(separate)
    base, _ = common.spread(seconds["shared"])
    for name, values in seconds.items():
        median, between = common.spread(values)
        print(f"{name:10}{median:8.1f} s  {between:<16}{median / base:.2f}x")


if __name__ == "__main__":
    main()
