"""Recorded grids as problems for search.py: the metric of a complete search of `stormsweep run`, looked up.

An axis is a hyperparameter that varies; numbers are in order and evenly spaced, since people space them so that each step may matter;
words and flags have no order. Of several trials of a configuration (replicates) the mean counts.
"""

import functools
import pathlib
import sqlite3

from search_functions import Problem


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@functools.cache
def problem(path):
    """The table of the one search in the database `path`, to be minimised."""
    database = sqlite3.connect(pathlib.Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    (experiment, metric, goal), = database.execute("SELECT experiment, metric, goal FROM searches")
    names = [name for name, in database.execute("SELECT name FROM columns WHERE experiment = ? AND kind = 'hyperparameter' "
                                                "AND name <> 'replicate'", [experiment])]
    rows = database.execute(f"SELECT {', '.join(map(quoted, names))}, avg({quoted(metric)}) FROM results WHERE status = 'complete' "
                            f"GROUP BY {', '.join(map(quoted, names))}").fetchall()
    columns = list(zip(*rows))
    varying = [j for j in range(len(names)) if len(set(columns[j])) > 1]
    axes = [sorted(set(columns[j])) for j in varying]
    sign = 1 if goal == "minimize" else -1
    table = {tuple(axis.index(row[j]) for j, axis in zip(varying, axes)): sign * row[-1] for row in rows}
    cells = functools.reduce(lambda product, axis: product * len(axis), axes, 1)
    if len(table) < cells:
        raise SystemExit(f"{path}: {len(table)} of {cells} configurations are complete; let the search end")
    unordered = {j for j, axis in enumerate(axes) if isinstance(axis[0], str) or set(axis) <= {0, 1}}
    places = [[k / (len(axis) - 1) for k in range(len(axis))] for axis in axes]
    return Problem(places, unordered, lambda point: table[tuple(map(int, point))], min(table.values()))
