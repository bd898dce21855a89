#pragma once

#include <array>
#include <cstdint>

namespace stormsweep {

/// Of images shifted by this many pixels the network of NowcastCnn makes the same forecast, shifted as much: it looks
/// at them in steps of 16.
inline constexpr std::int64_t nowcast_period = 16;

/// Pixels [first, last] along one axis, both included.
struct Reach {
  std::int64_t first = 0, last = 0;

  bool operator==(const Reach&) const = default;
};

/// On which pixels of its input pixel k of NowcastCnn's full-resolution output depends, along each axis: those of
/// output k + 16 lie 16 further. `reach()[k mod 16]` holds those of 0 <= k < 16.
std::array<Reach, nowcast_period> nowcast_reach();

}  // namespace stormsweep
