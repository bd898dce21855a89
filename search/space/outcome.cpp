#include "search/space/outcome.hpp"

#include <array>

namespace stormsweep {

std::string_view to_string(Status status) {
  constexpr std::array<std::string_view, 7> names{"waiting",  "running",       "complete", "failed",
                                                  "diverged", "out_of_memory", "pruned"};
  return names.at(static_cast<std::size_t>(status));
}

}  // namespace stormsweep
