#include "search/space/outcome.hpp"

#include <algorithm>

namespace stormsweep {

namespace {

constexpr std::array<std::string_view, 6> status_names{"waiting", "running",  "complete",
                                                       "failed",  "diverged", "out_of_memory"};

}  // namespace

std::string_view to_string(Status status) {
  return status_names.at(static_cast<std::size_t>(status));
}

std::optional<Status> find_status(std::string_view name) {
  const auto found = std::find(status_names.begin(), status_names.end(), name);
  if (found == status_names.end()) return std::nullopt;
  return static_cast<Status>(found - status_names.begin());
}

bool is_terminal(Status status) {
  return status != Status::waiting && status != Status::running;
}

}  // namespace stormsweep
