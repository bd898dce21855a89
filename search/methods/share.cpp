#include "search/methods/share.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t most_looked_at = 100'000;  // takes about a tenth of a second

}  // namespace

TrainingId Share::next(TrainingId from) const {
  while (!has(from)) ++from.value;  // ends within 2 * count numbers
  return from;
}

std::optional<std::uint64_t> count_trials(Sequence& sequence, const Share& share) {
  const auto all = sequence.trials();
  if (share.count == 1) return all;
  if (!all || *all > most_looked_at) return std::nullopt;
  std::uint64_t trials = 0;
  for (auto training = sequence.next({0}); training; training = sequence.next({training->id.value + 1}))
    trials += share.has(training->id) ? training->trials() : 0;
  return trials;
}

}  // namespace stormsweep
