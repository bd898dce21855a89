"""Recorded grids as problems for search.py and search_curves.py: the metric of a complete search of `stormsweep run`, looked up.

An axis is a hyperparameter that varies; numbers are in order and evenly spaced, since people space them so that each step may matter;
words and flags have no order. Of several trials of a configuration (replicates) the mean counts; one that diverged, ran out of memory or
failed is as bad as the worst.
"""

import dataclasses
import functools
import pathlib
import sqlite3

from search_functions import Problem


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@dataclasses.dataclass
class Table:
    axes: dict  # {name: its values}
    values: dict  # {a digit along each axis: sign * the metric}, to be minimised
    sign: int


def read(path):
    """The table of the one search in the database `path`."""
    database = sqlite3.connect(pathlib.Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    (experiment, metric, goal), = database.execute("SELECT experiment, metric, goal FROM searches")
    names = [name for name, in database.execute("SELECT name FROM columns WHERE experiment = ? AND kind = 'hyperparameter' "
                                                "AND name <> 'replicate'", [experiment])]
    rows = database.execute(f"SELECT {', '.join(map(quoted, names))}, avg({quoted(metric)}) FROM results WHERE status NOT IN ('waiting', "
                            f"'running') GROUP BY {', '.join(map(quoted, names))}").fetchall()
    columns = dict(zip(names, zip(*rows)))
    axes = {name: sorted(set(columns[name])) for name in names if len(set(columns[name])) > 1}
    sign = 1 if goal == "minimize" else -1
    digits = zip(*([axis.index(value) for value in columns[name]] for name, axis in axes.items()))
    worst = max(sign * row[-1] for row in rows if row[-1] is not None)
    values = {digit: worst if row[-1] is None else sign * row[-1] for digit, row in zip(digits, rows)}
    cells = functools.reduce(lambda product, axis: product * len(axis), axes.values(), 1)
    if len(values) < cells:
        raise SystemExit(f"{path}: {len(values)} of {cells} configurations have ended; let the search end")
    return Table(axes, values, sign)


def in_order(axis):
    return not isinstance(axis[0], str) and not set(axis) <= {0, 1}


@functools.cache
def problem(path):
    table = read(path)
    unordered = {j for j, axis in enumerate(table.axes.values()) if not in_order(axis)}
    places = [[k / (len(axis) - 1) for k in range(len(axis))] for axis in table.axes.values()]
    return Problem(places, unordered, lambda point: table.values[tuple(map(int, point))], min(table.values.values()))
