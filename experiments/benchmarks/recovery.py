#!/usr/bin/python3
"""What does readiness for a worker's death cost, and how long until its trial restarts?

Question  seconds from the SIGKILL of a worker in mid-trial to the start of its trial elsewhere, for --lost-after 1 and 10;
          processor time of a worker's heartbeats and of listening for the master, beside a trial; share of a trial that its
          checkpoints take, at the default interval and every second.
Baseline  none: 0.
Command   /usr/bin/python3 experiments/benchmarks/recovery.py
Spread    --repeats deaths each; the clock of processor time ticks every 10 ms, so 20 s resolve 0.05 % of a core.
Target    10 s, 1 % of a trial
"""

import os
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import time

import common


def run(options, *more):
    return [options.bin / "stormsweep", "run", "n.json", "--device", "cpu", *more]


def rank_of(pid):
    for word in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
        if word.startswith(b"OMPI_COMM_WORLD_RANK="):
            return int(word.partition(b"=")[2])


def workers(process):
    return [pid for pid, name in common.descendants(process.pid).items() if name == "stormsweep-runner"]


def rows(folder, sql):
    try:
        with sqlite3.connect(f"file:{folder}/n.db?mode=ro", uri=True) as connection:
            return connection.execute(sql).fetchall()
    except sqlite3.OperationalError:
        return []  # not there yet


def wait_for(folder, sql):
    while not (found := rows(folder, sql)):
        time.sleep(0.02)
    return found


def redispatch(options, lost_after):
    """One worker of three is idle, one of the two others dies."""
    with tempfile.TemporaryDirectory() as folder:
        common.write_space(pathlib.Path(folder) / "n.json", "n", {"index": [1, 2], "milliseconds": 60_000})
        process = subprocess.Popen(run(options, "--workers", "3", "--lost-after", str(lost_after)), cwd=folder,
                                   env=common.environment(), stderr=subprocess.DEVNULL)
        [[busy]] = wait_for(folder, "SELECT worker FROM trials WHERE status = 'running' LIMIT 1")
        time.sleep(1)
        [victim] = [pid for pid in workers(process) if rank_of(pid) == busy]
        killed = time.time()
        os.kill(victim, signal.SIGKILL)
        [[started]] = wait_for(folder, "SELECT started FROM trials WHERE attempt = 2")
        process.send_signal(signal.SIGTERM)
        process.wait()
        return started - killed


def processor_time(options, lost_after):
    """The processor time of a worker whose trial itself takes none."""
    with tempfile.TemporaryDirectory() as folder:
        common.write_space(pathlib.Path(folder) / "n.json", "n", {"milliseconds": 1000 * (options.seconds + 10)})
        process = subprocess.Popen(run(options, "--workers", "1", "--lost-after", str(lost_after)), cwd=folder,
                                   env=common.environment(), stderr=subprocess.DEVNULL)
        wait_for(folder, "SELECT worker FROM trials WHERE status = 'running'")
        time.sleep(2)
        [worker] = workers(process)
        before = common.processor_seconds(worker)
        time.sleep(options.seconds)
        share = (common.processor_seconds(worker) - before) / options.seconds
        process.send_signal(signal.SIGTERM)
        process.wait()
        return share


def checkpoint_share(options, folder, every):
    """A trial's wall time leaves out what checkpoints and reports take; its start and end do not."""
    common.check([options.bin / "stormsweep", "run", "t.json", "--workers", "1", "--results", f"{every}.db",
                  "--checkpoint-every", str(every)], cwd=folder)
    [[seconds, share]] = common.query(
        folder / f"{every}.db", "SELECT finished - started, 1 - wall_seconds / (finished - started) FROM trials")
    return seconds, share


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=5, seconds=20, storms=20_000, epochs=8)
    for lost_after in [1, 10]:
        median, spread = common.spread([redispatch(options, lost_after) for _ in range(options.repeats)], 2)
        print(f"--lost-after {lost_after:2}: {median:6.2f} s from death to the next start  ({spread})", flush=True)
    for lost_after in [1, 10]:
        share = processor_time(options, lost_after)
        print(f"--lost-after {lost_after:2}: {100 * share:6.2f} % of a core for heartbeats and listening", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        common.generate_storms(options, folder)
        common.write_tornado_space(folder / "t.json", {"epochs": options.epochs, "batch_size": 128})
        for every in [1, 300]:
            seconds, share = checkpoint_share(options, folder, every)
            print(f"--checkpoint-every {every:3}: {100 * share:.3f} % of a trial of {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
