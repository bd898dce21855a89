#include "datasets/drawing/axis_scale.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace stormsweep {

namespace {

constexpr double far_apart = 30;

std::vector<double> linear_ticks(double low, double high, int most) {
  const double step = round_step((high - low) / most);
  std::vector<double> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) ticks.push_back(i * step + 0.0);
  return ticks;
}

/// Powers of ten, with 2 and 5 times them where there is room.
std::vector<double> log_ticks(double low, double high, int most) {
  std::vector<double> ticks;
  const bool room = std::log10(high / low) * 3 <= most;
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high * 1.001; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0})
      if ((factor == 1 || room) && factor * power >= low * 0.999 && factor * power <= high * 1.001)
        ticks.push_back(factor * power);
  return ticks;
}

std::vector<double> finite(std::span<const double> values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double v) { return std::isfinite(v); });
  return kept;
}

}  // namespace

double round_step(double size) {
  const double power = std::pow(10, std::floor(std::log10(size)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= size) return factor * power;
  return 10 * power;
}

AxisScale::AxisScale(std::span<const double> values, double from, double to) : from_(from), to_(to) {
  std::vector<double> all = finite(values);
  if (all.empty()) return;
  std::sort(all.begin(), all.end());
  low_ = all.front(), high_ = all.back();
  const std::size_t last = all.size() - 1, tail = last / 20;
  logarithmic_ = low_ > 0 && all[last - tail] >= far_apart * all[tail];
  if (low_ < high_) return;
  const double room = low_ == 0 ? 1 : std::abs(low_) / 2;
  low_ -= room, high_ += room;
}

double AxisScale::at(double value) const {
  const auto on_scale = [this](double v) { return logarithmic_ ? std::log(v) : v; };
  return from_ + (on_scale(value) - on_scale(low_)) / (on_scale(high_) - on_scale(low_)) * (to_ - from_);
}

std::vector<double> AxisScale::ticks(int most) const {
  return logarithmic_ ? log_ticks(low_, high_, most) : linear_ticks(low_, high_, most);
}

}  // namespace stormsweep
