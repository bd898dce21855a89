#include "master/schedule/dispatcher.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::size_t durations_kept = 8;

}  // namespace

Dispatcher::Dispatcher(DispatchPolicy policy, Source source, Time now, Expected expected, Version version)
    : policy_(policy),
      source_(std::move(source)),
      expected_(std::move(expected)),
      version_(std::move(version)),
      crew_(policy, now),
      workers_(policy.workers),
      free_times_(policy.workers) {
  assert(policy.most_in_hand > 0);
}

std::vector<Action> Dispatcher::on(const Event& event, Time now) {
  std::visit([&](const auto& e) { handle(e, now); }, event);

  if (!crew_.ending()) {
    lacks_ = false;
    hand_out(now);
    // Of what ends now the source learns after this: it may wait for that alone.
    const bool in_vain = lacks_ && !crew_.ends_trials();
    if (busy_ == 0 && (exhausted_ || in_vain) && line_.empty())
      stop_everyone(passed_over_ ? Ending::short_handed : Ending::done);
  }
  return crew_.take_wanted();
}

void Dispatcher::handle(const event::Joined& joined, Time now) {
  if (!crew_.join(joined.worker, now)) return;
  worker(joined.worker).host = joined.host;
  refresh(joined.worker);
}

void Dispatcher::handle(const event::Heard& heard, Time now) {
  crew_.hear_heartbeat(heard.worker, now);
}

void Dispatcher::handle(const event::Finished& finished, Time now) {
  Worker& w = worker(finished.worker);
  crew_.hear(finished.worker, now);
  if (!crew_.counts(finished)) return;
  if (w.gang > 0) return finish_in_gang(finished, gangs_.at(w.gang), now);
  assert(!w.in_hand.empty());
  if (w.in_hand.front().id != finished.training) return;  // its head has failed since it was told to stop
  crew_.want(action::Record{finished.worker, w.in_hand.front(), finished.milestone});
  w.head_done = finished.milestone + 1;
  if (w.head_done < w.in_hand.front().trials()) return;

  w.in_hand.pop_front();
  w.head_done = 0;
  if (!finished.failed) {  // what fails at once says nothing of how long the others take
    ++w.trained;
    w.recent.push_back(now - w.head_began);
    if (w.recent.size() > durations_kept) w.recent.pop_front();
  }
  w.head_began = now;
  if (!w.in_hand.empty() && crew_.present(finished.worker))
    crew_.want(action::Began{finished.worker, w.in_hand.front()});
  refresh(finished.worker);
}

/// A failure may be told by several members: the first counts.
void Dispatcher::finish_in_gang(const event::Finished& finished, Gang& gang, Time now) {
  if (gang.over || finished.training != gang.training.id || !gang.ended.add(finished.milestone)) return;
  crew_.want(action::Record{gang.members[0], gang.training, finished.milestone, gang.members});
  gang.over = gang.ended.all();
  if (finished.failed && gang.ended.last()) abandon(gang, finished.worker);
  if (gang.over) crew_.complete(gang.number, gang.members, now);
}

void Dispatcher::handle(const event::Left& left, Time now) {
  crew_.hear(left.worker, now);
  if (worker(left.worker).gang == left.gang && crew_.present(left.worker)) leave_gang(left.worker);
}

void Dispatcher::handle(const event::Stopped& stopped, Time) {
  crew_.leave(stopped.worker);
  refresh(stopped.worker);
}

void Dispatcher::handle(const event::Drain&, Time) {
  if (!crew_.ending()) stop_everyone(Ending::drained);
}

void Dispatcher::handle(const event::Tick&, Time now) {
  for (const WorkerId id : crew_.silent(now)) lose(id);
  crew_.abandon_overdue(now, [this](WorkerId id, std::uint64_t gang) { return worker(id).gang == gang; });
}

void Dispatcher::abandon(const Gang& gang, WorkerId but) {
  for (const WorkerId member : gang.members) {
    if (member != but && crew_.present(member)) crew_.want(action::Abandon{member, gang.number});
  }
}

