#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "master/schedule/crew.hpp"
#include "master/schedule/ended_trials.hpp"
#include "master/schedule/events.hpp"
#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// The fully synchronous schedule for methods that decide from results. In each round all trainings that the source has
/// are dealt to the ranks; once all have ended, their results decide the next round. A pure state machine like the
/// Dispatcher, with the same events and actions. Who trains what changes no result.
///
/// A round deals the trainings of the largest gangs first; gangs are of ranks in a row. Where times can be expected,
/// the longest training comes first and each goes to the gang with the least to do (Graham 1969); otherwise they are
/// dealt in snake order. All ranks of a gang have its trainings in the same order, so waiting for mates cannot
/// deadlock.
///
/// The loss of a rank ends the job, as with the SynchronousMaster; another run deals what is missing.
class RoundMaster {
 public:
  using Source = std::function<Supply()>;
  using Expected = std::function<std::optional<Seconds>(const Training&)>;  ///< duration; nothing: not known

  RoundMaster(const DispatchPolicy& policy, Source source, Expected expected, Seconds now);

  std::vector<Action> on(const Event& event, Seconds now);
  std::size_t running() const;  ///< workers that are training

 private:
  struct Turn {
    Training training;
    std::vector<WorkerId> members;       ///< leader first
    std::uint64_t gang;                  ///< its number; 0: a rank alone
    std::shared_ptr<EndedTrials> ended;  ///< the gang's; after the last trial, late members are told to leave
  };
  using Turns = std::deque<Turn>;  ///< of one worker in this round, the current one first

  void handle(const event::Joined& joined, Seconds now);
  void handle(const event::Heard& heard, Seconds now);
  void handle(const event::Finished& finished, Seconds now);
  void handle(const event::Left& left, Seconds now);
  void handle(const event::Stopped& stopped, Seconds now);
  void handle(const event::Drain& drain, Seconds now);
  void handle(const event::Tick& tick, Seconds now);
  void handle(const event::Supplied&, Seconds) {}

  void begin_round();
  /// Collects what the source has. Returns whether that is all that it can have before something ends.
  bool gather();
  void deal(std::size_t gang, const std::vector<Training>& trainings, std::vector<double>& load);
  /// Indices with expected seconds, the longest first; in order and all 0 where some are not known.
  std::vector<std::pair<double, std::size_t>> longest_first(const std::vector<Training>& trainings) const;
  void assign(const Training& training, const std::vector<WorkerId>& members);
  void send_round();
  void end_turn(WorkerId id);
  void begin_turn(WorkerId id);
  void lose(WorkerId id);

  Turns& turns(WorkerId id) { return turns_.at(id.value - 1); }
  bool is_in(WorkerId id, std::uint64_t gang) { return !turns(id).empty() && turns(id).front().gang == gang; }
  bool trains(WorkerId id) const { return crew_.present(id) && !turns_.at(id.value - 1).empty(); }

  Source source_;
  Expected expected_;
  Crew crew_;
  std::vector<Turns> turns_;     ///< by rank, from 1
  std::vector<Training> round_;  ///< collected, not yet dealt
  std::uint64_t last_gang_ = 0;
  bool exhausted_ = false, short_handed_ = false;
};

}  // namespace stormsweep
