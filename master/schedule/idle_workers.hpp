#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// Workers that have nothing in hand, by host, for gangs to be made of. A choice costs as much as is chosen, not a look
/// at all who are idle: a master of 10,000 makes thousands of gangs at a start.
class IdleWorkers {
 public:
  void insert(WorkerId id, const std::string& host);
  void erase(WorkerId id, const std::string& host);

  /// `gang` of them, ascending; that many must be there. Of the host with the fewest that suffice; else of the hosts
  /// with the most, so that they are few. Of hosts alike the first by name, and there the lowest ranks.
  std::vector<WorkerId> choose(std::size_t gang) const;

 private:
  using Workers = std::set<WorkerId>;
  /// Moves the host in `hosts_` from one number to another.
  void count(const std::string& host, std::size_t before, std::size_t after);

  std::map<std::string, Workers> on_host_;
  std::map<std::size_t, std::set<std::string>> hosts_;  ///< by how many are idle there; none where none is
};

}  // namespace stormsweep
