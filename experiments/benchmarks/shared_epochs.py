#!/usr/bin/python3
"""What is saved where trials that differ only in their epochs share one training?

Question  seconds of the epochs of Table 8 of Basalyga et al. 2021 (5, 10, 15, 100, 200 ... 1000), each divided by
          five so that the benchmark takes minutes: 1, 2, 3, 20, 40 ... 200. `training` is what workers trained (the
          longest trial where epochs are shared, the sum of all where not), `command` the whole search.
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
    """((seconds of the whole command, of training), {epochs: validation loss})"""
    (folder / "t.db").unlink(missing_ok=True)
    begin = time.perf_counter()
    common.check([programs / "stormsweep", "run", "t.json", "--workers", "1", "--threads", "1", *more], cwd=folder)
    seconds = time.perf_counter() - begin
    longest, total = common.query(folder / "t.db", "SELECT max(wall_seconds), sum(wall_seconds) FROM results")[0]
    losses = dict(common.query(folder / "t.db", "SELECT epochs, validation_loss FROM results"))
    return (seconds, total if more else longest), losses


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
    print(f"{'':10}{'command':>12}{'training':>12}  training, least-greatest")
    middle = {name: [common.spread([run[i] for run in runs])[0] for i in (0, 1)] for name, runs in seconds.items()}
    for name, (command, training) in middle.items():
        print(f"{name:10}{command:10.1f} s{training:10.1f} s  {common.spread([run[1] for run in seconds[name]])[1]}")
    print(f"{'ratio':10}{middle['separate'][0] / middle['shared'][0]:11.2f}x{middle['separate'][1] / middle['shared'][1]:11.2f}x")


if __name__ == "__main__":
    main()
