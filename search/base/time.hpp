#pragma once

#include <chrono>

namespace stormsweep {

using Seconds = std::chrono::duration<double>;

}  // namespace stormsweep
