#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "search/space/space.hpp"

namespace stormsweep {

/// The properties of a network that weak scaling depends on.
struct NetworkSize {
  double training_flops = 0;    ///< FLOP of a sample: three times the forward pass
  std::vector<double> buckets;  ///< numbers of gradients that are summed together, in the order of their sums
};

/// Sizes of the networks of these configurations, by stormsweep-worker, which opens the space's data. Nothing where it
/// refused and has reported why. Throws InputError where that program is missing or fails.
std::optional<std::vector<NetworkSize>> network_sizes(const std::filesystem::path& file, const Space& space,
                                                      const std::vector<Configuration>& configurations);

}  // namespace stormsweep
