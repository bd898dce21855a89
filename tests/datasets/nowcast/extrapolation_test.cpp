#include "datasets/nowcast/extrapolation.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <thread>
#include <vector>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "datasets/nowcast/prepare_nowcast.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"

using namespace stormsweep;

namespace {

constexpr std::int64_t height = 48, width = 64;

Motion uniform(float down, float right) {
  Motion motion{.height = height, .width = width, .down = {}, .right = {}};
  motion.down.assign(height * width, down), motion.right.assign(height * width, right);
  return motion;
}

/// Arbitrary numbers, all different.
std::vector<float> numbers() {
  std::vector<float> image;
  for (std::int64_t i = 0; i < height * width; ++i) image.push_back(static_cast<float>((7919 * i) % 3079) / 100);
  return image;
}

/// Showers: smooth bumps, shifted by (down, right).
std::vector<float> showers(double down, double right) {
  std::vector<float> image;
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      double rain = 0;
      for (const auto& [y, x] : {std::array{14., 18.}, {24., 40.}, {33., 22.}}) {
        const double dy = static_cast<double>(row) - y - down, dx = static_cast<double>(column) - x - right;
        rain += 8 * std::exp(-(dy * dy + dx * dx) / 30);
      }
      image.push_back(static_cast<float>(rain));
    }
  }
  return image;
}

}  // namespace

TEST_CASE("several threads at a time find the motions that one finds") {
  constexpr std::int64_t side = 256;
  std::vector<float> images[2];
  for (int k = 0; k < 2; ++k)
    for (std::int64_t i = 0; i < side * side; ++i)
      images[k].push_back(5 + 5 * static_cast<float>(std::sin(0.2 * static_cast<double>(i / side + k)) *
                                                     std::cos(0.15 * static_cast<double>(i % side - k))));
  const auto find = [&] { return find_motion(images[0], images[1], side, side, RadarQuantity::rain_rate); };
  std::vector<Motion> found(4);
  {
    std::vector<std::jthread> threads;
    for (Motion& motion : found)
      threads.emplace_back([&] {
        for (int round = 0; round < 20; ++round) motion = find();
      });
  }
  const Motion expected = find();
  for (const Motion& motion : found) CHECK(motion.down == expected.down);
}

TEST_CASE("rain that moves by whole pixels is carried exactly, and nothing is known of what comes from outside") {
  const std::vector<float> now = numbers();
  const std::vector<float> result = extrapolate(now, uniform(3, -2), 4);
  REQUIRE(result.size() == 4 * now.size());
  for (std::int64_t step = 1; step <= 4; ++step) {
    for (std::int64_t row = 0; row < height; ++row) {
      for (std::int64_t column = 0; column < width; ++column) {
        const std::int64_t from_row = row - 3 * step, from_column = column + 2 * step;
        const float value = result[static_cast<std::size_t>(((step - 1) * height + row) * width + column)];
        if (from_row < 0 || from_column >= width)
          CHECK(std::isnan(value));
        else
          CHECK(value == now[static_cast<std::size_t>(from_row * width + from_column)]);
      }
    }
  }
}

TEST_CASE("half a pixel lies between two, and what is missing stays missing") {
  std::vector<float> now = numbers();
  now[10 * width + 10] = std::nanf("");
  const std::vector<float> result = extrapolate(now, uniform(0, 0.5f), 1);
  CHECK(result[5 * width + 5] == doctest::Approx((now[5 * width + 4] + now[5 * width + 5]) / 2));
  CHECK(std::isnan(result[10 * width + 10]));
  CHECK(std::isnan(result[10 * width + 11]));
  CHECK_FALSE(std::isnan(result[10 * width + 12]));
}

