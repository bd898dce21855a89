#!/usr/bin/python3
"""How much slower is augmenting while training than training on copies augmented before?

Question  wall seconds of a trial with live augmentation against one on preaugmented copies (which are made once, by the
          first trial of the search, left out here), by batch size; one training thread, a second core for the batches.
Baseline  preaugmented. In Basalyga et al. 2021 live augmentation took 1.9 to 13 times as long on CPUs.
Command   /usr/bin/python3 experiments/benchmarks/augmentation.py
Spread    the ratio of the medians of --repeats replicates; both modes run in one search, in turn.
Target    at most 1.10 at every batch size
"""

import pathlib
import tempfile

import common


def main():
    options = common.arguments(__doc__.splitlines()[0], storms=20_000, repeats=5)
    batch_sizes = [128 << k for k in range(6)]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.generate_storms(options, folder)
        # Each replicate draws its own copies, which its first trial makes: a trial whose batch size is not shown.
        common.write_tornado_space(folder / "t.json", {"replicate": {"min": 0, "max": options.repeats - 1, "step": 1},
                                                       "batch_size": [64, *batch_sizes],
                                                       "augmentation": ["preaugmented", "live"], "epochs": 1})
        common.check([options.bin / "stormsweep", "run", "t.json", "--workers", "1", "--threads", "1"], cwd=folder)
        walls = {}
        for batch_size, mode, wall in common.query(folder / "t.db",
                                                   "SELECT batch_size, augmentation, wall_seconds FROM results"):
            walls.setdefault((batch_size, mode), []).append(wall)
    print(f"{'batch':>6}{'preaugmented':>14}  {'least-greatest':<16}{'live':>8}  {'least-greatest':<16}ratio")
    for batch_size in batch_sizes:
        before, before_spread = common.spread(walls[batch_size, "preaugmented"], digits=2)
        live, live_spread = common.spread(walls[batch_size, "live"], digits=2)
        print(f"{batch_size:6}{before:13.2f}s  {before_spread:<16}{live:7.2f}s  {live_spread:<16}{live / before:.2f}")


if __name__ == "__main__":
    main()
