#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "master/loop/dropped_checkpoints.hpp"
#include "master/loop/group_commit.hpp"
#include "master/loop/progress.hpp"
#include "master/loop/roster.hpp"
#include "master/loop/run_limits.hpp"
#include "master/loop/training_source.hpp"
#include "master/schedule/dispatcher.hpp"
#include "master/schedule/round_master.hpp"
#include "master/schedule/staging_phase.hpp"
#include "master/schedule/synchronous_master.hpp"
#include "master/store/store.hpp"
#include "search/base/awake_time.hpp"
#include "search/base/pulse.hpp"
#include "search/base/time.hpp"
#include "search/base/waking_clock.hpp"
#include "search/messages/run_settings.hpp"
#include "search/messages/wire.hpp"
#include "search/methods/share.hpp"
#include "search/space/space.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

/// Why and how a job's part of a search ended.
struct Conclusion {
  Ending ending = Ending::done;
  bool workers_died = false;     ///< MPI_Finalize would wait for them
  bool attempts_raised = false;  ///< a training was lost with a worker, so that another run gets further
  std::string limit;             ///< the limit of the space that ended it, if one did
  std::uint64_t failures = 0;    ///< trials that failed in this run
  StatusCounts counts;           ///< rows of the search
};

/// Rank 0 at work: connects the channel, the schedule and the store, which know nothing of each other.
class MasterLoop {
 public:
  struct Options {
    RunSettings settings;                   ///< sent to workers in the welcome
    int columns = 0;                        ///< of the terminal; 0: none
    Share share = {};                       ///< which trainings are ours
    std::optional<Seconds> remaining = {};  ///< until the job must be over; empty: no limit
    Spent spent = {};                       ///< by this run, before its ranks were started again
    bool end_moves = false;                 ///< with pauses: Slurm gives a job back the time that it was suspended
    std::function<Seconds()> clock = steady_time;
    std::function<Seconds()> awake = awake_time;  ///< the same, but for pauses
  };

  MasterLoop(Channel& channel, Store& store, const Space& space, Options options);

  /// Runs until nothing is left, a limit is reached, every worker is lost, the time is nearly over (closing_margin) or
  /// `drain` turns true. The ending is `drained`, too, where what is left could not have ended in time, where the store
  /// has taken nothing for ten minutes, or where it refuses rows in the end. Throws InputError: what Store::commit
  /// throws, data that cannot be staged, and messages that are not understood.
  Conclusion run(const std::atomic<bool>& drain);
  /// One turn of `run`: waits for a message up to `patience`, and does all that is due. Returns the conclusion once it
  /// has ended.
  std::optional<Conclusion> turn(bool drain, Seconds patience);

 private:
  using Schedule = std::variant<Dispatcher, SynchronousMaster, RoundMaster>;

  Schedule make_schedule();
  std::optional<StagingPhase> make_staging() const;
  Seconds now() const { return options_.awake(); }
  /// The time for judging silences: while this loop is held up it reads no messages.
  Seconds listening() { return waking_.at(now()); }
  /// The time for judging the end of the job.
  Seconds job_time() const { return options_.end_moves ? options_.awake() : options_.clock(); }

  void hear(const Parcel& parcel);
  void on(WorkerId worker, const wire::Hello& hello);
  void on(WorkerId worker, const wire::Heartbeat& heartbeat);
  void on(WorkerId worker, const wire::Staged& staged);
  void on(WorkerId worker, const wire::Began& began);
  void on(WorkerId worker, const wire::Left& left);
  void on(WorkerId worker, const wire::Finished& finished);
  [[noreturn]] void on(WorkerId worker, const wire::Refused& refused);
  void on(WorkerId worker, const wire::Stopped& stopped);
  const std::string& welcome();

  std::vector<Action> decide(const Event& event);
  void dispatch(const Event& event) { carry_out(decide(event)); }
  /// `reported`: the end of a trial that led to these actions, if one did.
  void carry_out(const std::vector<Action>& actions, const wire::Finished* reported = nullptr);
  void act(const action::Assign& assign);
  void act(const action::AssignGang& assign);
  void act(const action::Began& began);
  void act(const action::Abandon& abandon);
  void act(const action::Lost& lost);
  void act(const action::GiveUp& given_up);
  void act(const action::Stop& stop);
  void act(const action::End& end);
  void record(const action::Record& record, const wire::Finished& reported);
  /// Tells the source of a trial that has ended, which it may base decisions on.
  void learn(const Training& training, std::size_t milestone, const Outcome& outcome);
  /// A training will not go on: its checkpoint goes once its outcomes are committed.
  void drop(const Training& training);
  void remove_dropped(Seconds time);

  void drain_when_due(bool drain);
  /// A step, or what a command does when it is told to stop, may take longer than the job has left.
  void leave_when_overdue();
  void tell_of_store();
  void check_limits();
  /// Has the data copied before any worker joins the schedule (master/schedule/staging_phase.hpp).
  void stage();
  void store_long_runners();
  void count(Status status);
  Standing standing() const;
  Conclusion conclude();
  void send(WorkerId worker, const wire::ToWorker& message);
  void send_to_all(const wire::ToWorker& message);  ///< who listens; from any thread

  Channel& channel_;
  Store& store_;
  const Space& space_;
  Options options_;
  RunLimits limits_;
  TrainingSource source_;
  WakingClock waking_;
  Schedule schedule_;
  std::optional<StagingPhase> staging_;  ///< until it is over
  std::string welcome_;                  ///< encoded; empty until the first worker comes
  Roster roster_;
  GroupCommit commits_;
  DroppedCheckpoints dropped_;
  Progress progress_;
  Seconds ordered_;                  ///< when staging was last ordered
  std::uint64_t ended_here_ = 0;     ///< trials that ended in this run
  std::optional<Seconds> draining_;  ///< since when
  bool limited_ = false, told_unstarted_ = false, told_blocked_ = false;
  Conclusion conclusion_;
  bool ended_ = false;
  std::vector<std::atomic<bool>> listening_;  ///< by rank: it has joined, and is neither lost nor gone
  Pulse beats_;  ///< heartbeats to those, so that a commit on a hanging file system does not look like our death. Last
                 ///< member: it uses the others
};

}  // namespace stormsweep
