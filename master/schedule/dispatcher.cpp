#include "master/schedule/dispatcher.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::size_t durations_kept = 8;

}  // namespace

Dispatcher::Dispatcher(DispatchPolicy policy, Source source, Time now, Expected expected)
    : policy_(policy),
      source_(std::move(source)),
      expected_(std::move(expected)),
      workers_(policy.workers),
      absent_(policy.workers) {
  assert(policy.workers > 0 && policy.most_in_hand > 0);
  for (Worker& w : workers_) w.heard = now;
}

std::vector<Action> Dispatcher::on(const Event& event, Time now) {
  std::visit([&](const auto& e) { handle(e, now); }, event);

  if (!ending_) {
    hand_out(now);
    if (busy_ == 0 && exhausted_ && line_.empty()) stop_everyone(passed_over_ ? Ending::short_handed : Ending::done);
  }
  if (gone_ == workers_.size() && !std::exchange(ended_, true)) {
    actions_.push_back(action::End{ending_.value_or(Ending::workers_lost)});
  }
  return std::exchange(actions_, {});
}

void Dispatcher::handle(const event::Joined& joined, Time now) {
  Worker& w = worker(joined.worker);
  if (w.state != Worker::State::expected) return;
  w.heard = now;
  w.host = joined.host;
  set_state(w, ending_ ? Worker::State::stopping : Worker::State::present);
  if (ending_) actions_.push_back(action::Stop{joined.worker});
  refresh(joined.worker);
}

void Dispatcher::handle(const event::Heard& heard, Time now) {
  Worker& w = worker(heard.worker);
  w.heard = now;
  if (w.state == Worker::State::gone) actions_.push_back(action::Stop{heard.worker});
}

void Dispatcher::handle(const event::Finished& finished, Time now) {
  Worker& w = worker(finished.worker);
  w.heard = now;
  if (w.state != Worker::State::present) return;
  if (w.gang > 0) return finish_in_gang(finished, gangs_.at(w.gang));
  assert(!w.in_hand.empty() && w.in_hand.front().id == finished.training);
  actions_.push_back(action::Record{finished.worker, w.in_hand.front(), finished.milestone});
  w.head_done = finished.milestone + 1;
  if (w.head_done < w.in_hand.front().trials()) return;

  w.in_hand.pop_front();
  w.head_done = 0;
  w.recent.push_back(now - w.head_began);
  if (w.recent.size() > durations_kept) w.recent.pop_front();
  w.head_began = now;
  if (!w.in_hand.empty()) actions_.push_back(action::Began{finished.worker, w.in_hand.front()});
  refresh(finished.worker);
}

/// A failure may be told by several members: the first counts.
void Dispatcher::finish_in_gang(const event::Finished& finished, Gang& gang) {
  if (gang.over || finished.training != gang.training.id || finished.milestone != gang.done) return;
  actions_.push_back(action::Record{gang.members[0], gang.training, finished.milestone, gang.members});
  gang.over = ++gang.done == gang.training.trials();
  if (gang.over && finished.failed) abandon(gang, finished.worker);
}

void Dispatcher::handle(const event::Left& left, Time now) {
  Worker& w = worker(left.worker);
  w.heard = now;
  if (w.gang == left.gang && w.state == Worker::State::present) leave_gang(left.worker);
}

void Dispatcher::handle(const event::Stopped& stopped, Time) {
  set_state(worker(stopped.worker), Worker::State::gone);
  refresh(stopped.worker);
}

void Dispatcher::handle(const event::Drain&, Time) {
  if (!ending_) stop_everyone(Ending::drained);
}

void Dispatcher::handle(const event::Tick&, Time now) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const Worker& w = workers_[i];
    if (w.state != Worker::State::gone && now - w.heard > policy_.lost_after) lose(WorkerId{i + 1});
  }
}

void Dispatcher::abandon(const Gang& gang, WorkerId but) {
  for (const WorkerId member : gang.members) {
    if (member != but && worker(member).state == Worker::State::present)
      actions_.push_back(action::Abandon{member, gang.number});
  }
}

