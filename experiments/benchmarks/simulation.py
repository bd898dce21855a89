#!/usr/bin/python3
"""How long does a replay take, and how well does it reproduce what was measured?

Question  a noop search of 60 trials of 20 to 200 ms is measured on three ranks; `stormsweep compare` replays it in the order
          measured, and replays --trials trainings drawn from it on 10,000 ranks, all three policies, with failures.
Baseline  the measured makespan.
Command   /usr/bin/python3 experiments/benchmarks/simulation.py
Spread    the median of --repeats runs, with the least and the greatest beside it. The whole command is counted.
Target    10 s for 100,000 trainings; within 15 % of what was measured
"""

import json
import pathlib
import tempfile
import time

import common


def main():
    options = common.arguments(__doc__.splitlines()[0], trials=100_000, repeats=3)
    stormsweep = options.bin / "stormsweep"
    seconds, errors = [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.write_space(folder / "m.json", "m", {"index": {"min": 1, "max": 6, "step": 1},
                                                    "milliseconds": {"min": 20, "max": 200, "step": 20}})
        for _ in range(options.repeats):
            (folder / "m.db").unlink(missing_ok=True)
            common.check([stormsweep, "run", "m.json", "--workers", "3", "--device", "cpu"], cwd=folder)
            begin = time.perf_counter()
            text = common.check([stormsweep, "compare", "m.db", "--ranks", "10000", "--trials", str(options.trials),
                                 "--failures-per-hour", "0.01", "--format", "json"], cwd=folder)
            seconds.append(time.perf_counter() - begin)
            measured = json.loads(text)["measured"]
            errors.append(100 * abs(measured["replayed_makespan_seconds"] / measured["makespan_seconds"] - 1))
    for what, values, unit in [("replay", seconds, "s"), ("error", errors, "%")]:
        median, between = common.spread(values, 2)
        print(f"{what:8}{median:8.2f} {unit}  {between}")


if __name__ == "__main__":
    main()
