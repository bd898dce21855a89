#!/usr/bin/python3
"""What do many ranks and many rows cost?

Question  start and memory of `stormsweep run` of noop with --ranks workers, more than there are cores; 2,000 gangs of 1 to 64 ranks;
          the dispatcher alone, with 27,360 simulated ranks; --rows rows: written, the best five, a cross table, resumed.
Baseline  for the start, mpirun of as many ranks that only call MPI_Init (a C program, by mpicc).
          For the rest none: targets are printed beside.
Command   cmake --build --preset release --target benchmark_scale && /usr/bin/python3 experiments/benchmarks/scale.py
Spread    one run of each: a start with 256 ranks keeps two cores busy for a minute, ten million rows for several.
Target    a start in 10 s where MPI's own takes less; master under 100 MB, worker under 200 MB before it trains; 100,000 messages/s;
          queries in 5 s, resumed in 10 s
"""

import pathlib
import sqlite3
import subprocess
import tempfile
import time

import common

EMPTY = "#include <mpi.h>\nint main(int n, char** w) { int p; MPI_Init_thread(&n, &w, MPI_THREAD_MULTIPLE, &p); return MPI_Finalize(); }\n"


def say(what, measured, aim=""):
    print(f"{what:64}{measured:>28}   {aim}", flush=True)


def seconds_of(command, folder):
    begin = time.perf_counter()
    common.check(command, cwd=folder)
    return time.perf_counter() - begin


def bare_start(folder, ranks):
    """Seconds to start as many ranks that do nothing but MPI_Init and MPI_Finalize."""
    (folder / "empty.c").write_text(EMPTY)
    common.check(["mpicc", "-O2", "empty.c", "-o", "empty"], cwd=folder)
    return seconds_of(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), "./empty"], folder)


def memory_mb(pid):
    """(resident, proportional) set: the latter counts only a share of pages that processes share."""
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0, 0
    kb = {line.split()[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    return kb["Rss:"] / 1e3, kb["Pss:"] / 1e3


def rows_of(database):
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM trials").fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # not there yet


def start(options, folder, workers):
    """(s to the first rows, master's memory, the largest worker's) of ranks that then sleep."""
    common.write_space(folder / "start.json", "start", {"index": {"min": 1, "max": 2 * workers, "step": 1}, "milliseconds": 4000})
    (folder / "start.db").unlink(missing_ok=True)
    begin = time.perf_counter()
    process = subprocess.Popen([options.bin / "stormsweep", "run", "start.json", "--workers", str(workers), "--device", "cpu",
                                "--lost-after", "60"], cwd=folder, env=common.environment(), stderr=subprocess.DEVNULL)
    while rows_of(folder / "start.db") == 0:  # a trial has a row once it has run for a second
        time.sleep(0.1)
    seconds = time.perf_counter() - begin - 1
    ranks = common.descendants(process.pid)
    master = max(memory_mb(pid) for pid, name in ranks.items() if name == "stormsweep")
    worker = max(memory_mb(pid) for pid, name in ranks.items() if name.startswith("stormsweep-"))
    assert process.wait() == 0
    return seconds, master, worker


def gangs(options, folder):
    """Seconds from the first trial to the last of 2,000 gangs of 1 to 64 ranks, which do nothing, on 64 workers."""
    common.write_space(folder / "g.json", "g", {"gpus": [1, 2, 4, 8, 16, 32, 64, 3], "index": {"min": 1, "max": 250, "step": 1}})
    seconds_of([options.bin / "stormsweep", "run", "g.json", "--workers", "64", "--device", "cpu", "--lost-after", "60"], folder)
    with sqlite3.connect(folder / "g.db") as connection:
        return connection.execute("SELECT max(finished) - min(started), count(*), sum(status = 'complete') FROM trials").fetchone()


def store(options, folder):
    common.write_space(folder / "r.json", "r", {"index": {"min": 1, "max": options.rows // 100, "step": 1},
                                                "replicate": {"min": 1, "max": 100, "step": 1}})
    stormsweep = options.bin / "stormsweep"
    run = [stormsweep, "run", "r.json", "--workers", "2", "--device", "cpu"]
    seconds = seconds_of(run, folder)
    say(f"{options.rows:,} rows written by 2 workers", f"{seconds:.0f} s, {options.rows / seconds:,.0f} rows/s")
    say("  the best five (results --best 5)", f"{seconds_of([stormsweep, 'results', 'r.db', '--best', '5'], folder):.1f} s", "5 s")
    cross = [stormsweep, "results", "r.db", "--rows", "replicate", "--columns", "outcome"]
    say("  a cross table (results --rows replicate --columns outcome)", f"{seconds_of(cross, folder):.1f} s", "5 s")
    say("  status", f"{seconds_of([stormsweep, 'status', 'r.db'], folder):.1f} s")
    say("  resumed, with nothing left to do", f"{seconds_of(run, folder):.1f} s", "10 s")


def main():
    options = common.arguments(__doc__.splitlines()[0], ranks="64,128,256", rows=10_000_000)
    say("", "measured", "aim")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for workers in map(int, options.ranks.split(",")):
            bare = bare_start(folder, workers + 1)
            seconds, master, worker = start(options, folder, workers)
            say(f"{workers} workers: start", f"{seconds:.1f} s", f"10 s; mpirun of ranks that do nothing: {bare:.1f} s")
            say("  master's memory, resident (proportional)", "{:.0f} MB ({:.0f} MB)".format(*master), "100 MB")
            say("  a worker's", "{:.0f} MB ({:.0f} MB)".format(*worker), "200 MB")
        seconds, trials, complete = gangs(options, folder)
        say(f"{trials:,} gangs of 1 to 64 ranks on 64 workers", f"{seconds:.1f} s, {complete:,} complete")
        for line in common.check([options.bin / "benchmark_scale"]).splitlines():
            mix, ranks, rate = line.split("\t")
            say(f"dispatcher alone, {int(ranks):,} ranks, {mix}", f"{int(rate):,} messages/s", "100,000 messages/s")
        store(options, folder)


if __name__ == "__main__":
    main()