void Dispatcher::leave_gang(WorkerId id) {
  const auto found = gangs_.find(std::exchange(worker(id).gang, 0));
  refresh(id);
  Gang& gang = found->second;
  if (--gang.in > 0) return;
  assert(gang.over);  // a member leaves after the last trial, or because a mate's loss or failure has been dealt with
  gangs_.erase(found);
}

void Dispatcher::lose(WorkerId id) {
  Worker& w = worker(id);
  const bool present = w.state == Worker::State::present;
  set_state(w, Worker::State::gone);
  std::deque<Training> in_hand = std::exchange(w.in_hand, {});
  if (const std::uint64_t number = w.gang; number > 0) {
    Gang& gang = gangs_.at(number);
    const bool over = std::exchange(gang.over, true) || !present;
    const Training training = gang.training;
    const std::size_t done = gang.done;
    if (!over) abandon(gang, id);
    leave_gang(id);
    return over ? actions_.push_back(action::Lost{id, std::nullopt}) : blame(id, training, done);
  }
  refresh(id);
  if (!present || in_hand.empty()) return actions_.push_back(action::Lost{id, std::nullopt});
  Training head = std::move(in_hand.front());
  in_hand.pop_front();
  line_.insert(line_.begin(), std::make_move_iterator(in_hand.begin()), std::make_move_iterator(in_hand.end()));
  blame(id, std::move(head), w.head_done);
}

void Dispatcher::blame(WorkerId id, Training training, std::size_t done) {
  Training left = training.rest(done);
  if (left.attempt >= policy_.most_attempts) {
    actions_.push_back(action::Lost{id, std::nullopt});
    actions_.push_back(action::GiveUp{id, std::move(left)});
  } else {
    ++left.attempt;
    actions_.push_back(action::Lost{id, left});
    line_.push_front(std::move(left));
  }
}

void Dispatcher::set_state(Worker& w, Worker::State state) {
  const auto count = [this](Worker::State of) -> std::size_t* {
    if (of == Worker::State::expected) return &absent_;
    if (of == Worker::State::present) return &present_;
    return of == Worker::State::gone ? &gone_ : nullptr;
  };
  if (std::size_t* before = count(w.state)) --*before;
  if (std::size_t* after = count(state)) ++*after;
  w.state = state;
}

void Dispatcher::refresh(WorkerId id) {
  Worker& w = worker(id);
  const bool busy = w.busy() && w.state == Worker::State::present;
  if (busy != w.counted_as_busy) busy ? ++busy_ : --busy_;
  w.counted_as_busy = busy;
  if (w.appetite) hungry_.erase({*w.appetite, id});
  w.appetite.reset();
  if (w.state != Worker::State::present || w.gang > 0 || 2 * w.in_hand.size() > depth(w)) return;
  w.appetite = w.in_hand.size();
  hungry_.insert({*w.appetite, id});
}

void Dispatcher::stop_everyone(Ending ending) {
  ending_ = ending;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker& w = workers_[i];
    if (w.state != Worker::State::present) continue;
    set_state(w, Worker::State::stopping);
    w.in_hand.clear();
    actions_.push_back(action::Stop{WorkerId{i + 1}});
    refresh(WorkerId{i + 1});
  }
}

