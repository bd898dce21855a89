#!/usr/bin/python3
"""How many trials does Bayesian search take?

Question  the regret (best value so far, without its noise, over the least there is) after so many trials, on eight functions, as they
          are, with the optimum elsewhere, with 5 to 12 values an axis and with an axis that is a choice, half of them with noise
          of 1 % of the function's spread; one trial after the other, and with 8 pending (results come oldest first). Beside it,
          repeated points, and processor time a suggestion. --tables A.db,B.db: on complete grids that `stormsweep run` has recorded,
          too, such as that of search_table.json; --only recorded: on those alone.
Baseline  Optuna's TPE; its multivariate TPE (with groups and, where trials are pending, a constant liar); its CMA-ES; its
          scrambled Sobol points; its random points; of the Optuna in the folder --optuna, or Debian's. Values along an axis are
          integers to them, choices categories.
Command   cmake --build ... --target benchmark_search && /usr/bin/python3 experiments/benchmarks/search.py
Spread    medians over --seeds, with quartiles; wins and losses by Mann and Whitney's test. All methods see the same functions and the
          same noise by trial. Settings were chosen on Hartmann 3 and Levy 4, but for two: that values are warped only where the worse
          half spreads wider was chosen on Hartmann 6 and Branin too, and the weights' prior on all functions as they are.
Target    fewer trials to TPE's final regret on most problems; Hartmann 6 as it is at 50 and 100 trials: 0.01 and 0.001;
          nothing twice on grids; 15 ms a suggestion in the mean up to 300 trials (--trials 300).
"""

import itertools
import json
import multiprocessing
import subprocess
import sys
import time

import common

common.need({"numpy": "python3-numpy"})

import numpy
import search_functions
import search_tables

AT = [10, 20, 30, 50, 100]
OURS = "stormsweep"
PEERS = ["TPE", "TPE multivariate", "CMA-ES", "Sobol", "random"]
RECORDED = "recorded"


class Ours:
    def __init__(self, programs, problem, seed, width):
        axis = lambda j, places: ({"kind": "continuous"} if places is None else
                                  {"kind": "unordered", "size": len(places)} if j in problem.unordered else
                                  {"kind": "ordered", "places": places})
        self.driver = subprocess.Popen([programs / "benchmark_search"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                       env=common.environment())
        self.say(json.dumps({"dimensions": [axis(*item) for item in enumerate(problem.axes)], "seed": seed, "width": width}))

    def say(self, line):
        self.driver.stdin.write(line + "\n")
        self.driver.stdin.flush()

    def ask(self):
        """(the point, or [] where none is left, seconds)"""
        self.say("ask")
        seconds, *point = map(float, self.driver.stdout.readline().split())
        return point, seconds

    def tell(self, value):
        self.say(f"tell {-value!r}")

    def close(self):
        self.driver.stdin.close()
        assert self.driver.wait() == 0


class Optuna:
    def __init__(self, method, problem, seed, width):
        import warnings

        import optuna
        from optuna import distributions, samplers

        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = {
            "TPE": lambda: samplers.TPESampler(seed=seed),
            "TPE multivariate": lambda: samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=width > 1),
            "CMA-ES": lambda: samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False),
            "Sobol": lambda: samplers.QMCSampler(seed=seed, scramble=True),
            "random": lambda: samplers.RandomSampler(seed=seed),
        }[method]()
        kind = lambda j, places: (distributions.FloatDistribution(0, 1) if places is None else
                                  distributions.CategoricalDistribution(range(len(places))) if j in problem.unordered else
                                  distributions.IntDistribution(0, len(places) - 1))
        self.axes = {f"x{j}": kind(j, places) for j, places in enumerate(problem.axes)}
        self.study = optuna.create_study(sampler=sampler)
        self.pending = []

    def ask(self):
        begin = time.process_time()
        trial = self.study.ask(self.axes)
        self.pending.append(trial)
        return [trial.params[name] for name in self.axes], time.process_time() - begin

    def tell(self, value):
        self.study.tell(self.pending.pop(0), value)

    def close(self):
        pass


def search(task):
    """(regret after each trial, share of repeated points, seconds a suggestion) of one seed of one method."""
    programs, name, variant, noisy, width, method, seed, trials = task
    problem = search_tables.problem(name) if variant == RECORDED else search_functions.problem(name, variant, noisy, seed)
    searcher = Ours(programs, problem, seed, width) if method == OURS else Optuna(method, problem, seed, width)
    noise = numpy.random.default_rng(seed).normal(scale=problem.noise, size=trials) if noisy else numpy.zeros(trials)
    points, values, seconds = [], [], 0
    for number in range(trials):
        if number >= width:
            searcher.tell(values[number - width] + noise[number - width])
        point, took = searcher.ask()
        if not point:  # all of a grid
            break
        points.append(tuple(point))
        values.append(problem.evaluate(point))
        seconds += took
    searcher.close()
    regret = numpy.maximum(0, numpy.minimum.accumulate(values) - problem.least)
    whole = numpy.pad(regret, (0, trials - len(regret)), mode="edge")
    return whole, 1 - len(set(points)) / len(points), seconds / len(points)


