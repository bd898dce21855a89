#include "datasets/drawing/axis_scale.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

using namespace stormsweep;

namespace {

using Numbers = std::vector<double>;

void check_ticks(const Numbers& values, int most, const Numbers& expected) {
  const Numbers ticks = AxisScale(values, 0, 1).ticks(most);
  REQUIRE(ticks.size() == expected.size());
  for (std::size_t i = 0; i < ticks.size(); ++i) CHECK(ticks[i] == doctest::Approx(expected[i]));
}

}  // namespace

TEST_CASE("a round step is the next of 1, 2 and 5 times a power of ten") {
  for (const auto& [size, step] : std::vector<std::pair<double, double>>{
           {1, 1}, {1.01, 2}, {2, 2}, {3, 5}, {5, 5}, {5.1, 10}, {0.03, 0.05}, {0.00012, 0.0002}, {720, 1000}})
    CHECK(round_step(size) == doctest::Approx(step));
}

TEST_CASE("values lie between two pixels, also upside down") {
  const AxisScale scale(Numbers{-2, 8}, 300, 100);
  CHECK(scale.at(-2) == 300);
  CHECK(scale.at(8) == 100);
  CHECK(scale.at(3) == 200);
}

TEST_CASE("what is far apart lies on a logarithmic scale") {
  const AxisScale scale(Numbers{1, 10, 100}, 0, 200);
  CHECK(scale.logarithmic());
  CHECK(scale.at(10) == doctest::Approx(100));
  CHECK_FALSE(AxisScale(Numbers{64, 1024}, 0, 1).logarithmic());
  CHECK_FALSE(AxisScale(Numbers{0, 100}, 0, 1).logarithmic());
  Numbers numbers;  // 1 is alone
  for (int i = 1; i <= 100; ++i) numbers.push_back(i);
  CHECK_FALSE(AxisScale(numbers, 0, 1).logarithmic());
}

TEST_CASE("ticks are round") {
  check_ticks({0, 1}, 6, {0, 0.2, 0.4, 0.6, 0.8, 1});
  check_ticks({0.931, 0.968}, 5, {0.94, 0.95, 0.96});
  check_ticks({-30, 70}, 5, {-20, 0, 20, 40, 60});
  check_ticks({1e-4, 1e-2}, 6, {1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2});
  check_ticks({1, 1e6}, 6, {1, 10, 100, 1e3, 1e4, 1e5, 1e6});
}

TEST_CASE("a requested scale is used where it is possible") {
  const Numbers values{1, 10, 100};
  CHECK_FALSE(AxisScale(values, 0, 200, Spacing::linear).logarithmic());
  CHECK(AxisScale(Numbers{64, 256}, 0, 200, Spacing::logarithmic).at(128) == doctest::Approx(100));
  CHECK_FALSE(AxisScale(Numbers{0, 256}, 0, 200, Spacing::logarithmic).logarithmic());
}

TEST_CASE("values that lie ever farther apart grow") {
  CHECK(grows(Numbers{64, 128, 256}));
  CHECK(grows(Numbers{1, 5, 10, 50}));
  CHECK(grows(Numbers{0.001, 0.01, 0.1}));
  CHECK_FALSE(grows(Numbers{5, 10, 15}));
  CHECK_FALSE(grows(Numbers{1, 2, 3}));
  CHECK_FALSE(grows(Numbers{0, 1, 10}));
  CHECK_FALSE(grows(Numbers{64, 128}));
}

TEST_CASE("ticks stand at the values where these are few, at integers for integers, and at a single value") {
  check_ticks({0.94, 0.94}, 6, {0.94});
  CHECK(AxisScale(Numbers{64, 128, 256, 128}, 0, 1).ticks_at_values(8) == Numbers{64, 128, 256});
  CHECK(AxisScale(Numbers{1, 1.5, 2}, 0, 1).ticks_at_values(2) == Numbers{1, 1.5, 2});
  CHECK(AxisScale(Numbers{1, 2, 3, 4, 5}, 0, 1).ticks_at_values(4) == Numbers{1, 2, 3, 4, 5});  // not 1.5
  CHECK(AxisScale(Numbers{1, 2, 3, 40}, 0, 1, Spacing::linear).ticks_at_values(3) == Numbers{20, 40});
}

TEST_CASE("numbers that differ no more than reordered sums do are one value") {
  CHECK(AxisScale(Numbers{0.3, 0.1 + 0.2}, 0, 10).ticks(6) == Numbers{0.3});
  CHECK(AxisScale(Numbers{0.3, 0.1 + 0.2}, 0, 10, Spacing::logarithmic).ticks(6) == Numbers{0.3});
  CHECK(AxisScale(Numbers{0.1 + 0.2, 0.3}, 0, 10).at(0.3) == doctest::Approx(5));
  CHECK(AxisScale(Numbers{-0.3, -0.1 - 0.2}, 0, 10).ticks_at_values(6).size() == 1);
  CHECK(AxisScale(Numbers{0.3, 0.3 + 1e-10}, 0, 10).ticks(6).size() > 2);  // a difference
  CHECK(AxisScale(Numbers{1e9, 1e9 + 1}, 0, 10).ticks_at_values(6) == Numbers{1e9, 1e9 + 1});
}

TEST_CASE("a logarithmic scale has no more ticks than asked for, over any number of decades") {
  const std::vector<double> ticks = AxisScale(Numbers{0.4, 1e28}, 0, 1).ticks(6);
  CHECK(ticks == Numbers{1, 1e5, 1e10, 1e15, 1e20, 1e25});
  CHECK(tick_texts(ticks) == std::vector<std::string>{"1", "100000", "1e+10", "1e+15", "1e+20", "1e+25"});
  CHECK(AxisScale(Numbers{1e-9, 3e-2}, 0, 1).ticks(4) == Numbers{1e-8, 1e-6, 1e-4, 1e-2});
}

TEST_CASE("neighbouring ticks have different texts") {
  using Texts = std::vector<std::string>;
  CHECK(tick_texts(Numbers{0.9123451, 0.9123452, 0.9123453}) == Texts{"0.9123451", "0.9123452", "0.9123453"});
  CHECK(tick_texts(Numbers{0, 0.2, 0.4}) == Texts{"0", "0.2", "0.4"});
  CHECK(tick_texts(Numbers{12345678, 12345679}) == Texts{"12345678", "12345679"});
  CHECK(tick_texts(Numbers{5}) == Texts{"5"});
  CHECK(tick_texts(Numbers{}).empty());
}

TEST_CASE("one value, or none, has an axis too") {
  CHECK(AxisScale(Numbers{5}, 0, 10).at(5) == 5);
  CHECK(AxisScale(Numbers{0}, 0, 10).at(0) == 5);
  CHECK(std::isfinite(AxisScale(Numbers{}, 0, 10).at(0.5)));
  CHECK(AxisScale(Numbers{NAN, 1, 3}, 0, 10).at(2) == 5);
}
