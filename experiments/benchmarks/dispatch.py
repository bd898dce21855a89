#!/usr/bin/python3
"""How many trials a second can be handed out and kept?

Question  no-op trials through the real dispatcher to two workers, every row committed to the database, by grid and by the
          methods that draw or decide. The whole command is counted: starting mpirun, dispatching, committing, stopping.
Baseline  the same no-op by what a user would write with mpi4py.futures (chunks of 1 and of 64; keeps no record),
          dask.distributed (keeps no record) and Optuna (the grid in memory; its quickest sampler in memory; the same in
          SQLite by two processes). Their start-up is not counted.
Command   /usr/bin/python3 experiments/benchmarks/dispatch.py
Spread    every line is the median of --repeats runs, in turn, with the least and the greatest beside it. The number of
          trials of each is chosen for runs of seconds.
Target    20,000 a second by grid, random and sobol, 5,000 by halving
"""

import pathlib
import sqlite3
import tempfile
import time

import common

METHODS = ["grid", "random", "sobol", "halving", "hyperband"]
PEERS = {  # name: trials
    "mpi4py": 10_000,
    "mpi4py_chunks": 100_000,
    "dask": 2_000,
    "optuna_grid": 200,
    "optuna_random": 5_000,
    "optuna_sqlite": 200,
}


def space_of(method, trials):
    """Parameters and method of a search of `trials` trials, or some fewer where whole brackets are not as many."""
    everything = {"index": {"min": 1, "max": 10**12}}
    listed = {"index": {"min": 1, "max": trials, "step": 1}}
    if method == "sobol":
        return everything, {"name": method, "trials": trials}
    if method == "halving":  # 81 + 27 + 9 trials a bracket
        return everything | {"epochs": [1, 3, 9]}, {"name": method, "size": 81, "brackets": trials // 117}
    if method == "hyperband":  # 206 trials in 5 brackets
        return everything | {"epochs": [1, 3, 9, 27, 81]}, {"name": method, "brackets": trials // 206 * 5}
    return listed, method


def stormsweep(programs, folder, method, trials):
    parameters, how = space_of(method, trials)
    common.write_space(folder / "n.json", "n", parameters, method=how)
    database = folder / "n.db"
    database.unlink(missing_ok=True)
    begin = time.perf_counter()
    common.check([programs / "stormsweep", "run", "n.json", "--workers", "2"], cwd=folder)
    seconds = time.perf_counter() - begin
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT count(*) FROM trials WHERE status = 'complete'").fetchone()[0]
    assert trials - 206 < rows <= trials, f"{rows} rows of {trials}"
    return rows / seconds


def peer(name, folder, trials):
    script = pathlib.Path(__file__).with_name("dispatch_peers.py")
    command = ["/usr/bin/python3", script, name, str(trials)]
    if name.startswith("mpi4py"):
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "3", "/usr/bin/python3", "-m", "mpi4py.futures",
                   script, name, str(trials)]
    return float(common.check(command, cwd=folder).split()[-1])


def main():
    options = common.arguments(__doc__.splitlines()[0], trials=500_000, repeats=3)
    common.need({"mpi4py": "python3-mpi4py", "distributed": "python3-distributed", "optuna": "python3-optuna"})
    rates = {name: [] for name in [*METHODS, *PEERS]}
    for _ in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for method in METHODS:
                rates[method].append(stormsweep(options.bin, folder, method, options.trials))
            for name, trials in PEERS.items():
                rates[name].append(peer(name, folder, trials))
    ours, _ = common.spread(rates["grid"])
    print(f"{'':16}{'trials/s':>12}  {'least-greatest':<22}our grid is faster by")
    for name, values in rates.items():
        median, between = common.spread(values)
        print(f"{name:16}{median:12,.0f}  {between:<22}{ours / median:,.1f}x")


if __name__ == "__main__":
    main()
