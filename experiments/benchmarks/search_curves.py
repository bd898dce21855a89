#!/usr/bin/python3
"""How many epochs does halving take to find what a whole grid would?

Question  the best value so far, over the grid's best, after so many epochs of training, on a complete grid that `stormsweep run`
          has recorded at several epochs, such as that of search_curves.json (--grid FILE.db). A training that goes on from a rung costs only
          the difference. Nothing is trained. One training after the other.
Baseline  Optuna: TPE alone; with its median pruner, its successive halving and its hyperband; random points with successive
          halving; given the value at each recorded epoch. For Optuna numbers have an order, words and flags are choices.
Command   stormsweep generate tornado --storms 2000 -o storms && stormsweep run search_curves.json, then
          /usr/bin/python3 experiments/benchmarks/search_curves.py --grid search_curves.db
Spread    medians over --seeds, with quartiles. Ours are from `stormsweep replay`.
Target    within 1 % of the grid's best in a fifth of its epochs, and no later than the best of the peers.
"""

import csv
import json
import multiprocessing
import subprocess
import sys

import common

common.need({"numpy": "python3-numpy"})

import numpy
import search_tables

SHARES = [0.02, 0.06, 0.1, 0.2, 0.4]  # of the grid's epochs
OURS = {"halving": '{"name": "halving", "brackets": 1000}', "hyperband": '{"name": "hyperband", "brackets": 1000}', "bayes": "bayes",
        "random": "random"}  # with their settings; brackets until the grid is used up
PEERS = ["TPE", "TPE, median pruner", "TPE, successive halving", "TPE, hyperband", "random, successive halving"]


class Grid:
    def __init__(self, path):
        self.table = search_tables.read(path)
        self.milestone = list(self.table.axes).index("epochs")
        self.axes = dict(self.table.axes)
        self.epochs = self.axes.pop("epochs")
        self.trainings = len(self.table.values) // len(self.epochs)
        self.cost = self.trainings * self.epochs[-1]
        self.best = min(self.table.values.values())

    def value(self, point, rung):
        digits = list(point)
        digits.insert(self.milestone, rung)
        return self.table.values[tuple(digits)]

    def near(self, value):
        return value - self.best <= 0.01 * abs(self.best)


def sampler_and_pruner(method, seed, longest):
    from optuna import pruners, samplers

    sampler, _, pruner = method.partition(", ")
    return ({"TPE": samplers.TPESampler, "random": samplers.RandomSampler}[sampler](seed=seed),
            {"": pruners.NopPruner,
             "median pruner": pruners.MedianPruner,
             "successive halving": lambda: pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
             "hyperband": lambda: pruners.HyperbandPruner(min_resource=1, max_resource=longest, reduction_factor=3)}[pruner]())


def peer(task):
    """[(epochs so far, best value so far)] of one seed."""
    import optuna

    grid, method, seed = task
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler, pruner = sampler_and_pruner(method, seed, grid.epochs[-1])
    study = optuna.create_study(study_name=str(seed), sampler=sampler, pruner=pruner)  # from whose name hyperband chooses brackets
    axes = {name: optuna.distributions.IntDistribution(0, len(axis) - 1) if search_tables.in_order(axis) else
            optuna.distributions.CategoricalDistribution(range(len(axis))) for name, axis in grid.axes.items()}
    steps, spent, best = [], 0, numpy.inf
    while spent < max(SHARES) * grid.cost:
        trial = study.ask(axes)
        point = [trial.params[name] for name in axes]
        pruned = False
        for rung, epochs in enumerate(grid.epochs):
            value = grid.value(point, rung)
            spent += epochs - (grid.epochs[rung - 1] if rung else 0)
            best = min(best, value)
            steps.append((spent, best))
            trial.report(value, epochs)
            pruned = epochs < grid.epochs[-1] and trial.should_prune()
            if pruned:
                break
        study.tell(trial, **({"state": optuna.trial.TrialState.PRUNED} if pruned else {"values": value}))
    return steps


def best_at(steps, cost):
    reached = [best for spent, best in steps if spent <= cost]
    return reached[-1] if reached else numpy.inf


def peers(grid, options):
    """{method: ({share: (lower quartile, median, upper quartile)}, median epochs to within 1 %)}"""
    results = {}
    with multiprocessing.Pool(options.jobs) as pool:
        for method in PEERS:
            runs = pool.map(peer, [(grid, method, seed) for seed in range(options.seeds)])
            within = [next((spent for spent, best in steps if grid.near(best)), numpy.inf) for steps in runs]
            quartiles = {share: numpy.quantile([best_at(steps, share * grid.cost) for steps in runs], [0.25, 0.5, 0.75],
                                               method="nearest") for share in SHARES}
            results[method] = quartiles, numpy.median(within)
    return results


def replay(grid, options, *more):
    """What `stormsweep replay` prints about our methods."""
    methods = [word for settings in OURS.values() for word in ("--method", settings)]
    return subprocess.run([options.bin / "stormsweep", "replay", options.grid, *methods, "--seeds", str(options.seeds), *more],
                          check=True, capture_output=True, text=True, env=common.environment()).stdout


def ours(grid, options):
    """The same as from `peers`, for our methods and for the grid itself."""
    within = {line["method"]: line["within_after_epochs"] for line in json.loads(replay(grid, options, "--format", "json"))["methods"]}
    names = {settings: name for name, settings in OURS.items()}
    results = {}
    for row in csv.DictReader(replay(grid, options, "--curves").splitlines()):
        share = round(float(row["epochs"]) / grid.cost, 9)
        quartiles = sorted(grid.table.sign * float(row[name] or "inf") for name in ["lower_quartile", "median", "upper_quartile"])
        name = names.get(row["method"], row["method"])
        results.setdefault(name, ({}, within[row["method"]] or numpy.inf))[0][share] = quartiles
    return results


def main():
    options = common.arguments(__doc__.splitlines()[0], grid="", seeds=30, jobs=1)
    if not options.grid:
        sys.exit("give --grid FILE.db; search_curves.json makes one")
    common.need({"optuna": "python3-optuna", "numpy": "python3-numpy"})
    grid = Grid(options.grid)
    print(f"{options.grid}: {grid.trainings} trainings, {grid.cost} epochs in all; best value {grid.table.sign * grid.best:.6g}")
    print(f"how far above it, median (quartiles) of {options.seeds} seeds, after {', '.join(f'{100 * share:g} %' for share in SHARES)} of "
          "the epochs; within 1 % after the median")
    for method, (quartiles, within) in {**ours(grid, options), **peers(grid, options)}.items():
        cells = ["{1:.3g} ({0:.3g}-{2:.3g})".format(*(value - grid.best for value in quartiles[share])) for share in SHARES]
        print(f"{method:27}" + "".join(f"{cell:>28}" for cell in cells) +
              (f"{100 * within / grid.cost:8.1f} %" if numpy.isfinite(within) else f"{'-':>8}"))


if __name__ == "__main__":
    main()
