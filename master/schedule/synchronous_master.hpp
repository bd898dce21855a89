#pragma once

#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "master/schedule/crew.hpp"
#include "master/schedule/events.hpp"
#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// The master's part in the fully synchronous schedule: nobody is told what to train, results are gathered. Every rank
/// works through its share (search/methods/synchronous.hpp) and says what it begins. The same events and actions as the
/// Dispatcher's, as pure as that.
///
/// The shares hold for a number of ranks, so with one of them the job ends; what it trained is blamed as by the
/// Dispatcher, and running again computes the shares over what is missing.
class SynchronousMaster {
 public:
  /// A training as its worker has it, with all its milestones, and with its attempt as the store knows it.
  using Lookup = std::function<std::optional<Training>(TrainingId)>;

  SynchronousMaster(const DispatchPolicy& policy, Lookup lookup, Seconds now);

  std::vector<Action> on(const Event& event, Seconds now);
  /// The worker trains this now; nothing: it is through.
  std::vector<Action> began(WorkerId worker, std::optional<TrainingId> training, Seconds now);

  std::size_t running() const;  ///< workers that are training

 private:
  struct Worker {
    std::optional<Training> training;
    std::size_t done = 0;  ///< trials of it that have ended
  };

  void handle(const event::Joined& joined, Seconds now);
  void handle(const event::Heard& heard, Seconds now);
  void handle(const event::Finished& finished, Seconds now);
  void handle(const event::Left& left, Seconds now);
  void handle(const event::Stopped& stopped, Seconds now);
  void handle(const event::Drain& drain, Seconds now);
  void handle(const event::Tick& tick, Seconds now);
  void handle(const event::Supplied&, Seconds) {}

  Worker& worker(WorkerId id) { return workers_.at(id.value - 1); }
  bool is_in(WorkerId id, const Training& training) {
    return worker(id).training && worker(id).training->id == training.id;
  }
  bool trains(WorkerId id) const { return crew_.present(id) && workers_.at(id.value - 1).training; }
  /// Of the gang that `training` has at `member`: ranks in a row.
  static std::vector<WorkerId> members(const Training& training, WorkerId member);
  void lose(WorkerId id);

  Lookup lookup_;
  Crew crew_;
  std::vector<Worker> workers_;  ///< by rank, from 1
  std::set<TrainingId> over_;    ///< gangs' that have failed: who begins one later is told to leave
  std::size_t through_ = 0;      ///< workers that have no more to do
};

}  // namespace stormsweep
