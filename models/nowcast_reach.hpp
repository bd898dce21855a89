#pragma once

#include <cstdint>
#include <vector>

namespace stormsweep {

/// Pixels [first, last] along one axis, both included.
struct Reach {
  std::int64_t first = 0, last = 0;

  bool operator==(const Reach&) const = default;
};

/// How a network's output of full resolution lies over its input, along either axis.
struct NowcastTiling {
  /// The network moves over images in steps: only a shift by a multiple of this many pixels shifts its forecast and
  /// changes nothing else.
  std::int64_t period() const { return static_cast<std::int64_t>(reach.size()); }
  std::int64_t margin = 0;   ///< pixel k of the output stands for pixel k + margin of the input
  std::int64_t border = 0;   ///< an input of n + border pixels has an output of n or more, where n is whole periods
  std::vector<Reach> reach;  ///< on which input pixels output k depends: those of k + period lie a period further
};

/// Reach of NowcastCnn, period 16, and of NowcastUnet, period 8.
std::vector<Reach> nowcast_cnn_reach();
std::vector<Reach> nowcast_unet_reach();

}  // namespace stormsweep
