#include "search/space/share.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t most_looked_at = 100'000;  // a tenth of a second

}  // namespace

TrainingId Share::next(TrainingId from) const {
  while (!has(from)) ++from.value;  // within 2 * count numbers
  return from;
}

std::optional<std::uint64_t> count_trials(const Trainings& trainings, const Share& share) {
  if (trainings.size() > most_looked_at) return std::nullopt;
  std::uint64_t trials = 0;
  for (std::uint64_t n = share.next({0}).value; n < trainings.size(); n = share.next({n + 1}).value)
    if (const auto training = trainings.at({n})) trials += training->trials();
  return trials;
}

}  // namespace stormsweep
