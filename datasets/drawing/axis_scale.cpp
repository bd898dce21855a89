#include "datasets/drawing/axis_scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>

namespace stormsweep {

namespace {

constexpr double far_apart = 30;

std::vector<double> linear_ticks(double low, double high, int most, bool whole) {
  const double step = std::max(round_step((high - low) / most), whole ? 1.0 : 0.0);
  std::vector<double> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) ticks.push_back(i * step + 0.0);
  return ticks;
}

/// Powers of ten; where there is room also 2 and 5 times them, where there is too little only every nth power.
std::vector<double> log_ticks(double low, double high, int most) {
  std::vector<double> ticks;
  const double decades = std::log10(high / low);
  const bool room = decades * 3 <= most;
  const int every = std::max(1, static_cast<int>(std::ceil(decades / most)));
  for (int power = static_cast<int>(std::floor(std::log10(low))); std::pow(10, power) <= high * 1.001; ++power)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10, power);
      if ((factor == 1 || room) && power % every == 0 && tick >= low * 0.999 && tick <= high * 1.001)
        ticks.push_back(tick);
    }
  return ticks;
}

std::vector<double> ascending(std::span<const double> values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double v) { return std::isfinite(v); });
  std::sort(kept.begin(), kept.end());
  return kept;
}

/// The distance from a tick to its nearest neighbour.
double gap_at(std::span<const double> ticks, std::size_t i) {
  const double before = i > 0 ? std::abs(ticks[i] - ticks[i - 1]) : std::numeric_limits<double>::infinity();
  return i + 1 < ticks.size() ? std::min(before, std::abs(ticks[i + 1] - ticks[i])) : before;
}

bool are_texts_of(const std::vector<std::string>& texts, std::span<const double> ticks) {
  for (std::size_t i = 0; i < ticks.size(); ++i)
    if (std::abs(std::strtod(texts[i].c_str(), nullptr) - ticks[i]) > gap_at(ticks, i) / 100) return false;
  return true;
}

}  // namespace

bool differ_by_rounding(double low, double high) {
  return high - low <= 1e-12 * std::max(std::abs(low), std::abs(high));
}

double round_step(double size) {
  const double power = std::pow(10, std::floor(std::log10(size)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= size) return factor * power;
  return 10 * power;
}

AxisScale::AxisScale(std::span<const double> values, double from, double to, Spacing spacing)
    : values_(ascending(values)), from_(from), to_(to) {
  if (values_.empty()) return;
  low_ = values_.front(), high_ = values_.back();
  if (differ_by_rounding(low_, high_)) values_.erase(values_.begin() + 1, values_.end()), high_ = low_;
  const std::size_t last = values_.size() - 1, tail = last / 20;
  const bool far = values_[last - tail] >= far_apart * values_[tail];
  logarithmic_ = low_ > 0 && low_ < high_ && (spacing == Spacing::by_values ? far : spacing == Spacing::logarithmic);
  values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  if (low_ < high_) return;
  const double room = low_ == 0 ? 1 : std::abs(low_) / 2;
  low_ -= room, high_ += room;
}

double AxisScale::at(double value) const {
  const auto on_scale = [this](double v) { return logarithmic_ ? std::log(v) : v; };
  return from_ + (on_scale(value) - on_scale(low_)) / (on_scale(high_) - on_scale(low_)) * (to_ - from_);
}

std::vector<double> AxisScale::ticks(int most) const {
  return round_ticks(most, false);
}

std::vector<double> AxisScale::round_ticks(int most, bool whole) const {
  if (values_.size() == 1) return {values_.front()};
  const auto of_values = logarithmic_ ? log_ticks(low_, high_, most) : linear_ticks(low_, high_, most, whole);
  return of_values.size() > 1 ? of_values : std::vector{low_, high_};
}

std::vector<double> AxisScale::ticks_at_values(int most) const {
  if (!values_.empty() && std::ssize(values_) <= most) return values_;
  const bool whole = std::all_of(values_.begin(), values_.end(), [](double v) { return v == std::floor(v); });
  return round_ticks(most, whole);
}

bool grows(std::span<const double> values) {
  constexpr std::size_t few = 12;
  if (values.size() < 3 || values.size() > few || values[0] <= 0) return false;
  const std::size_t last = values.size() - 1;
  const double first_gap = values[1] - values[0], last_gap = values[last] - values[last - 1];
  return last_gap >= first_gap * std::pow(1.9, static_cast<double>(last - 1));  // for doubling values the factor is 2
}

std::vector<std::string> tick_texts(std::span<const double> ticks) {
  std::vector<std::string> texts;
  for (int digits = 6; digits <= 15; ++digits) {
    texts.clear();
    for (const double tick : ticks) texts.push_back(fmt::format("{:.{}g}", tick, digits));
    if (are_texts_of(texts, ticks)) break;
  }
  return texts;
}

}  // namespace stormsweep