def tasks(options):
    tables = [(path, RECORDED, False) for path in options.tables.split(",") if path]
    for path, *_ in tables:
        search_tables.problem(path)  # refuses here, not in a process of the pool, for which the pool would wait
    for seed in range(1, options.seeds + 1):
        for name, variant, noisy in [*search_functions.problems(), *tables]:
            if options.only not in f"{name}, {variant}":
                continue
            for width in [1, options.pending]:
                for method in [OURS, *PEERS]:
                    if width == 1 or method in [OURS, "TPE", "TPE multivariate"]:  # the others do not take pending points into account
                        yield options.bin, name, variant, noisy, width, method, seed, options.trials


def gathered(options):
    """{(name, variant, noisy, width): {method: [result of a seed]}}"""
    results = {}
    with multiprocessing.Pool(options.jobs) as pool:
        todo = list(tasks(options))
        for task, result in zip(todo, pool.imap(search, todo)):
            results.setdefault(task[1:5], {}).setdefault(task[5], []).append(result)
    return results


def title(problem):
    name, variant, noisy, width = problem
    return f"{name}, {variant}{', noise' if noisy else ''}{f', {width} pending' if width > 1 else ''}"


def number(value):
    """Two digits: 84000, 0.0039; below 0.001 one, 7e-05."""
    return f"{float(f'{value:.2g}'):g}" if value >= 0.001 or value == 0 else f"{value:.0e}"


def regrets(results, trial=None):
    """After `trial` trials, or all of them."""
    return [regret[:trial][-1] for regret, _, _ in results]


def print_problem(problem, by_method):
    print(f"\n{title(problem)}")
    for method, results in by_method.items():
        cells = []
        for trial in AT:
            low, median, high = numpy.quantile(regrets(results, trial), [0.25, 0.5, 0.75])
            cells.append(f"{number(median)} ({number(low)}-{number(high)})")
        print(f"  {method:17}" + "".join(f"{cell:>26}" for cell in cells))


def trials_to(ours, theirs):
    """After how many trials our median regret reaches their last one; None: never."""
    curve, goal = numpy.median([regret for regret, _, _ in ours], axis=0), numpy.median(regrets(theirs))
    reached = numpy.nonzero(curve <= goal)[0]
    return int(reached[0]) + 1 if len(reached) else None


def compared(results, peer):
    """([problems on which our last regrets are the smaller ones], [... the larger ones]): Mann and Whitney's two-sided test of each
    problem, corrected as Holm does, so that one of all calls a difference where there is none in 5 % of such runs."""
    from scipy.stats import mannwhitneyu

    tests = []
    for problem, methods in results.items():
        if peer in methods:
            ours, theirs = regrets(methods[OURS]), regrets(methods[peer])
            smaller, probability = mannwhitneyu(ours, theirs)  # smaller: the pairs in which theirs is smaller; a tie counts half
            tests.append((probability, 2 * smaller < len(ours) * len(theirs), problem))
    tests.sort()
    differ = itertools.takewhile(lambda item: item[1][0] <= 0.05 / (len(tests) - item[0]), enumerate(tests))
    wins, losses = [], []
    for _, (_, won, problem) in differ:
        (wins if won else losses).append(problem)
    return wins, losses


def print_peer(peer, results):
    ours = {problem: trials_to(methods[OURS], methods[peer]) for problem, methods in results.items() if peer in methods}
    trials = [count if count is not None else numpy.inf for count in ours.values()]
    late = [title(problem) for problem, count in ours.items() if count is None]
    print(f"{peer}: its final median regret is reached on {len(trials) - len(late)} of {len(trials)} problems, after a median of "
          f"{numpy.median(trials):.0f} trials" + (f"; not on {'; '.join(late)}" if late else ""))
    wins, losses = compared(results, peer)
    print(f"{' ' * len(peer)}  {len(wins)} wins, {len(trials) - len(wins) - len(losses)} ties, {len(losses)} losses" +
          (f": {'; '.join(map(title, losses))}" if losses else ""))


def print_summary(results):
    print()
    for peer in PEERS:
        print_peer(peer, results)
    for method in [OURS, *PEERS]:
        runs = [(problem, run) for problem, methods in results.items() for run in methods.get(method, [])]
        twice = [run[1] for problem, run in runs if problem[1] in ("gridded", RECORDED)] or [0]
        print(f"{method}: {1000 * numpy.mean([run[2] for _, run in runs]):.1f} ms a suggestion; "
              f"{100 * numpy.mean(twice):.1f} % of the points on grids had been tried before")


def main():
    options = common.arguments(__doc__.splitlines()[0], seeds=30, trials=100, pending=8, jobs=1, only="", tables="", optuna="")
    if options.optuna:
        sys.path.insert(0, options.optuna)
    common.need({"optuna": "python3-optuna", "cmaes": "python3-cmaes", "numpy": "python3-numpy", "scipy": "python3-scipy"})
    results = gathered(options)
    print(f"median regret (quartiles) of {options.seeds} seeds after {', '.join(map(str, AT))} trials")
    for problem, by_method in results.items():
        print_problem(problem, by_method)
    print_summary(results)


if __name__ == "__main__":
    main()
