#include "master/schedule/synchronous_master.hpp"

#include <algorithm>
#include <utility>

#include "search/methods/synchronous.hpp"

namespace stormsweep {

SynchronousMaster::SynchronousMaster(const DispatchPolicy& policy, Lookup lookup, Seconds now)
    : lookup_(std::move(lookup)), crew_(policy, now), workers_(policy.workers) {}

std::vector<Action> SynchronousMaster::on(const Event& event, Seconds now) {
  std::visit([&](const auto& e) { handle(e, now); }, event);
  return crew_.take_wanted();
}

std::vector<Action> SynchronousMaster::began(WorkerId id, std::optional<TrainingId> training, Seconds now) {
  crew_.hear(id, now);
  if (!crew_.present(id)) return crew_.take_wanted();
  Worker& w = worker(id);
  w.training = training ? lookup_(*training) : std::nullopt;
  w.ended = w.training ? ended_of(*w.training, id) : nullptr;
  if (w.training && over_.contains(w.training->id)) {
    crew_.want(action::Abandon{id, synchronous_gang(*w.training)});
  } else if (w.training) {
    const auto gang = members(*w.training, id);
    if (gang[0] == id) crew_.want(action::Began{id, *w.training, gang.size() > 1 ? gang : std::vector<WorkerId>{}});
  }
  w.through |= !training || (w.training && is_beyond_last(*w.training));
  end_when_through();
  return crew_.take_wanted();
}

std::vector<Action> SynchronousMaster::end_after(TrainingId last, std::uint32_t least_gang) {
  last_ = {last, least_gang};
  for (Worker& w : workers_) w.through |= w.training && is_beyond_last(*w.training);
  end_when_through();
  return crew_.take_wanted();
}

std::shared_ptr<EndedTrials> SynchronousMaster::ended_of(const Training& training, WorkerId member) {
  if (const auto failed = over_.find(training.id); failed != over_.end()) return failed->second;
  for (const WorkerId mate : members(training, member))
    if (mate != member && is_in(mate, training)) return worker(mate).ended;
  return std::make_shared<EndedTrials>(training);
}

bool SynchronousMaster::is_beyond_last(const Training& training) const {
  return last_ && training.gang == last_->least_gang && training.id > last_->training;
}

void SynchronousMaster::end_when_through() {
  if (crew_.ending() || !std::ranges::all_of(workers_, &Worker::through)) return;
  // A leader that was told to abandon a gang may have told nothing of an earlier trial: another run trains it.
  const bool whole = std::ranges::all_of(over_, [](const auto& failed) { return failed.second->all(); });
  crew_.stop_everyone(whole ? Ending::done : Ending::drained);
}

std::size_t SynchronousMaster::running() const {
  std::size_t busy = 0;
  for (std::uint64_t rank = 1; rank <= workers_.size(); ++rank) busy += trains(WorkerId{rank});
  return busy;
}

std::vector<WorkerId> SynchronousMaster::members(const Training& training, WorkerId member) {
  const std::uint64_t first = (member.value - 1) / training.gang * training.gang + 1;
  std::vector<WorkerId> ranks;
  for (std::uint64_t rank = first; rank < first + training.gang; ++rank) ranks.push_back(WorkerId{rank});
  return ranks;
}

void SynchronousMaster::handle(const event::Joined& joined, Seconds now) {
  crew_.join(joined.worker, now);
}

void SynchronousMaster::handle(const event::Heard& heard, Seconds now) {
  crew_.hear_heartbeat(heard.worker, now);
}

void SynchronousMaster::handle(const event::Left& left, Seconds now) {
  crew_.hear(left.worker, now);
}

/// A training has all its milestones, even those that an earlier job has stored: the store keeps the first result.
/// Several members of a gang may report a failure, even before others have begun: the first report counts.
void SynchronousMaster::handle(const event::Finished& finished, Seconds now) {
  crew_.hear(finished.worker, now);
  Worker& w = worker(finished.worker);
  if (!crew_.counts(finished) || !w.training || w.training->id != finished.training) return;
  // The failure has been reported already; but the leader may still report an earlier trial that is complete.
  if (finished.failed && over_.contains(finished.training)) return;
  if (!w.ended->add(finished.milestone)) return;
  const Training training = *w.training;
  const auto gang = members(training, finished.worker);
  const bool alone = gang.size() == 1, last = finished.milestone + 1 == training.trials();
  crew_.want(action::Record{gang[0], training, finished.milestone, alone ? std::vector<WorkerId>{} : gang});
  if (alone || !last) return;
  if (!finished.failed) return crew_.complete(synchronous_gang(training), gang, now);
  over_.emplace(training.id, w.ended);
  for (const WorkerId mate : gang) {
    if (mate != finished.worker && is_in(mate, training)) crew_.want(action::Abandon{mate, synchronous_gang(training)});
  }
}

void SynchronousMaster::handle(const event::Stopped& stopped, Seconds) {
  crew_.leave(stopped.worker);
}

void SynchronousMaster::handle(const event::Drain&, Seconds) {
  if (!crew_.ending()) crew_.stop_everyone(Ending::drained);
}

void SynchronousMaster::handle(const event::Tick&, Seconds now) {
  for (const WorkerId id : crew_.silent(now)) lose(id);
  crew_.abandon_overdue(now, [this](WorkerId id, std::uint64_t gang) {
    const auto& training = worker(id).training;
    return training && synchronous_gang(*training) == gang;
  });
}

void SynchronousMaster::lose(WorkerId id) {
  std::optional<Training> unfinished;
  const Worker w = worker(id);
  if (trains(id) && !w.ended->all() && !over_.contains(w.training->id)) {
    unfinished = w.training->rest(w.ended->in_order());
    for (const WorkerId member : members(*w.training, id))  // later reports of it no longer count
      if (is_in(member, *w.training)) worker(member).training.reset();
  }
  crew_.lose(id, std::move(unfinished));
  if (!crew_.ending()) crew_.stop_everyone(Ending::rank_lost);
}

}  // namespace stormsweep
