#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "search/space/trainings.hpp"

namespace stormsweep {

/// What a search trains, decided from its space and from what has ended: no MPI, no clock, no file. Whatever the number
/// of ranks, the order in which trainings end, losses and stops, the same trainings with the same values make it ask
/// for the same ones: only when it asks differs.
class Method {
 public:
  virtual ~Method() = default;

  /// The next training to begin, the most urgent first; nothing where none may begin now.
  virtual std::optional<Training> next() = 0;
  /// Nothing will begin any more, whatever else ends.
  virtual bool exhausted() const = 0;
  /// It works out what to begin next: `next` may have it by itself a little later, without anything that ends.
  virtual bool thinking() const { return false; }

  /// Trial `milestone` of a training that `next` gave has ended, with this value of the search's metric: nothing where
  /// it is undefined, or the trial is not complete.
  virtual void learn(const Training&, std::size_t /*milestone*/, std::optional<double> /*value*/) {}
  /// Trainings that could have gone on and will not, since the last call.
  virtual std::vector<Training> take_dropped() { return {}; }

  /// Trials of our share, at most, where they can be counted.
  virtual std::optional<std::uint64_t> trials() = 0;
};

}  // namespace stormsweep