void Dispatcher::leave_gang(WorkerId id) {
  const auto found = gangs_.find(std::exchange(worker(id).gang, 0));
  refresh(id);
  Gang& gang = found->second;
  if (--gang.in > 0) return;
  // Its leader was told to abandon it before it had told of an earlier trial.
  if (!gang.over) line_.push_front(gang.training.rest(gang.ended.in_order()));
  gangs_.erase(found);
}

void Dispatcher::lose(WorkerId id) {
  Worker& w = worker(id);
  std::optional<Training> unfinished;
  if (w.gang > 0) {
    Gang& gang = gangs_.at(w.gang);
    if (crew_.present(id) && !std::exchange(gang.over, true)) {
      abandon(gang, id);
      unfinished = gang.training.rest(gang.ended.in_order());
    }
  } else if (crew_.present(id) && !w.in_hand.empty()) {
    unfinished = w.in_hand.front().rest(w.head_done);
    w.in_hand.pop_front();
    line_.insert(line_.begin(), std::make_move_iterator(w.in_hand.begin()), std::make_move_iterator(w.in_hand.end()));
    w.in_hand.clear();
  }
  if (auto again = crew_.lose(id, std::move(unfinished))) line_.push_front(*std::move(again));
  w.gang > 0 ? leave_gang(id) : refresh(id);
}

void Dispatcher::refresh(WorkerId id) {
  Worker& w = worker(id);
  const bool busy = w.busy() && crew_.present(id);
  if (busy != w.counted_as_busy) busy ? ++busy_ : --busy_;
  w.counted_as_busy = busy;
  const bool idle = !busy && crew_.present(id);
  if (idle != w.counted_as_idle) idle ? idle_workers_.insert(id, w.host) : idle_workers_.erase(id, w.host);
  w.counted_as_idle = idle;
  if (!std::exchange(w.changed, true)) changed_.push_back(id);
  if (w.appetite) hungry_.erase({*w.appetite, id});
  w.appetite.reset();
  if (!crew_.present(id) || w.gang > 0 || 2 * w.in_hand.size() > depth(w)) return;
  w.appetite = w.in_hand.size();
  hungry_.insert({*w.appetite, id});
}

void Dispatcher::stop_everyone(Ending ending) {
  for (const WorkerId id : crew_.stop_everyone(ending)) refresh(id);
}

void Dispatcher::hand_out(Time now) {
  while (!hungry_.empty()) {
    const Training* first = front();
    if (!first) return;
    if (first->gang == 1) {
      fill(hungry_.begin()->second, now);
    } else if (first->gang > crew_.present() + crew_.expected()) {
      passed_over_ = true;
      line_.pop_front();
    } else if (first->gang <= idle()) {
      assign_gang(take_front(), now);
    } else {
      return fill_in(now);
    }
  }
}

Training* Dispatcher::front() {
  return pull(1) ? &line_.front() : nullptr;
}

Training Dispatcher::take_front() {
  Training training = std::move(line_.front());
  line_.pop_front();
  return training;
}

void Dispatcher::fill(WorkerId id, Time now) {
  const std::size_t has = worker(id).in_hand.size(), wanted = std::max(depth(worker(id)), has + 1);
  std::vector<Training> trainings;
  while (has + trainings.size() < wanted) {
    const Training* first = front();
    if (!first || first->gang > 1) break;
    trainings.push_back(take_front());
  }
  give(id, std::move(trainings), now);
}

void Dispatcher::give(WorkerId id, std::vector<Training> trainings, Time now) {
  Worker& w = worker(id);
  const bool was_idle = w.in_hand.empty();
  w.in_hand.insert(w.in_hand.end(), trainings.begin(), trainings.end());
  crew_.want(action::Assign{id, std::move(trainings)});
  if (was_idle) {
    w.head_began = now;
    crew_.want(action::Began{id, w.in_hand.front()});
  }
  refresh(id);
}

