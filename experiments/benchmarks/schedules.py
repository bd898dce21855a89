#!/usr/bin/python3
"""How near to the ideal do both schedules come?

Question  --trials noop trials of 10 ms on three training ranks, under both schedules by `stormsweep compare`. The ideal is
          trials * 10 ms / 3; efficiency is the ideal over the makespan, from the first trial's start to the last one's end.
          Ranks sleep while they train, so three of them need no three cores. Then the same, but a third of the trials take
          2 ms, a third 8 ms and a third 20 ms, by the axis that varies fastest.
Baseline  the ideal.
Command   /usr/bin/python3 experiments/benchmarks/schedules.py
Spread    the median of --repeats runs, with the least and the greatest beside it. The metrics of both schedules must be the
          same to the last bit, or it ends.
Target    95 % for trials of 10 ms
"""

import json
import pathlib
import tempfile

import common

RANKS = 3


def compare(programs, folder, parameters):
    """{schedule: seconds of makespan}"""
    for database in folder.glob("*.db"):
        database.unlink()
    common.write_space(folder / "s.json", "s", parameters)
    report = json.loads(common.check([programs / "stormsweep", "compare", "s.json", "--workers", str(RANKS), "--device",
                                      "cpu", "--format", "json"], cwd=folder))
    assert report["metrics"]["equal"], "the schedules' metrics differ"
    return {schedule["schedule"]: schedule["makespan_seconds"] for schedule in report["schedules"]}


def main():
    options = common.arguments(__doc__.splitlines()[0], trials=1000, repeats=3)
    spaces = {"equal": [10], "mixed": [2, 8, 20]}
    efficiencies = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for _ in range(options.repeats):
            for name, milliseconds in spaces.items():
                rounds = options.trials // len(milliseconds)
                ideal = rounds * sum(milliseconds) / 1000 / RANKS
                parameters = {"index": {"min": 1, "max": rounds, "step": 1}, "milliseconds": milliseconds}
                for schedule, seconds in compare(options.bin, folder, parameters).items():
                    efficiencies.setdefault((name, schedule), []).append(100 * ideal / seconds)
    print(f"{'trials':8}{'schedule':16}{'efficiency':>12}  least-greatest")
    for (name, schedule), values in efficiencies.items():
        median, between = common.spread(values)
        print(f"{name:8}{schedule:16}{median:10.1f} %  {between}")


if __name__ == "__main__":
    main()
