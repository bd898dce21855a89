#include "master/schedule/closing_margin.hpp"

#include <algorithm>

namespace stormsweep {

Seconds closing_margin(Seconds remaining) {
  return std::min(std::clamp(remaining / 50, Seconds(10), Seconds(120)), remaining / 2);
}

}  // namespace stormsweep
