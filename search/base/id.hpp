#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>

namespace stormsweep {

/// An integer that names one kind of thing: mixing a TrialId and a WorkerId does not compile.
template <class Tag>
struct Id {
  std::uint64_t value = 0;
  auto operator<=>(const Id&) const = default;
};

using TrialId = Id<struct TrialTag>;        ///< a row of the results store
using TrainingId = Id<struct TrainingTag>;  ///< a number in the grid of trainings (search/space/trainings.hpp)
using WorkerId = Id<struct WorkerTag>;      ///< an MPI rank, from 1

/// 128 bits that identify a trial within a search, or a training's curves (search/space/configuration.hpp).
using Identity = std::array<std::uint8_t, 16>;

}  // namespace stormsweep

template <class Tag>
struct std::hash<stormsweep::Id<Tag>> {
  std::size_t operator()(const stormsweep::Id<Tag>& id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
