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
  /// A training that goes on.
  struct Running {
    Training training;
    std::vector<WorkerId> members = {};  ///< of its gang, if it has one
    std::size_t milestone = 0;           ///< the next to end
    Seconds began{0};
    bool stored = false;  ///< the store has a row that says so
  };

  void join(WorkerId worker, const wire::Hello& hello);
  /// It has left, or is lost; whether it was there.
  bool leave(WorkerId worker);
  /// As it introduced itself; of one that never joined nothing is known.
  const WorkerInfo& info(WorkerId worker) { return workers_[worker]; }
  /// Who trains: the leader, and the ranks of its gang.
  WorkerInfo trainer(WorkerId leader, const std::vector<WorkerId>& members);

  void begin(WorkerId leader, const Training& training, const std::vector<WorkerId>& members, Seconds now);
  /// Trial `milestone` of a training that `leader` leads has ended; of a gang's perhaps before it is there.
  void end(WorkerId leader, const Training& training, std::size_t milestone);
  /// The worker has told what it is at.
  void tell(WorkerId worker, const wire::Pursuit& pursuit) { pursuits_[worker] = pursuit; }
  /// What those that bring data to their machines, and leaders of trainings, have told since they began; one of each.
  std::vector<wire::Pursuit> pursuits() const;
  /// Nobody trains it any more.
  void forget(const Training& training);
  /// Calls `each` with the leaders whose trial has gone on so long that it is worth a row, and has none yet.
  void each_long_runner(Seconds now, const std::function<void(WorkerId leader, const Running&)>& each);

 private:
  std::map<WorkerId, WorkerInfo> workers_;
  std::set<WorkerId> present_;           ///< joined, and neither lost nor gone
  std::map<WorkerId, Running> running_;  ///< by leader
  std::map<WorkerId, wire::Pursuit> pursuits_;
  /// Those that may have no row, and others that have ended since: when they began, ascending but for those that are
  /// due, and their leaders. A look at all that run would be one at every turn of the master's loop.
  std::deque<std::pair<Seconds, WorkerId>> unstored_;
};

}  // namespace stormsweep
