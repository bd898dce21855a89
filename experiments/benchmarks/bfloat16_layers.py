#!/usr/bin/python3
"""What do the nowcasting networks' layers take in bfloat16, by our kernels and by oneDNN's?

Question  processor milliseconds of a layer with its ReLU, forward and back, of four samples on one core: layers of the U-Net
          (3 x 3) and of Samsi's network with 8 and 16 filters. On processors with instructions for bfloat16, also those on
          which networks compute in float32 instead, since it is faster: there the times count those instructions.
Baseline  LibTorch's convolution, which is oneDNN's, channels-last, in turn with ours.
Command   cmake --build --preset release --target benchmark_bfloat16_layers && /usr/bin/python3 experiments/benchmarks/bfloat16_layers.py
Spread    the median of --repeats runs, each of which reports its best of 5 after the first; the ratio is that of the medians.
"""

import statistics

import common

LAYERS = [(7, 8, 7, 250), (30, 8, 7, 134), (22, 6, 7, 140), (8, 6, 5, 136), (8, 8, 3, 138), (16, 8, 3, 138), (16, 16, 3, 138),
          (48, 16, 3, 138), (54, 32, 7, 134), (64, 64, 3, 68)]
WAYS = ["ours", "library"]


def main():
    options = common.arguments(__doc__, repeats=3)
    print("processor:", *common.processor())
    print(f"{'layer':34}{'forward':>9}{'back':>9}{'oneDNN':>9}{'back':>9}{'faster by':>11}{'back':>7}{'both':>7}")
    for into, out, kernel, side in LAYERS:
        runs = {way: [] for way in WAYS}
        for _ in range(options.repeats):
            for way in WAYS:
                words = map(str, (into, out, kernel, side, way, 6))
                command = ["taskset", "-c", common.CORE, options.bin / "benchmark_bfloat16_layers", *words]
                runs[way].append([float(word) for word in common.check(command).split()])
        ours, library = ([statistics.median(run[i] for run in runs[way]) for i in range(2)] for way in WAYS)
        ratios = [library[0] / ours[0], library[1] / ours[1], sum(library) / sum(ours)]
        title = f"{into} to {out}, {kernel} x {kernel}, {side} x {side}"
        print(f"{title:34}" + "".join(f"{time:9.2f}" for time in [*ours, *library]) +
              f"{ratios[0]:11.2f}{ratios[1]:7.2f}{ratios[2]:7.2f}", flush=True)


if __name__ == "__main__":
    main()
