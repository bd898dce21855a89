#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "master/loop/progress.hpp"
#include "master/schedule/dispatcher.hpp"
#include "master/schedule/longest_first.hpp"
#include "master/schedule/staging_phase.hpp"
#include "master/schedule/synchronous_master.hpp"
#include "master/store/store.hpp"
#include "search/messages/wire.hpp"
#include "search/space/share.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

/// Why and how a job's part of a search ended.
struct Conclusion {
  Ending ending = Ending::done;
  bool workers_died = false;     ///< MPI_Finalize would wait for them
  bool attempts_raised = false;  ///< a training was lost with a worker: running again gets further
  std::string limit;             ///< the limit of the space that ended it, if one did
  StatusCounts counts;           ///< rows of the search
};

/// Rank 0 at work: carries words between the channel, the dispatcher and the store, which know nothing of each other.
class Conductor {
 public:
  struct Options {
    wire::Welcome welcome;             ///< what every worker is told first
    int columns = 0;                   ///< of the terminal; 0: none
    Share share;                       ///< which trainings are ours
    std::optional<Seconds> remaining;  ///< until the job must be over; nothing: for ever
  };

  Conductor(Channel& channel, Store& store, const Space& space, Options options);

  /// Dispatches until nothing is left, a limit is reached, every worker is lost, the time is nearly over
  /// (closing_margin) or `drain` turns true. It has drained, too, where what is left could not have ended in time.
  Conclusion run(const std::atomic<bool>& drain);

 private:
  struct Running {
    Training training;
    std::vector<WorkerId> members;  ///< of its gang, if it has one
    std::size_t milestone = 0;      ///< the next to end
    Seconds began{0};
    bool stored = false;
  };

  std::variant<Dispatcher, SynchronousMaster> make_schedule();
  std::optional<Training> next_training();
  std::optional<Training> next_of_grid();
  /// Whether the training, begun now, would end in time; what nothing is known of is begun.
  bool can_finish(const Training& training) const;
  bool time_is_over() const;
  void receive(const Parcel& parcel);
  void dispatch(const Event& event);
  /// Copies of the data are made before anybody is given work (master/schedule/staging_phase.hpp).
  void stage();
  void receive(WorkerId worker, const wire::Staged& staged);
  void carry_out(const std::vector<Action>& actions);
  /// As a worker that computes its share has it.
  std::optional<Training> training(TrainingId id);
  std::vector<TrainingRange> done();
  void act(const action::Assign& assign);
  void act(const action::AssignGang& assign);
  void act(const action::Began& began);
  void act(const action::Record& record);
  void act(const action::Abandon& abandon);
  void act(const action::Lost& lost);
  void act(const action::GiveUp& given_up);
  void act(const action::Stop& stop);
  void act(const action::End& end);

  void check_limits();
  void beat();
  void store_long_runners();
  void commit_when_due();
  void commit();
  Standing standing() const;
  /// Who trains, as rows tell it: the leader, and the ranks of its gang.
  WorkerInfo trainer(WorkerId leader, const std::vector<WorkerId>& members) const;
  void forget(const Training& training);
  void send(WorkerId worker, const wire::Message& message);

  Channel& channel_;
  Store& store_;
  const Space& space_;
  Options options_;
  Trainings trainings_;
  std::optional<std::uint64_t> total_;
  std::uint64_t next_ = 0;        ///< the first training not yet looked at
  std::uint64_t handed_out_ = 0;  ///< trials, with those of earlier runs: against limits.trials
  bool closed_ = false;           ///< a limit forbids new trainings
  LongestFirst order_;
  std::variant<Dispatcher, SynchronousMaster> schedule_;
  std::optional<StagingPhase> staging_;  ///< while it goes on
  bool unstarted_ = false;               ///< there are trainings that could not have ended in time
  Progress progress_;
  std::map<WorkerId, WorkerInfo> workers_;
  std::set<WorkerId> present_;  ///< joined, and neither lost nor gone
  std::map<WorkerId, Running> running_;
  wire::Finished heard_;  ///< the outcome that the dispatcher is deciding on
  std::uint64_t ended_here_ = 0, failed_here_ = 0, uncommitted_ = 0;
  Seconds started_, committed_, beaten_;
  std::optional<Seconds> deadline_;  ///< when to stop, by our clock
  StatusCounts committed_counts_;
  std::optional<BestTrial> committed_best_;
  std::optional<Conclusion> conclusion_;
  bool workers_died_ = false, attempts_raised_ = false;
  std::string limit_;
};

}  // namespace stormsweep
