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

/// A configuration that a method has proposed, and what the method needs to continue from it.
struct Proposed {
  std::uint64_t number;
  Configuration configuration;
  std::string parameters;  ///< JSON, or empty
};

/// What earlier runs of a search have left of its method.
struct ProposalHistory {
  std::uint64_t width = 1;                ///< fixed for the life of the search
  std::vector<Proposed> proposals = {};   ///< numbers 0, 1, 2, ...
  std::vector<Configuration> known = {};  ///< of trials that the database had before the first proposal, ordered
};

/// What a search trains, decided from its space and from what has ended: no MPI, no clock, no file. Whatever the number
/// of ranks, the order in which trainings end, lost ranks and restarts, the same values lead to the same trainings;
/// only the moments at which it asks for them differ.
class Method {
 public:
  virtual ~Method() = default;

  /// The next training to begin, the most urgent first; nothing where none may begin now.
  virtual std::optional<Training> next() = 0;
  /// Whether nothing more will begin, whatever else ends.
  virtual bool exhausted() const = 0;
  /// Whether it is computing what to begin next, so that `next` may return it a little later without any trial ending.
  /// True until `next` has returned it.
  virtual bool thinking() const { return false; }

  /// Trial `milestone` of a training that `next` gave, or of what was left of it, has ended.
  virtual void learn(const Training&, std::size_t /*milestone*/, const Ended&) {}
  /// Trainings decided since the last call not to go on, though they could have.
  virtual std::vector<Training> take_dropped() { return {}; }
  /// Proposals since the last call, to be stored no later than the results of their trainings.
  virtual std::vector<Proposed> take_proposals() { return {}; }

  /// The most trials that this share can have, where they can be counted.
  virtual std::optional<std::uint64_t> trials() = 0;
};

}  // namespace stormsweep