TEST_CASE("paths follow a rotation: after twenty-four steps of 15 degrees a pixel is where it began") {
  Motion motion{.height = height, .width = width, .down = {}, .right = {}};
  const double turn = 2 * std::tan(M_PI / 24);  // with which the midpoint rule turns by 15 degrees
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      motion.down.push_back(static_cast<float>(turn * static_cast<double>(column - width / 2)));
      motion.right.push_back(static_cast<float>(-turn * static_cast<double>(row - height / 2)));
    }
  }
  const std::vector<float> now = showers(0, 0);
  const std::vector<float> result = extrapolate(now, motion, 24);
  const std::size_t last = 23 * now.size();
  for (std::int64_t row = height / 2 - 6; row <= height / 2 + 6; ++row) {
    for (std::int64_t column = width / 2 - 6; column <= width / 2 + 6; ++column) {
      const auto pixel = static_cast<std::size_t>(row * width + column);
      CHECK(result[last + pixel] == doctest::Approx(now[pixel]).epsilon(0.1));
    }
  }
}

TEST_CASE("the motion of showers is found to a fifth of a pixel, and the next image forecast by it") {
  const std::vector<float> before = showers(-1.5, 2), now = showers(0, 0), truth = showers(1.5, -2);
  const Motion motion = find_motion(before, now, height, width, RadarQuantity::rain_rate);
  double down = 0, right = 0, weight = 0, error = 0, of_persistence = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    down += now[i] * motion.down[i], right += now[i] * motion.right[i], weight += now[i];
  }
  CHECK(down / weight == doctest::Approx(1.5).epsilon(0.13));
  CHECK(right / weight == doctest::Approx(-2).epsilon(0.1));
  const std::vector<float> forecast = extrapolate(now, motion, 1);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (std::isnan(forecast[i])) continue;
    error += std::pow(forecast[i] - truth[i], 2), of_persistence += std::pow(now[i] - truth[i], 2);
  }
  CHECK(error < 0.05 * of_persistence);
}

TEST_SUITE("real data") {
  TEST_CASE("extrapolation: the errors on the night of KNMI that others' flows have, too") {
    const auto data = real_data("radar-knmi");
    if (!data) return;
    const TemporaryFolder folder;
    RawRadar raw;
    raw.paths = {*data};
    prepare_nowcast(raw, folder.path(), [](double) {});
    const NowcastPatches test(folder / "test.h5");
    REQUIRE(test.size() == 70);
    const auto side = test.side(), pixels = side * side;
    constexpr std::int64_t centre = 48;
    std::array<double, nowcast_targets> squares{};
    for (std::int64_t patch = 0; patch < test.size(); ++patch) {
      std::vector<float> input, truth;
      for (const std::uint16_t number : test.input(patch)) input.push_back(test.meta().scale * number);
      for (const std::uint16_t number : test.target(patch)) truth.push_back(test.meta().scale * number);
      const std::span<const float> frames(input);
      const auto now = frames.subspan(static_cast<std::size_t>(6 * pixels), static_cast<std::size_t>(pixels));
      const Motion motion =
          find_motion(frames.subspan(static_cast<std::size_t>(5 * pixels), static_cast<std::size_t>(pixels)), now, side,
                      side, test.meta().quantity);
      const std::vector<float> forecast = extrapolate(now, motion, nowcast_targets);
      for (std::int64_t l = 0; l < nowcast_targets; ++l) {
        for (std::int64_t row = (side - centre) / 2; row < (side + centre) / 2; ++row) {
          for (std::int64_t column = (side - centre) / 2; column < (side + centre) / 2; ++column) {
            const auto i = static_cast<std::size_t>((l * side + row) * side + column);
            squares[static_cast<std::size_t>(l)] += std::pow((std::isnan(forecast[i]) ? 0 : forecast[i]) - truth[i], 2);
          }
        }
      }
    }
    // OpenCV 4.6's flow from Python, and a semi-Lagrangian scheme in NumPy.
    const std::array<double, nowcast_targets> expected{0.262, 0.515, 0.748, 0.877, 0.945, 0.948};
    for (std::size_t l = 0; l < expected.size(); ++l)
      CHECK(squares[l] / static_cast<double>(test.size() * centre * centre) ==
            doctest::Approx(expected[l]).epsilon(0.03).scale(0));
  }
}
