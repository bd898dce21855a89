#include "master/schedule/synchronous_master.hpp"

#include <algorithm>
#include <utility>

#include "search/space/synchronous.hpp"

namespace stormsweep {

SynchronousMaster::SynchronousMaster(const DispatchPolicy& policy, Lookup lookup, Seconds now)
    : policy_(policy), lookup_(std::move(lookup)), now_(now), workers_(policy.workers) {
  for (Worker& w : workers_) w.heard = now;
}

std::vector<Action> SynchronousMaster::on(const Event& event, Seconds now) {
  now_ = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  return taken();
}

std::vector<Action> SynchronousMaster::began(WorkerId id, std::optional<TrainingId> training) {
  Worker& w = worker(id);
  w.heard = now_;
  w.training = training ? lookup_(*training) : std::nullopt;
  w.done = 0;
  w.through = !training;
  if (w.training) {
    const auto gang = members(*w.training, id);
    if (gang[0] == id)
      actions_.push_back(action::Began{id, *w.training, gang.size() > 1 ? gang : std::vector<WorkerId>{}});
  }
  return taken();
}

std::vector<Action> SynchronousMaster::taken() {
  using State = Worker::State;
  const auto all = [this](auto condition) { return std::all_of(workers_.begin(), workers_.end(), condition); };
  if (!ending_ && all([](const Worker& w) { return w.state == State::present && w.through; }))
    stop_everyone(Ending::done);
  if (!ended_ && all([](const Worker& w) { return w.state == State::gone; })) {
    ended_ = true;
    actions_.push_back(action::End{ending_.value_or(Ending::rank_lost)});
  }
  return std::exchange(actions_, {});
}

std::size_t SynchronousMaster::running() const {
  return static_cast<std::size_t>(
      std::count_if(workers_.begin(), workers_.end(), [](const Worker& w) { return w.training.has_value(); }));
}

std::vector<WorkerId> SynchronousMaster::members(const Training& training, WorkerId member) {
  const std::uint64_t first = (member.value - 1) / training.gang * training.gang + 1;
  std::vector<WorkerId> ranks;
  for (std::uint64_t rank = first; rank < first + training.gang; ++rank) ranks.push_back(WorkerId{rank});
  return ranks;
}

void SynchronousMaster::handle(const event::Joined& joined) {
  Worker& w = worker(joined.worker);
  w.heard = now_;
  w.state = ending_ ? Worker::State::stopping : Worker::State::present;
  if (ending_) actions_.push_back(action::Stop{joined.worker});
}

void SynchronousMaster::handle(const event::Heard& heard) {
  worker(heard.worker).heard = now_;
}

void SynchronousMaster::handle(const event::Left& left) {
  worker(left.worker).heard = now_;
}

/// A training has all its milestones again, though some may be stored since an earlier job: the store keeps the first.
void SynchronousMaster::handle(const event::Finished& finished) {
  Worker& w = worker(finished.worker);
  w.heard = now_;
  if (w.state != Worker::State::present || !w.training || w.training->id != finished.training) return;
  const auto gang = members(*w.training, finished.worker);
  Worker& leader = worker(gang[0]);
  if (!leader.training || leader.training->id != finished.training) return;  // a mate's report came first
  const bool alone = gang.size() == 1;
  leader.done = finished.milestone + 1;
  actions_.push_back(
      action::Record{gang[0], *leader.training, finished.milestone, alone ? std::vector<WorkerId>{} : gang});
  if (!finished.failed || alone) return;
  if (leader.done < leader.training->trials()) return;
  for (const WorkerId mate : gang) {
    if (mate != finished.worker) actions_.push_back(action::Abandon{mate, synchronous_gang(*leader.training)});
  }
  leader.training.reset();
}

void SynchronousMaster::handle(const event::Stopped& stopped) {
  worker(stopped.worker).state = Worker::State::gone;
}

void SynchronousMaster::handle(const event::Drain&) {
  if (!ending_) stop_everyone(Ending::drained);
}

void SynchronousMaster::handle(const event::Tick&) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].state != Worker::State::gone && now_ - workers_[i].heard > policy_.lost_after)
      lose(WorkerId{i + 1});
  }
}

void SynchronousMaster::lose(WorkerId id) {
  Worker& w = worker(id);
  const bool worked = w.state == Worker::State::present && w.training;
  w.state = Worker::State::gone;
  auto training = std::exchange(w.training, std::nullopt);
  const std::size_t done = worked ? worker(members(*training, id)[0]).done : 0;
  if (!worked || done == training->trials()) {
    actions_.push_back(action::Lost{id, std::nullopt});
  } else if (training->attempt >= policy_.most_attempts) {
    actions_.push_back(action::Lost{id, std::nullopt});
    actions_.push_back(action::GiveUp{id, training->rest(done)});
  } else {
    ++training->attempt;
    actions_.push_back(action::Lost{id, training->rest(done)});
  }
  if (!ending_) stop_everyone(Ending::rank_lost);
}

void SynchronousMaster::stop_everyone(Ending ending) {
  ending_ = ending;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].state != Worker::State::present) continue;
    workers_[i].state = Worker::State::stopping;
    workers_[i].training.reset();
    actions_.push_back(action::Stop{WorkerId{i + 1}});
  }
}

}  // namespace stormsweep
