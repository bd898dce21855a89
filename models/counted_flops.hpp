#pragma once

#include <cstdint>
#include <functional>

namespace stormsweep {

/// FLOP of the convolutions and matrix products that `pass` runs in this thread, one multiply-add counted as 2. For
/// networks whose layers are unknown here; our own count themselves.
std::int64_t count_flops(const std::function<void()>& pass);

}  // namespace stormsweep
