#pragma once

#include <cstdint>
#include <span>

namespace stormsweep {

/// Rain that moves, grows and decays, for use where there is no data: 13 frames 10 min apart, side x side pixels of 1
/// km, stored numbers of 0.01 mm/h, row 0 = north. Sample `number` of the world `seed` is the same on every machine of
/// one kind and with any number of threads. The logarithm of the rain rate is a sum of noises of 3 to 96 km, each
/// renewed after a time that grows with its size (so that showers die before fronts do), carried by one wind of 8 to 22
/// m/s: a network can do better than persistence. Dry below 0.1 mm/h: 5 to 45 % of the pixels are wet.
void make_rain(std::uint64_t seed, std::uint64_t number, std::int64_t side, std::span<std::uint16_t> frames);

}  // namespace stormsweep