void Dispatcher::hand_out(Time now) {
  while (!hungry_.empty()) {
    const Training* first = front();
    if (!first) return;
    if (first->gang == 1) {
      fill(hungry_.begin()->second, now);
    } else if (first->gang > present_ + absent_) {
      passed_over_ = true;
      line_.pop_front();
    } else if (auto members = idle(); members.size() >= first->gang) {
      assign_gang(std::move(members), take_front(), now);
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
  actions_.push_back(action::Assign{id, std::move(trainings)});
  if (was_idle) {
    w.head_began = now;
    actions_.push_back(action::Began{id, w.in_hand.front()});
  }
  refresh(id);
}

std::vector<WorkerId> Dispatcher::idle() const {
  std::vector<WorkerId> found;
  for (auto hungry = hungry_.begin(); hungry != hungry_.end() && hungry->first == 0; ++hungry)
    found.push_back(hungry->second);
  return found;
}

/// Takes the host with the fewest idle workers that suffice; else the hosts with the most, so that they are few.
void Dispatcher::assign_gang(std::vector<WorkerId> idle, Training training, Time now) {
  std::map<std::string, std::size_t> on_host;
  for (const WorkerId id : idle) ++on_host[worker(id).host];
  const auto rank = [&](WorkerId id) {
    const std::size_t n = on_host[worker(id).host];
    return std::pair(n >= training.gang ? n : 2 * workers_.size() - n, worker(id).host);
  };
  std::stable_sort(idle.begin(), idle.end(), [&](WorkerId a, WorkerId b) { return rank(a) < rank(b); });
  idle.resize(training.gang);
  std::sort(idle.begin(), idle.end());

  const std::uint64_t number = ++last_gang_;
  for (const WorkerId id : idle) {
    worker(id).gang = number;
    refresh(id);
  }
  actions_.push_back(action::AssignGang{number, idle, training});
  actions_.push_back(action::Began{idle[0], training, idle});
  const std::size_t size = idle.size();
  gangs_.emplace(number, Gang{number, std::move(training), std::move(idle), size, 0, false, now});
}

/// The first in line is a gang that waits for workers: gives the idle ones what does not delay it, because it ends
/// before the gang can begin, or because enough others are free by then.
void Dispatcher::fill_in(Time now) {
  auto [until, spare] = beginning_of(line_.front().gang, now);
  for (std::size_t i = 1; i <= policy_.lookahead; ++i) {
    auto free = idle();
    if (free.empty() || until <= now || !pull(i + 1)) return;
    const auto expected = expected_(line_[i]);
    const bool in_time = expected && now + *expected <= until;
    if (line_[i].gang > (in_time ? free.size() : std::min(free.size(), spare))) continue;
    if (!in_time) spare -= line_[i].gang;
    Training training = std::move(line_[i]);
    line_.erase(line_.begin() + static_cast<std::ptrdiff_t>(i--));
    if (training.gang == 1)
      give(free.front(), {std::move(training)}, now);
    else
      assign_gang(std::move(free), std::move(training), now);
  }
}

/// Whether `wanted` trainings are in line, or could be pulled.
bool Dispatcher::pull(std::size_t wanted) {
  while (line_.size() < wanted && !exhausted_) {
    if (auto training = source_())
      line_.push_back(*std::move(training));
    else
      exhausted_ = true;
  }
  return line_.size() >= wanted;
}

/// When `gang` workers will be free, by what is expected (now, where that is not known of one that is needed), and how
/// many more are free by then.
Dispatcher::Beginning Dispatcher::beginning_of(std::size_t gang, Time now) const {
  std::vector<Time> free;
  const auto end = [&](Time began, const Training& training) {
    const auto expected = expected_(training);
    return expected ? std::max(now, began + *expected) : now;
  };
  for (const Worker& w : workers_) {
    if (w.state != Worker::State::present) continue;
    Time at = now;
    if (w.gang > 0) at = end(gangs_.at(w.gang).began, gangs_.at(w.gang).training);
    for (std::size_t i = 0; i < w.in_hand.size(); ++i)
      at = i == 0 ? end(w.head_began, w.in_hand[i]) : at + (end(now, w.in_hand[i]) - now);
    free.push_back(at);
  }
  if (free.size() < gang) return {now, 0};
  std::sort(free.begin(), free.end());
  const Time at = free[gang - 1];
  const auto by_then = std::upper_bound(free.begin(), free.end(), at) - free.begin();
  return {at, static_cast<std::size_t>(by_then) - gang};
}

std::size_t Dispatcher::depth(const Worker& w) const {
  if (w.recent.empty()) return 1;
  const Seconds longest = *std::max_element(w.recent.begin(), w.recent.end());
  const double fit = std::ceil(policy_.in_hand / std::max(longest, Seconds(1e-6)));
  return std::clamp<std::size_t>(static_cast<std::size_t>(fit), 1, policy_.most_in_hand);
}

}  // namespace stormsweep
