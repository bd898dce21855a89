#!/usr/bin/python3
"""What does waiting cost?

Question  processor time of the master and of a worker that has nothing to do, while another worker trains a long trial.
Baseline  none in the same run: a rank that waits in MPI_Recv uses a whole core.
Command   /usr/bin/python3 experiments/benchmarks/idle.py
Spread    one stretch of --seconds; the clock ticks every 10 ms, so 20 s resolve 0.05 % of a core.
Target    2 % of a core
"""

import pathlib
import subprocess
import tempfile
import time

import common


def main():
    options = common.arguments(__doc__.splitlines()[0], seconds=20)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.write_space(folder / "n.json", "n", {"milliseconds": 1000 * (options.seconds + 10)})
        process = subprocess.Popen([options.bin / "stormsweep", "run", "n.json", "--workers", "2"], cwd=folder,
                                   env=common.environment(), stderr=subprocess.DEVNULL)
        time.sleep(4)
        ranks = {pid: name for pid, name in common.descendants(process.pid).items() if name.startswith("stormsweep")}
        assert len(ranks) == 3, ranks
        before = {pid: common.processor_seconds(pid) for pid in ranks}
        time.sleep(options.seconds)
        for pid, name in sorted(ranks.items()):
            print(f"{name:20}{100 * (common.processor_seconds(pid) - before[pid]) / options.seconds:6.2f} % of a core")
        process.wait()


if __name__ == "__main__":
    main()
