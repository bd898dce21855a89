#include "search/space/gang_sizes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace stormsweep {

namespace {

/// The axis of gang sizes, if the space has one.
std::optional<std::size_t> gang_axis(const Space& space) {
  const auto gpus = space.experiment->find("gpus");
  return gpus ? find_axis(space.axes, *gpus) : std::nullopt;
}

}  // namespace

std::vector<std::int64_t> gang_sizes(const Space& space) {
  const auto axis = gang_axis(space);
  const auto gpus = space.experiment->find("gpus");
  if (!axis) return {gpus ? std::get<std::int64_t>(space.defaults.values[*gpus]) : 1};
  std::vector<std::int64_t> sizes;
  for (const Value& value : *space.axes[*axis].values_of(*gpus)) sizes.push_back(std::get<std::int64_t>(value));
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());  // zipped ones may come again
  return sizes;
}

Space only_gangs_of(std::int64_t size, const Space& space) {
  Space part = space;
  const auto axis = gang_axis(space);
  if (!axis) return part;
  const std::vector<Value>& values = *space.axes[*axis].values_of(*space.experiment->find("gpus"));
  Exclusion::Term others{*axis, {}};
  for (std::uint32_t digit = 0; digit < values.size(); ++digit)
    if (std::get<std::int64_t>(values[digit]) != size) others.digits.push_back(digit);
  if (others.digits.empty()) return part;
  std::vector<Exclusion> exclusions(space.grid.exclusions().begin(), space.grid.exclusions().end());
  exclusions.push_back({{std::move(others)}});
  part.grid = Grid({space.grid.sizes().begin(), space.grid.sizes().end()}, std::move(exclusions));
  return part;
}

std::int64_t largest_gang(const Space& space) {
  const std::vector<std::int64_t> sizes = gang_sizes(space);
  const auto found = std::find_if(sizes.rbegin(), sizes.rend(),
                                  [&](std::int64_t size) { return only_gangs_of(size, space).grid.next(0); });
  return found == sizes.rend() ? 0 : *found;
}

}  // namespace stormsweep
