#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "master/store/store.hpp"
#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/messages/wire.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Who the workers are and what they train now, as the store's rows name them.
class Roster {
 public:
  /// A training that is running.
  struct Running {
    Training training;
    std::vector<WorkerId> members = {};  ///< of its gang, if it has one
    std::size_t milestone = 0;           ///< the next to end
    Seconds began{0};
    bool stored = false;  ///< the store has a row that says so
  };

  void join(WorkerId worker, const wire::Hello& hello);
  /// The worker has left, or is lost. Returns whether it was present.
  bool leave(WorkerId worker);
  /// As it introduced itself; empty for one that never joined.
  const WorkerInfo& info(WorkerId worker) { return workers_[worker]; }
  /// Who trains: the leader, and the ranks of its gang.
  WorkerInfo trainer(WorkerId leader, const std::vector<WorkerId>& members);

  void begin(WorkerId leader, const Training& training, const std::vector<WorkerId>& members, Seconds now);
  /// Trial `milestone` of a training that `leader` leads has ended. A gang's trial may fail before its leader has
  /// begun; that is ignored.
  void end(WorkerId leader, const Training& training, std::size_t milestone);
  /// The worker has reported what it is doing.
  void tell(WorkerId worker, const wire::Pursuit& pursuit) { pursuits_[worker] = pursuit; }
  /// The last report of each worker that is staging, and of each leader since its training began.
  std::vector<wire::Pursuit> pursuits() const;
  /// Nobody trains it any more.
  void forget(const Training& training);
  /// Calls `each` for every leader whose trial has run long enough to be worth a row, and has none yet.
  void each_long_runner(Seconds now, const std::function<void(WorkerId leader, const Running&)>& each);

 private:
  std::map<WorkerId, WorkerInfo> workers_;
  std::set<WorkerId> present_;           ///< joined, and neither lost nor gone
  std::map<WorkerId, Running> running_;  ///< by leader
  std::map<WorkerId, wire::Pursuit> pursuits_;
  /// When trainings that may lack a row began, and their leaders; some have ended since. Ascending, except for those at
  /// the front that are due. Saves looking at all running trainings in every turn of the master's loop.
  std::deque<std::pair<Seconds, WorkerId>> unstored_;
};

}  // namespace stormsweep
