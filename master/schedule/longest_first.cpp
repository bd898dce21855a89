#include "master/schedule/longest_first.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace stormsweep {

namespace {

constexpr double least_step = 0.1;  // of the logarithm: what differs less is left in grid order

/// A training carries its milestones, of which there may be thousands: the window holds so many trials a training at
/// most, on average.
constexpr std::size_t trials_a_training = 16;

}  // namespace

LongestFirst::LongestFirst(const Experiment& experiment, Source source, std::size_t window)
    : experiment_(experiment), source_(std::move(source)), window_(window), model_(experiment) {}

void LongestFirst::learn(const Training& training, std::size_t milestone, double wall_seconds) {
  if (model_.keeps_next())
    model_.add(training.trial(milestone, experiment_), wall_seconds);
  else
    model_.skip();
}

std::optional<Training> LongestFirst::next() {
  if (!model_.ready()) return source_();
  if (arranged_for_ != model_.fits()) arrange_anew();
  while (trainings_ < window_ && trials_ < window_ * trials_a_training) {
    std::optional<Training> training = source_();
    if (!training) break;
    put(*std::move(training));
  }
  if (steps_.empty()) return std::nullopt;
  const auto longest = steps_.begin();
  Training training = std::move(longest->second.front());
  longest->second.pop_front();
  if (longest->second.empty()) steps_.erase(longest);
  --trainings_;
  trials_ -= training.trials();
  return training;
}

void LongestFirst::put(Training training) {
  const double seconds = model_.seconds(training.configuration).value();
  const double step = std::max(least_step, model_.noise());
  ++trainings_;
  trials_ += training.trials();
  steps_[static_cast<std::int64_t>(std::floor(std::log(seconds) / step))].push_back(std::move(training));
}

void LongestFirst::arrange_anew() {
  arranged_for_ = model_.fits();
  std::vector<Training> waiting;
  for (auto& [step, trainings] : steps_) std::move(trainings.begin(), trainings.end(), std::back_inserter(waiting));
  std::sort(waiting.begin(), waiting.end(), [](const Training& a, const Training& b) { return a.id < b.id; });
  steps_.clear();
  trainings_ = trials_ = 0;
  for (Training& training : waiting) put(std::move(training));
}

}  // namespace stormsweep
