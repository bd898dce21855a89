#include "search/space/extent.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

namespace stormsweep {

std::string_view extent_key(const MethodSettings& method) {
  if (has_rungs(method)) return "brackets";
  return takes_ranges(method) ? "trials" : "";
}

std::optional<std::uint64_t> extent(const Space& space) {
  return has_rungs(space.method) ? space.method.brackets : space.method.trials;
}

bool sized_by_budget(const Space& space) {
  const Limits& limits = space.limits;
  return !extent_key(space.method).empty() && !extent(space) && !limits.trials && (limits.hours || limits.rank_hours);
}

std::string why_not_shared(const Space& space) {
  if (makes_proposals(space.method)) return "each proposal needs the results of all before it";
  if (sized_by_budget(space))
    return fmt::format("its limits leave it to each job how many {} there are", extent_key(space.method));
  return "";
}

Space with_extent(Space space, std::uint64_t extent) {
  (has_rungs(space.method) ? space.method.brackets : space.method.trials) = extent;
  auto json = nlohmann::ordered_json::parse(space.text);
  auto& method = json["method"];
  if (method.is_string()) method = {{"name", method}};
  method[std::string(extent_key(space.method))] = extent;
  space.text = json.dump(2);
  return space;
}

}  // namespace stormsweep
