#include "experiments/nowcast/nowcast_forecast.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <limits>
#include <vector>

#include "models/make_nowcast_network.hpp"
#include "models/nowcast_cnn.hpp"

using namespace stormsweep;
using torch::indexing::Slice;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t finest_margin = NowcastCnn::output_offsets.back();
const PixelStatistics statistics{.mean = 0.3f, .deviation = 1.7f};

torch::Tensor forecast(NowcastNetwork& network, const torch::Tensor& images, std::int64_t tile) {
  return forecast_images(network, images, statistics, tile, [](std::int64_t, std::int64_t) {});
}

torch::Tensor rain(std::int64_t height, std::int64_t width) {
  torch::manual_seed(5);
  return torch::rand({7, height, width}).pow(4) * 20;
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

/// Relative to the greatest number: how a layer is computed, and so rounded, depends on its maps' sides.
double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return difference(a, b) / b.abs().max().item<double>();
}

}  // namespace

TEST_CASE("nowcast forecast: a patch of 256 gives the middle 54 pixels that the network itself gives") {
  const torch::NoGradGuard no_gradient;
  NowcastCnn network({.base_filters = 4}, 3);
  const torch::Tensor images = rain(256, 256);
  const torch::Tensor own = network.forward(((images - statistics.mean) / statistics.deviation).unsqueeze(0))[3][0];
  // The padded image starts 101 pixels earlier, so that the network's steps of 16 lie elsewhere: shift it by 5 more.
  const torch::Tensor shifted = torch::constant_pad_nd(images, {11, 0, 11, 0});
  const torch::Tensor all = forecast(network, shifted, 512);
  const std::int64_t first = 11 + finest_margin;
  const auto middle = Slice(first, first + 54);
  CHECK(relative_difference(all.index({Slice(), middle, middle}), own * statistics.deviation + statistics.mean) < 2e-6);
}

TEST_CASE("nowcast forecast: tiles have no seams, whichever network") {
  for (const char* name : {"samsi", "unet"}) {
    CAPTURE(name);
    const auto network = make_nowcast_network(name, {.base_filters = 4}, 4);
    const torch::Tensor images = rain(137, 41);
    const torch::Tensor whole = forecast(*network, images, 144);
    REQUIRE(whole.sizes() == torch::IntArrayRef({6, 137, 41}));
    CHECK(whole.std().item<double>() > 0.01);  // it is rain, not a constant
    for (const std::int64_t tile : {16, 32, 96}) {
      CAPTURE(tile);
      // The U-Net's wide layers round to some 1e-6, depending on where their own tiles lie
      // (models/kernels/winograd.hpp).
      CHECK(relative_difference(forecast(*network, images, tile), whole) < 1e-5);
    }
  }
}

TEST_CASE("nowcast forecast: an untrained network of residuals forecasts the extrapolated images, to their edges") {
  for (const char* name : {"samsi", "unet"}) {
    CAPTURE(name);
    const auto network =
        make_nowcast_network(name, {.base_filters = 1, .extrapolation = NowcastExtrapolation::residual}, 4);
    const torch::Tensor images =
        torch::cat({rain(70, 50), rain(70, 50).narrow(0, 0, 6).flip(0), rain(70, 50).narrow(0, 0, 6)});
    CHECK(difference(forecast(*network, images, 48), images.narrow(0, 7, 6)) < 1e-5);
  }
}

TEST_CASE("nowcast forecast: missing pixels are dry, and any size will do") {
  NowcastCnn network({.base_filters = 2}, 4);
  torch::Tensor images = rain(40, 30), dry = images.clone();
  images.index_put_({3, Slice(5, 9), 7}, missing);
  dry.index_put_({3, Slice(5, 9), 7}, 0);
  CHECK(torch::equal(forecast(network, images, 48), forecast(network, dry, 48)));
  CHECK(forecast(network, rain(1, 1), 16).sizes() == torch::IntArrayRef({6, 1, 1}));
}

