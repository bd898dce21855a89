#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/space/trainings.hpp"

namespace stormsweep {

/// What became of a trial, as methods see it.
struct Ended {
  std::optional<double> value = {};  ///< of the search's metric; nothing: undefined, or the trial is not complete
  bool out_of_memory = false;
};

/// A configuration that a method has worked out, and what it is worth keeping to go on from it.
struct Proposed {
  std::uint64_t number;
  Configuration configuration;
  std::string parameters;  ///< JSON, or nothing
};

/// What earlier runs of a search have left of its method.
struct ProposalHistory {
  std::uint64_t width = 1;               ///< of the search, for ever
  std::vector<Proposed> proposals = {};  ///< numbers 0, 1, 2, ...
};

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
  /// It works out what to begin next: `next` may have it by itself a little later, without anything that ends. Until it
  /// has been asked for, also where it has been found meanwhile.
  virtual bool thinking() const { return false; }

  /// Trial `milestone` of a training that `next` gave, or of what was left of it, has ended.
  virtual void learn(const Training&, std::size_t /*milestone*/, const Ended&) {}
  /// Trainings that could have gone on and will not, since the last call.
  virtual std::vector<Training> take_dropped() { return {}; }
  /// Proposals since the last call, to be kept no later than what comes of them.
  virtual std::vector<Proposed> take_proposals() { return {}; }

  /// Trials of our share, at most, where they can be counted.
  virtual std::optional<std::uint64_t> trials() = 0;
};

}  // namespace stormsweep
