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

/// The fully synchronous schedule of methods that decide from results: round after round, all that the source can give
/// is dealt to the ranks, in one message a rank; once all of it has ended, what has been learned makes the next round.
/// The same events and actions as the Dispatcher's, as pure as that. Who trains what changes no result.
///
/// A round deals the largest gangs first, by gangs of ranks in a row, and the longest first where times are expected
/// (Graham 1969: each goes to the gang that has least to do); without, in snake order. All ranks of a gang have its
/// trainings in the same order, so that waiting for mates cannot go round in a circle.
///
/// With a rank that is lost the job ends, as by the SynchronousMaster; running again deals what is missing.
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
    std::shared_ptr<EndedTrials> ended;  ///< once the last one has, who comes to it is told to leave
  };
  using Turns = std::deque<Turn>;  ///< of one worker in this round, the one at hand first

  void handle(const event::Joined& joined, Seconds now);
  void handle(const event::Heard& heard, Seconds now);
  void handle(const event::Finished& finished, Seconds now);
  void handle(const event::Left& left, Seconds now);
  void handle(const event::Stopped& stopped, Seconds now);
  void handle(const event::Drain& drain, Seconds now);
  void handle(const event::Tick& tick, Seconds now);
  void handle(const event::Supplied&, Seconds) {}

  void begin_round();
  /// What the source has, and whether that is all it can have before something ends.
  bool gather();
  void deal(std::size_t gang, const std::vector<Training>& trainings, std::vector<double>& load);
  /// Their numbers, with the seconds expected of each: the longest first, or all 0 and in order where some are not
  /// known.
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
  std::vector<Training> round_;  ///< gathered, not dealt
  std::uint64_t last_gang_ = 0;
  bool exhausted_ = false, short_handed_ = false;
};

}  // namespace stormsweep
