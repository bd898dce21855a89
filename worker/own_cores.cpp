#include "worker/own_cores.hpp"

#include <hwloc.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "search/base/text.hpp"

namespace stormsweep {

namespace {

using Machine = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, void (*)(hwloc_topology_t)>;

/// Their numbers, neighbours side by side; empty where the machine does not tell of all of them.
std::vector<std::size_t> side_by_side(const CoreMask& cores) {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) return {};
  const Machine machine(topology, hwloc_topology_destroy);
  if (hwloc_topology_load(topology) != 0) return {};
  std::vector<std::size_t> numbers;
  for (hwloc_obj_t unit = nullptr; (unit = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, unit));)
    if (unit->os_index < cores.size() && cores[unit->os_index]) numbers.push_back(unit->os_index);
  if (numbers.size() != cores.count()) numbers.clear();
  return numbers;
}

}  // namespace

bool cores_are_of_this_job() {
  return whole_number(environment("SLURM_CPUS_ON_NODE")) == core_mask().count();
}

CoreMask own_cores(std::span<const CoreMask> workers, std::size_t own, int threads) {
  const CoreMask& all = workers[own];
  const auto sharers = static_cast<std::size_t>(std::ranges::count(workers, all)),
             before = static_cast<std::size_t>(std::ranges::count(workers.first(own), all));
  if (all.count() < sharers * static_cast<std::size_t>(threads)) return all;
  const std::vector<std::size_t> numbers = side_by_side(all);
  if (numbers.empty()) return all;
  CoreMask part;
  const std::size_t end = (before + 1) * numbers.size() / sharers;
  for (std::size_t i = before * numbers.size() / sharers; i < end; ++i) part.set(numbers[i]);
  return part;
}

}  // namespace stormsweep
