#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace stormsweep {

/// Who sends which copies to whom: a pure function of what all ranks know, so that nobody has to ask.
struct StageRoutes {
  std::vector<int> machines;                         ///< of each place
  std::vector<std::set<std::int64_t>> wanted;        ///< by each machine
  std::map<std::int64_t, std::vector<int>> holders;  ///< places whose machines have a copy, ascending, one a machine

  int machine(int place) const { return machines[static_cast<std::size_t>(place)]; }
  /// Places on that machine, ascending.
  std::vector<int> places(int machine) const;
  /// Places on the same machine as `place`, ascending.
  std::vector<int> mates(int place) const { return places(machine(place)); }
  bool held_on(int machine, std::int64_t number) const;
  bool held_beside(int place, std::int64_t number) const { return held_on(machine(place), number); }
  /// Numbers of the files that `from` sends to `to`, ascending. Holders take turns in sending, and the ranks of a
  /// machine in fetching.
  std::vector<std::int64_t> shipment(int from, int to) const;
  /// All files that are sent to `to`.
  std::vector<std::int64_t> fetched(int to) const;

  /// Files that every machine wants go round from machine to machine, along rings of ranks, one rank on each machine.
  struct Ring {
    int to, from;
    std::vector<std::int64_t> handed, fetched;  ///< what the machine of `to` lacks, and what ours does; ascending
  };
  /// The ring that `place` is in. There are as many as the smallest machine has ranks, and they share the files.
  std::optional<Ring> ring(int place) const;
  /// Removes the files that rings distribute from what machines want.
  void leave_to_rings();

 private:
  std::vector<std::int64_t> wanted_by_all() const;
};

}  // namespace stormsweep
