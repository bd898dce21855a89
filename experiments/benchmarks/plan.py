#!/usr/bin/python3
"""What does a space of 10^15 configurations cost to plan, to search in and to resume?

Question  time and memory of `stormsweep plan`; peak memory of the master while it runs and resumes a search there.
Baseline  none: tools that list the grid cannot hold this one (8 PB for the indices alone).
Command   /usr/bin/python3 experiments/benchmarks/plan.py
Spread    the plan is the median of --repeats runs, with the least and the greatest beside it.
Target    50 ms, 50 MB; the master's memory flat in the number of trials, once SQLite's page cache (64 MB) is full
"""

import os
import pathlib
import subprocess
import tempfile
import time

import common

HUNDRED_THOUSAND = {"min": 1, "max": 100_000, "step": 1}


def write_vast(folder, trials):
    parameters = {"milliseconds": {"min": 0, "max": 99.999, "step": 0.001},  # the first axis varies slowest: all take 0 ms
                  "replicate": HUNDRED_THOUSAND, "index": HUNDRED_THOUSAND}
    common.write_space(folder / "vast.json", "vast", parameters, limits={"trials": trials})


def plan(program, folder):
    """(ms, MB). The peak from wait4 is never below this interpreter's own, some 12 MB."""
    begin = time.perf_counter()
    process = subprocess.Popen([program, "plan", "vast.json"], cwd=folder, stdout=subprocess.PIPE)
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return 1e3 * (time.perf_counter() - begin), usage.ru_maxrss / 1e3


def peak_mb(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1e3 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def search(program, folder, trials):
    """(s, the master's peak in MB) of running the search up to so many trials in all."""
    write_vast(folder, trials)
    begin = time.perf_counter()
    process = subprocess.Popen([program, "run", "vast.json", "--workers", "2"], cwd=folder, env=common.environment(),
                               stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        masters = [pid for pid, name in common.descendants(process.pid).items() if name == "stormsweep"]
        peak = max([peak, *map(peak_mb, masters)])
        time.sleep(0.05)
    assert process.returncode == 0, process.returncode
    return time.perf_counter() - begin, peak


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=20, trials=400_000)
    program = options.bin / "stormsweep"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_vast(folder, 1)
        times, memory = zip(*(plan(program, folder) for _ in range(options.repeats)))
        print("plan: {:.1f} ms ({})".format(*common.spread(times)), "{:.1f} MB ({})".format(*common.spread(memory)))
        done = 0
        for trials in (options.trials // 100, options.trials // 10, options.trials):
            seconds, peak = search(program, folder, trials)
            print(f"search from {done:,} to {trials:,} trials: {seconds:.1f} s, master's peak {peak:.1f} MB")
            done = trials


if __name__ == "__main__":
    main()