TEST_CASE("nowcast forecast: progress counts the tiles") {
  NowcastCnn network({.base_filters = 2}, 4);
  std::vector<std::int64_t> told;
  forecast_images(network, rain(40, 20), statistics, 32, [&](std::int64_t done, std::int64_t all) {
    told.push_back(done);
    CHECK(all == 2);
  });
  CHECK(told == std::vector<std::int64_t>{0, 1, 2});
}

TEST_CASE("nowcast forecast: the measured share, as counted pixel by pixel") {
  torch::Tensor images = torch::ones({7, 260, 245});
  images.index_put_({2, 130, 100}, missing);
  images.index_put_({Slice(), 131, 244}, missing);
  const NowcastTiling tiling = NowcastCnn({.base_filters = 1}, 1).tiling();
  const torch::Tensor share = measured_share(images, tiling);
  const auto& reach = tiling.reach;
  const auto bounds = [&](std::int64_t k) {
    const Reach r = reach[static_cast<std::size_t>(k % 16)];
    const std::int64_t shift = k / 16 * 16 - finest_margin;
    return std::pair(r.first + shift, r.last + shift);
  };
  for (const auto& [row, column] : {std::pair<std::int64_t, std::int64_t>{0, 0},
                                    {101, 101},
                                    {102, 140},
                                    {112, 112},
                                    {140, 112},
                                    {150, 117},
                                    {259, 244},
                                    {13, 200}}) {
    const auto [top, bottom] = bounds(row);
    const auto [left, right] = bounds(column);
    std::int64_t there = 0;
    for (std::int64_t i = std::max<std::int64_t>(top, 0); i <= std::min<std::int64_t>(bottom, 259); ++i) {
      for (std::int64_t j = std::max<std::int64_t>(left, 0); j <= std::min<std::int64_t>(right, 244); ++j) {
        there += i == 131 && j == 244 ? 0 : i == 130 && j == 100 ? 6 : 7;
      }
    }
    const double all = 7.0 * static_cast<double>((bottom - top + 1) * (right - left + 1));
    CAPTURE(row);
    CAPTURE(column);
    CHECK(share.index({row, column}).item<double>() == doctest::Approx(static_cast<double>(there) / all));
  }
  CHECK(measured_share(torch::ones({7, 300, 300}), tiling).eq(1).sum().item<std::int64_t>() > 0);
  CHECK(share.eq(1).sum().item<std::int64_t>() == 0);  // all pixels beyond the rim's reach depend on the missing ones
}

TEST_CASE("nowcast forecast: what counts as wholly measured does not depend on what lies outside") {
  for (const char* name : {"samsi", "unet"}) {
    CAPTURE(name);
    const auto network = make_nowcast_network(name, {.base_filters = 2}, 9);
    const torch::Tensor images = rain(300, 280);
    torch::Tensor holed = images.clone();
    holed.index_put_({4, Slice(0, 40), Slice(100, 180)}, missing);
    const torch::Tensor share = measured_share(holed, network->tiling());
    const torch::Tensor same = (forecast(*network, images, 304) - forecast(*network, holed, 304)).abs().amax(0) < 1e-6;
    CHECK(share.eq(1).logical_and(same.logical_not()).sum().item<std::int64_t>() == 0);
    CHECK(same.logical_not().sum().item<std::int64_t>() > 3000);
  }
}

TEST_CASE("nowcast forecast: the largest tile within a budget") {
  const NowcastCnn network({.base_filters = 4}, 1);
  const auto tile = [&](std::int64_t bytes) { return largest_tile(network, 765, 700, bytes); };
  CHECK(tile(std::int64_t{1} << 40) == 768);
  CHECK(tile(forecast_bytes(network, 765, 700)) == 768);
  CHECK(tile(forecast_bytes(network, 765, 700) - 1) == 384);
  CHECK(tile(forecast_bytes(network, 16, 16)) == 16);
  CHECK(tile(forecast_bytes(network, 16, 16) - 1) == 0);
  CHECK(largest_tile(network, 10, 9, std::int64_t{1} << 40) == 16);
}
