#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "master/schedule/crew.hpp"
#include "master/schedule/ended_trials.hpp"
#include "master/schedule/events.hpp"
#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// The master's part in the fully synchronous schedule: it only collects results. Every rank works through its own
/// share (search/methods/synchronous.hpp) and reports what it begins. A pure state machine like the Dispatcher, with
/// the same events and actions.
///
/// Shares are computed for a fixed number of ranks, so the loss of one ends the job. Its training's attempt is raised,
/// as in the Dispatcher, and another run computes new shares of what is missing.
class SynchronousMaster {
 public:
  /// Returns a training as its worker sees it, with all its milestones, and with the attempt that the store knows.
  using Lookup = std::function<std::optional<Training>(TrainingId)>;

  SynchronousMaster(const DispatchPolicy& policy, Lookup lookup, Seconds now);

  std::vector<Action> on(const Event& event, Seconds now);
  /// The worker now trains this; nothing: it has finished its share.
  std::vector<Action> began(WorkerId worker, std::optional<TrainingId> training, Seconds now);

  /// Nothing beyond training `last` need be trained: the job ends once every worker is past it, which those know of
  /// that train by gangs of `least_gang` ranks, the last in their order.
  std::vector<Action> end_after(TrainingId last, std::uint32_t least_gang);

  std::size_t running() const;  ///< workers that are training

 private:
  struct Worker {
    std::optional<Training> training;
    std::shared_ptr<EndedTrials> ended;  ///< of it, shared by its gang
    bool through = false;                ///< it has no more to do
  };
  struct Last {
    TrainingId training;
    std::uint32_t least_gang;
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
  /// The gang of `training` that `member` is in: ranks in a row.
  static std::vector<WorkerId> members(const Training& training, WorkerId member);
  void lose(WorkerId id);
  std::shared_ptr<EndedTrials> ended_of(const Training& training, WorkerId member);
  bool is_beyond_last(const Training& training) const;
  void end_when_through();

  Lookup lookup_;
  Crew crew_;
  std::vector<Worker> workers_;  ///< by rank, from 1
  /// Trainings of gangs that have failed: a member that begins one later is told to leave.
  std::map<TrainingId, std::shared_ptr<EndedTrials>> over_;
  std::optional<Last> last_;  ///< training that need be trained
};

}  // namespace stormsweep
