#!/usr/bin/env python3
"""How fast do the networks train on a GPU?

Question  training samples a second (forward, loss, backward, Adam) of each network at its published size, on inputs that
          lie on the GPU, and the FLOP/s of this as a share of the GPU's best convolution rate.
Baseline  the same networks, losses and optimisers in PyTorch: eager, channels-last, with the fused Adam; and the same
          compiled (torch.compile). All must have the same number of parameters. float32 without TF32, tf32, and bfloat16
          by autocast.
Command   cmake --build ... --target benchmark_gpu_training && python3 experiments/benchmarks/gpu_training.py --bin ...
Spread    the median of --repeats runs of --seconds each, with the least and the greatest beside it.
          --compiled 1 adds torch.compile, which takes minutes to begin with; --only NAME takes one network.
Target    1.2 times PyTorch eager at every size.
"""

import json
import sys
import time

import common
import emulator_training
import nowcast_training
import segmentation_training

RUNS = [("tornado", 128, "float32"), ("tornado", 1024, "float32"), ("tornado", 8192, "float32"), ("tornado", 8192, "bfloat16"),
        ("nowcast", 128, "tf32"), ("nowcast", 128, "bfloat16"), ("tiramisu", 2, "bfloat16"), ("emulator", 32, "tf32"),
        ("emulator", 32, "bfloat16"), ("deeplabv3plus", 2, "bfloat16")]


def tornado_network():
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 1))


def trainee_of(name, batch, last):
    """A network, its input, and the loss of its output."""
    import torch
    from torch.nn.functional import avg_pool2d, binary_cross_entropy_with_logits, cross_entropy, mse_loss

    draw = lambda *sizes: torch.randn(*sizes, device="cuda")
    if name == "tornado":
        target = (torch.rand(batch, 1, device="cuda") < 0.05).float()
        return (tornado_network(), draw(batch, 3, 32, 32).to(memory_format=last),
                lambda output: binary_cross_entropy_with_logits(output.float(), target))
    if name == "nowcast":
        target = nowcast_training.centre(draw(batch, 6, 96, 96), 48)
        loss = lambda outputs: sum(
            mse_loss(nowcast_training.centre(output.float(), side), avg_pool2d(target, 48 // side))
            for output, side in zip(outputs, (6, 12, 24, 48)))
        return nowcast_training.samsi(64), draw(batch, 7, 256, 256).to(memory_format=last), loss
    if name == "emulator":
        truth = draw(batch, 2, 48, 72)
        return emulator_training.network_of(32), draw(batch, 12, 6, 48, 72), lambda output: mse_loss(output.float(), truth)
    labels = torch.randint(3, (batch, 768, 1152), device="cuda")
    weights = torch.tensor([0.021839, 0.812181, 0.165981], device="cuda")
    network = {"tiramisu": segmentation_training.tiramisu, "deeplabv3plus": segmentation_training.deeplabv3plus}[name](1)
    return (network, draw(batch, 16, 768, 1152).to(memory_format=last),
            lambda output: cross_entropy(output.float(), labels, weights, reduction="none").mean())


def peer_rates(how, name, batch, kind, repeats, seconds):
    """Samples a second, `repeats` times, and the number of parameters."""
    import torch

    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = kind == "tf32"
    network, inputs, loss = trainee_of(name, batch, torch.channels_last)
    network = network.to("cuda").to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), 1e-4, fused=True)
    model = torch.compile(network) if how == "compiled" else network

    def steps(count):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(count):
            optimizer.zero_grad()
            with torch.autocast("cuda", dtype=torch.bfloat16, enabled=kind == "bfloat16"):
                output = model(inputs)
            loss(output).backward()
            optimizer.step()
        torch.cuda.synchronize()
        return time.perf_counter() - begin

    steps(3)
    count = max(3, int(seconds * 3 / steps(3)))
    return [count * batch / steps(count) for _ in range(repeats)], sum(p.numel() for p in network.parameters())


def peers(how, only, repeats, seconds):
    """Run in a process of its own, for all networks, because starting it takes longer: prints a list for each run."""
    import torch

    for name, batch, kind in RUNS:
        if only in ("", name):
            print(json.dumps(peer_rates(how, name, batch, kind, int(repeats), float(seconds))), flush=True)
            torch._dynamo.reset()
            torch.cuda.empty_cache()


def ours(options, name, batch, kind):
    """Samples a second of each repeat, the number of parameters, and the share of the peak."""
    words = [name, str(batch), kind, str(options.repeats), str(options.seconds)]
    *rates, parameters, share = common.check([options.bin / "benchmark_gpu_training", *words]).split()
    return list(map(float, rates)), int(parameters), share


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=3, seconds=1.0, compiled=0, only="")
    common.need({"torch": "python3-torch"})
    measured = {}
    for how in ["eager", "compiled"] if options.compiled else ["eager"]:
        words = [options.only, str(options.repeats), str(options.seconds)]
        measured[how] = map(json.loads, common.check([sys.executable, __file__, "peers", how, *words]).splitlines())
    print(f"{'':50}{'samples/s':>12}  {'least-greatest':<22}{'of peak':>8}  stormsweep is faster by")
    for name, batch, kind in RUNS:
        if options.only not in ("", name):
            continue
        own, parameters, share = ours(options, name, batch, kind)
        rates = {"stormsweep": own}
        for how, lists in measured.items():
            rates[f"PyTorch {how}"], count = next(lists)
            if count != parameters:
                sys.exit(f"{name} has {parameters} parameters, and in PyTorch {count}")
        for who, values in rates.items():
            median, between = common.spread(values)
            print(f"{f'{name}, {batch}, {kind}':30}{who:20}{median:12,.1f}  {between:<22}"
                  f"{share if who == 'stormsweep' else '':>8}  {common.spread(own)[0] / median:.2f}x", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["peers"]:
        peers(*sys.argv[2:])
    else:
        main()
