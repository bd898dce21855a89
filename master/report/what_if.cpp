#include "master/report/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "search/base/error.hpp"
#include "search/methods/methods.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

namespace {

/// A search that looks its results up in a recorded grid.
class Recorded {
 public:
  Recorded(const Space& space, const RecordedGrid& grid)
      : grid_(grid), goes_on_(space.share_epochs), method_(make_method(space, {}, {.width = 1})) {}

  WhatIf run() {
    while (const auto training = next()) {
      result_.trainings += !training->rung || trained_.find(curve(*training)) == trained_.end() ? 1 : 0;
      for (std::size_t k = 0; k < training->trials(); ++k) end(*training, k);
    }
    return result_;
  }

 private:
  std::optional<Training> next() {
    for (;;) {
      auto training = method_->next();
      if (training || !method_->thinking()) return training;
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }

  Identity curve(const Training& training) const {
    return curve_identity(training.configuration, *grid_.space.experiment, grid_.space.seed);
  }

  void end(const Training& training, std::size_t k) {
    const std::int64_t epochs = training.milestones.empty() ? 0 : training.milestones[k];
    const RecordedGrid::Point* point = grid_.find(training.configuration, epochs);
    if (!point)
      throw InputError(
          fmt::format("search '{}': nothing is recorded at {} epochs of one of its configurations; give "
                      "--rungs from what it has",
                      grid_.space.name, epochs));
    pay(curve(training), epochs, point->seconds);
    ++result_.trials;
    if (point->ended.value) consider(*point->ended.value);
    method_->learn(training, k, point->ended);
  }

  void pay(const Identity& curve, std::int64_t epochs, const std::optional<double>& seconds) {
    if (!goes_on_) trained_.erase(curve);
    auto& [epochs_before, seconds_before] = trained_[curve];
    result_.epochs += static_cast<double>(std::max<std::int64_t>(0, epochs - epochs_before));
    epochs_before = std::max(epochs_before, epochs);
    if (!seconds) result_.seconds.reset();
    if (!result_.seconds) return;
    *result_.seconds += std::max(0.0, *seconds - seconds_before);
    seconds_before = std::max(seconds_before, *seconds);
  }

  void consider(double value) {
    if (!result_.found || better(grid_.space.goal, value, *result_.found)) result_.found = value;
    result_.steps.push_back({result_.trials, result_.epochs, *result_.found, result_.seconds});
  }

  const RecordedGrid& grid_;
  bool goes_on_;  ///< a longer training of a configuration continues from a shorter one
  std::unique_ptr<Method> method_;
  std::map<Identity, std::pair<std::int64_t, double>> trained_;  ///< epochs and seconds so far
  WhatIf result_;
};

}  // namespace

const WhatIf::Step* WhatIf::within(double share, const RecordedGrid& grid) const {
  const double sign = grid.space.goal == Goal::minimize ? 1 : -1;
  for (const Step& step : steps)
    if (sign * (step.best - grid.best) <= share * std::abs(grid.best)) return &step;
  return nullptr;
}

std::optional<double> WhatIf::best_at(double cost) const {
  std::optional<double> best;
  for (const Step& step : steps)
    if (cost_of(step) <= cost) best = step.best;
  return best;
}

WhatIf what_if(const Space& space, const RecordedGrid& grid) {
  return Recorded(space, grid).run();
}

std::optional<double> quantile(std::vector<std::optional<double>> values, double q) {
  std::ranges::sort(values, [](const auto& a, const auto& b) { return a && (!b || *a < *b); });
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto low = values[below], high = values[std::min(below + 1, values.size() - 1)];
  return low && high ? std::optional(std::lerp(*low, *high, place - static_cast<double>(below))) : low;
}

}  // namespace stormsweep
