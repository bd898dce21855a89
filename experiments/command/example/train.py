#!/usr/bin/env python3
"""A training that stormsweep searches: put your own in its place. It needs nothing but Python.

It learns tomorrow's temperature from the last days', on days that it makes up, by gradient descent.
"""

import json
import math
import os
import pathlib
import random

config = json.loads(pathlib.Path(os.environ["STORMSWEEP_CONFIG"]).read_text())  # a value of every hyperparameter
checkpoint = pathlib.Path(os.environ["STORMSWEEP_CHECKPOINT"]) / "state.json"  # is there again after a stop
dice = random.Random(int(os.environ["STORMSWEEP_SEED"]))

weather = random.Random(0)
days = [0.0]
for day in range(1, 3000):
    days.append(0.8 * days[-1] + math.sin(day / 58.1) * 0.4 + weather.gauss(0, 0.3))
samples = [(days[i - config["days"]:i], days[i]) for i in range(config["days"], len(days))]
train, validation = samples[:2400], samples[2400:]


def error(weights, past, truth):
    return sum(w * x for w, x in zip(weights, past + [1.0])) - truth


def report(**values):
    """One line a report. A line counts once it is whole."""
    with open(os.environ["STORMSWEEP_REPORT"], "a") as file:
        file.write(json.dumps(values) + "\n")


state = {"epoch": 0, "weights": [0.0] * (config["days"] + 1)}
if checkpoint.exists():
    state = json.loads(checkpoint.read_text())
for epoch in range(state["epoch"] + 1, config["epochs"] + 1):
    dice.seed(f"{os.environ['STORMSWEEP_SEED']} {epoch}")  # so that a stopped training goes on with the same numbers
    order = dice.sample(train, len(train))
    for begin in range(0, len(order), config["batch_size"]):
        batch = order[begin:begin + config["batch_size"]]
        errors = [error(state["weights"], past, truth) for past, truth in batch]
        for k in range(len(state["weights"])):
            slope = sum(e * (past + [1.0])[k] for e, (past, _) in zip(errors, batch)) / len(batch)
            state["weights"][k] -= config["learning_rate"] * slope
    loss = sum(error(state["weights"], *sample) ** 2 for sample in validation) / len(validation)
    report(epoch=epoch, validation_loss=loss)  # before its state is saved: what is lost with a stop is then trained again
    state["epoch"] = epoch
    if os.environ.get("STORMSWEEP_RANK", "0") == "0":  # the ranks of a gang share the folder
        checkpoint.with_suffix(".part").write_text(json.dumps(state))
        checkpoint.with_suffix(".part").rename(checkpoint)  # whole, or the one before