void Dispatcher::assign_gang(Training training, Time now) {
  std::vector<WorkerId> members = idle_workers_.choose(training.gang);
  const std::uint64_t number = ++last_gang_;
  for (const WorkerId id : members) {
    worker(id).gang = number;
    refresh(id);
  }
  crew_.want(action::AssignGang{number, members, training});
  crew_.want(action::Began{members[0], training, members});
  const std::size_t size = members.size();
  const EndedTrials none(training);
  gangs_.emplace(number, Gang{number, std::move(training), std::move(members), size, none, false, now});
}

/// The first in line is a gang that waits for workers: gives the idle ones what does not delay it, because it ends
/// before the gang can begin, or because enough others are free by then.
void Dispatcher::fill_in(Time now) {
  if (idle() == 0) return;
  auto [until, spare] = beginning_of(line_.front().gang, now);
  for (std::size_t i = 1; i <= policy_.lookahead && idle() > 0 && until > now && pull(i + 1); ++i) {
    if (line_[i].gang > idle()) continue;
    const auto expected = expected_(line_[i]);
    const bool in_time = expected && now + *expected <= until;
    if (line_[i].gang > (in_time ? idle() : std::min(idle(), spare))) continue;
    if (!in_time) spare -= line_[i].gang;
    Training training = std::move(line_[i]);
    line_.erase(line_.begin() + static_cast<std::ptrdiff_t>(i--));
    if (training.gang == 1)
      give(hungry_.begin()->second, {std::move(training)}, now);
    else
      assign_gang(std::move(training), now);
  }
}

/// Whether `wanted` trainings are in line, or could be pulled.
bool Dispatcher::pull(std::size_t wanted) {
  while (line_.size() < wanted && !exhausted_) {
    Supply supply = source_();
    exhausted_ = !supply.training && supply.later == Supply::Later::never;
    lacks_ = !supply.training && supply.later == Supply::Later::when_others_end;
    if (!supply.training) break;
    line_.push_back(*std::move(supply.training));
  }
  return line_.size() >= wanted;
}

/// When `gang` workers, more than are idle, will be free, by what is expected (now, where that is not known of one that
/// is needed, and of those that have not joined yet), and how many more are free by then, up to as many as are idle.
Dispatcher::Beginning Dispatcher::beginning_of(std::size_t gang, Time now) {
  const std::size_t soon = idle() + crew_.expected();
  if (gang <= soon) return {now, 0};
  update_free_times();
  const auto moment = free_times_.nth(gang - soon, now, idle());
  return moment ? Beginning{moment->at, moment->others} : Beginning{now, 0};
}

void Dispatcher::update_free_times() {
  if (const std::uint64_t version = version_(); std::exchange(expected_version_, version) != version) {
    changed_.clear();
    for (std::size_t i = 0; i < workers_.size(); ++i) changed_.push_back(WorkerId{i + 1});
  }
  constexpr Seconds any_moment{-std::numeric_limits<double>::infinity()};
  for (const WorkerId id : changed_) {
    Worker& w = worker(id);
    w.changed = false;
    free_times_.erase(id);
    if (!w.counted_as_busy) continue;
    const Gang* gang = w.gang > 0 ? &gangs_.at(w.gang) : nullptr;
    const auto expected = expected_(gang ? gang->training : w.in_hand.front());
    Seconds more{0};
    for (std::size_t i = 1; i < w.in_hand.size(); ++i) more += expected_(w.in_hand[i]).value_or(Seconds(0));
    free_times_.set(id, expected ? (gang ? gang->began : w.head_began) + *expected : any_moment, more);
  }
  changed_.clear();
}

std::size_t Dispatcher::depth(const Worker& w) const {
  if (w.recent.empty()) return 1;
  const Seconds longest = *std::max_element(w.recent.begin(), w.recent.end());
  const double fit = std::ceil(policy_.in_hand / std::max(longest, Seconds(1e-6)));
  return std::clamp<std::size_t>(static_cast<std::size_t>(fit), 1, std::min(policy_.most_in_hand, w.trained));
}

}  // namespace stormsweep
