#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// Workers that have nothing in hand, by host, to form gangs of. The cost of a choice grows with the gang, not with the
/// number of idle workers: a master of 10,000 forms thousands of gangs at the start.
class IdleWorkers {
 public:
  void insert(WorkerId id, const std::string& host);
  void erase(WorkerId id, const std::string& host);

  /// `gang` of them, ascending; there must be so many. From the host with the fewest that suffice; else from the hosts
  /// with the most, so that few hosts are used. Among equal hosts the first by name, and there the lowest ranks.
  std::vector<WorkerId> choose(std::size_t gang) const;

 private:
  using Workers = std::set<WorkerId>;
  /// Moves the host in `hosts_` from one number to another.
  void count(const std::string& host, std::size_t before, std::size_t after);

  std::map<std::string, Workers> on_host_;
  std::map<std::size_t, std::set<std::string>> hosts_;  ///< hosts by their number of idle workers, from 1
};

}  // namespace stormsweep
