"""Functions whose least values are published, as problems for search.py: on [0, 1] along every axis, or on digits.

Branin, Hartmann, Levy, Ackley, Michalewicz, Rosenbrock, Styblinski and Tang: as in Surjanovic and Bingham's Virtual Library of
Simulation Experiments. Methods that favour the middle of the axes, corners or smooth axes gain less where the optimum is moved, where
axes have few values and where one of them has no order.
"""

import dataclasses
import functools

import numpy

HARTMANN = {  # dimensions: (A, P)
    3: ([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]],
        [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]),
    6: ([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]],
        [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991], [2348, 1451, 3522, 2883, 3047, 6650],
         [4047, 8828, 8732, 5743, 1091, 381]]),
}


def branin(x):
    a, b = x
    return ((b - 5.1 / (4 * numpy.pi**2) * a**2 + 5 / numpy.pi * a - 6)**2 + 10 * (1 - 1 / (8 * numpy.pi)) * numpy.cos(a) + 10)


def hartmann(x):
    a, p = map(numpy.array, HARTMANN[len(x)])
    return -numpy.exp(-(a * (x - p / 10_000)**2).sum(1)) @ [1, 1.2, 3, 3.2]


def levy(x):
    w = 1 + (x - 1) / 4
    middle = (w[:-1] - 1)**2 * (1 + 10 * numpy.sin(numpy.pi * w[:-1] + 1)**2)
    return numpy.sin(numpy.pi * w[0])**2 + middle.sum() + (w[-1] - 1)**2 * (1 + numpy.sin(2 * numpy.pi * w[-1])**2)


def ackley(x):
    return (-20 * numpy.exp(-0.2 * numpy.sqrt((x**2).mean())) - numpy.exp(numpy.cos(2 * numpy.pi * x).mean()) + 20 + numpy.e)


def michalewicz(x):
    return -(numpy.sin(x) * numpy.sin(numpy.arange(1, len(x) + 1) * x**2 / numpy.pi)**20).sum()


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2).sum()


def styblinski_tang(x):
    return (x**4 - 16 * x**2 + 5 * x).sum() / 2


FUNCTIONS = {  # name: (function, low, high, where it is least)
    "Branin 2": (branin, [-5, 0], [10, 15], [9.424778, 2.475]),
    "Hartmann 3": (hartmann, [0] * 3, [1] * 3, [0.114614, 0.555649, 0.852547]),
    "Hartmann 6": (hartmann, [0] * 6, [1] * 6, [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573]),
    "Levy 4": (levy, [-10] * 4, [10] * 4, [1] * 4),
    "Ackley 5": (ackley, [-32.768] * 5, [32.768] * 5, [0] * 5),
    "Michalewicz 5": (michalewicz, [0] * 5, [numpy.pi] * 5, [2.202906, 1.570796, 1.284992, 1.923058, 1.72047]),
    "Rosenbrock 6": (rosenbrock, [-5] * 6, [10] * 6, [1] * 6),
    "Styblinski-Tang 6": (styblinski_tang, [-5] * 6, [5] * 6, [-2.903534] * 6),
}
LEAST = {"Branin 2": 0.397887, "Hartmann 3": -3.86278, "Hartmann 6": -3.322368, "Levy 4": 0, "Ackley 5": 0,
         "Michalewicz 5": -4.687658, "Rosenbrock 6": 0, "Styblinski-Tang 6": -234.996994}  # published; a check
VARIANTS = ["as it is", "shifted", "gridded", "choice"]


@dataclasses.dataclass
class Problem:
    axes: list  # None: any place in [0, 1]; otherwise the places of its digits
    unordered: set  # the numbers of axes that have no order
    evaluate: object  # of a point: the place along axes without digits, else the digit
    least: float
    noise: float = 0  # its standard deviation


@functools.cache
def spread(name):
    """The standard deviation of the function's values."""
    function, low, high, _ = FUNCTIONS[name]
    return float(numpy.std([function(x) for x in numpy.random.default_rng(0).uniform(low, high, (1000, len(low)))]))


def problem(name, variant, noisy, seed):
    """What one seed searches: the function, at the same place for all methods, with noise of 1 % of its spread or without."""
    function, low, high, optimum = FUNCTIONS[name]
    low, high, optimum = map(functools.partial(numpy.array, dtype=float), (low, high, optimum))
    random = numpy.random.default_rng([seed, VARIANTS.index(variant)])
    least = function(optimum)
    assert abs(least - LEAST[name]) < 2e-5 * max(1, abs(least)), (name, least)
    if variant == "shifted":  # three quarters of each axis, at random, with the optimum inside
        width = 0.75 * (high - low)
        low = random.uniform(numpy.maximum(low, optimum - 0.95 * width), numpy.minimum(high - width, optimum - 0.05 * width))
        high = low + width
    best = (optimum - low) / (high - low)
    axes = [None] * len(best)
    if variant == "gridded":  # 5 to 12 values along each axis, the optimum's among them
        axes = [grid_through(place, random.integers(5, 13)) for place in best]
    if variant == "choice":
        axes[0] = random.permutation(grid_through(best[0], 6)).tolist()

    def evaluate(point):
        places = [x if axis is None else axis[int(x)] for x, axis in zip(point, axes)]
        return float(function(low + (high - low) * numpy.array(places)))

    return Problem(axes, {0} if variant == "choice" else set(), evaluate, least, 0.01 * spread(name) * noisy)


def grid_through(place, count):
    """`count` or one fewer places in [0, 1], evenly spaced, `place` among them."""
    step = 1 / (count - 0.5)
    return [x for x in place + step * numpy.arange(-count, count + 1) if 0 <= x <= 1]


def problems():
    """(name, variant, noisy) of all: half of them, of each function and of each variant, are with noise."""
    for i, name in enumerate(FUNCTIONS):
        for j, variant in enumerate(VARIANTS):
            yield name, variant, (i + j + j // 2) % 2 == 1
