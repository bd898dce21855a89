#include "experiments/nowcast/nowcast_model.hpp"

#include <algorithm>
#include <string>

#include "models/make_nowcast_network.hpp"

namespace stormsweep {

namespace {

constexpr double leak = 0.1;  // of leaky_relu: its slope below 0

NowcastExtrapolation extrapolation_of(const std::string& choice) {
  if (choice == "none") return NowcastExtrapolation::none;
  if (choice == "input") return NowcastExtrapolation::input;
  return choice == "residual" ? NowcastExtrapolation::residual : NowcastExtrapolation::blend;
}

}  // namespace

std::unique_ptr<NowcastNetwork> nowcast_network(const Reader& read, const NowcastMeta& meta,
                                                torch::ScalarType convolution_type, std::uint64_t seed) {
  NowcastOptions options{.base_filters = read.integer("base_filters"),
                         .head_filters = read.integer("head_filters"),
                         .negative_slope = read.choice("activation") == "leaky_relu" ? leak : 0,
                         .extrapolation = extrapolation_of(read.choice("extrapolation")),
                         .dry = -meta.statistics.mean / meta.statistics.deviation,
                         .convolution_type = convolution_type};
  std::ranges::transform(meta.blurs, options.first_blurs.begin(), [](const NowcastBlur& blur) {
    return FirstBlur{blur.sigma, blur.factor};
  });
  return make_nowcast_network(read.choice("network"), options, seed);
}

}  // namespace stormsweep
