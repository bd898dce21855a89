#include "search/methods/synchronous.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "search/space/gang_sizes.hpp"

namespace stormsweep {

struct SynchronousShare::Phase {
  Phase(const Space& whole, std::int64_t size, std::uint64_t rank, std::uint64_t ranks)
      : sequence(make_sequence(whole.method.name == "grid" ? only_gangs_of(size, whole) : whole)),
        gangs(ranks / static_cast<std::uint64_t>(size)) {
    gang = rank / static_cast<std::uint64_t>(size);
    members.resize(static_cast<std::size_t>(size));
    std::iota(members.begin(), members.end(), static_cast<int>(gang) * static_cast<int>(size) + 1);
  }

  std::unique_ptr<Sequence> sequence;
  std::uint64_t gangs, gang;  ///< how many gangs, and the number of ours: no valid one if this rank is left over
  std::vector<int> members;
  std::uint64_t next = 0;   ///< the first training not yet looked at
  std::uint64_t dealt = 0;  ///< so far
};

std::uint64_t dealt_to(std::uint64_t card, std::uint64_t hands) {
  const std::uint64_t hand = card % hands;
  return card / hands % 2 == 0 ? hand : hands - 1 - hand;
}

/// Training and size in 64 bits: room for gangs of 131,071 ranks, and for 10^14 trainings before numbers repeat.
std::uint64_t synchronous_gang(const Training& training) {
  constexpr std::uint64_t id_bits = 47, most_in_gang = 1ull << (64 - id_bits);
  return training.gang == 1
             ? 0
             : ((most_in_gang - training.gang) << id_bits | (training.id.value & ((1ull << id_bits) - 1))) + 1;
}

TrainingLimit limit_of_trials(std::uint64_t trials, Sequence& sequence,
                              const std::function<std::optional<Training>(const Training&)>& missing) {
  if (trials == 0) return {.end = 0};
  for (auto training = sequence.next({0}); training; training = sequence.next({training->id.value + 1})) {
    const auto left = missing(*training);
    if (!left) continue;
    if (left->trials() < trials) {
      trials -= left->trials();
      continue;
    }
    std::uint64_t of_last = 1;
    if (!left->milestones.empty()) {
      const auto last = std::ranges::find(training->milestones, left->milestones[trials - 1]);
      of_last += static_cast<std::uint64_t>(last - training->milestones.begin());
    }
    return {training->id.value + 1, of_last};
  }
  return {};
}

SynchronousShare::SynchronousShare(const Space& space, int rank, int ranks, Options options)
    : space_(space),
      rank_(static_cast<std::uint64_t>(rank) - 1),
      ranks_(static_cast<std::uint64_t>(ranks)),
      options_(std::move(options)),
      sizes_(gang_sizes(space)) {
  assert(rank >= 1 && rank <= ranks);
  std::erase_if(sizes_, [&](std::int64_t size) { return size > ranks; });
}

SynchronousShare::~SynchronousShare() = default;

std::optional<SynchronousShare::Turn> SynchronousShare::next() {
  while (phase_ || !sizes_.empty()) {
    if (!phase_) {
      phase_ = std::make_unique<Phase>(space_, sizes_.back(), rank_, ranks_);
      sizes_.pop_back();
    }
    Phase& phase = *phase_;
    while (phase.gang < phase.gangs) {
      std::optional<Training> training = missing(*phase.sequence, phase.next);
      if (!training) break;
      phase.next = training->id.value + 1;
      if (training->gang != phase.members.size()) continue;
      if (dealt_to(phase.dealt++, phase.gangs) == phase.gang) return Turn{*std::move(training), phase.members};
    }
    phase_.reset();
  }
  return std::nullopt;
}

std::optional<Training> SynchronousShare::missing(Sequence& sequence, std::uint64_t from) const {
  const auto [end, trials_of_last] = options_.limit;
  while (from < end) {
    std::optional<Training> training = sequence.next({from});
    if (!training || training->id.value >= end) return std::nullopt;
    const std::uint64_t id = training->id.value;
    const auto range = std::lower_bound(options_.done.begin(), options_.done.end(), id,
                                        [](const TrainingRange& r, std::uint64_t i) { return r.last < i; });
    if (range != options_.done.end() && range->first <= id) {
      from = range->last + 1;
      continue;
    }
    if (id + 1 == end && trials_of_last > 0 && trials_of_last < training->trials()) {
      training->milestones.resize(trials_of_last);
      training->configuration.values[*space_.experiment->milestone] = training->milestones.back();
    }
    return training;
  }
  return std::nullopt;
}

}  // namespace stormsweep
