#include "master/dispatcher.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::size_t durations_kept = 8;

}  // namespace

Dispatcher::Dispatcher(DispatchPolicy policy, Source source, Time now)
    : policy_(policy), source_(std::move(source)), workers_(policy.workers) {
  assert(policy.workers > 0 && policy.most_in_hand > 0);
  for (Worker& w : workers_) w.heard = now;
}

std::vector<Action> Dispatcher::on(const Event& event, Time now) {
  std::visit([&](const auto& e) { handle(e, now); }, event);

  if (!ending_) {
    for (std::size_t i = 0; i < workers_.size(); ++i) fill(WorkerId{i + 1}, now);
    const bool idle = std::all_of(workers_.begin(), workers_.end(), [](const Worker& w) { return w.in_hand.empty(); });
    if (idle && exhausted_ && again_.empty()) stop_everyone(Ending::done);
  }
  const bool all_gone =
      std::all_of(workers_.begin(), workers_.end(), [](const Worker& w) { return w.state == Worker::State::gone; });
  if (all_gone && !std::exchange(ended_, true)) {
    actions_.push_back(action::End{ending_.value_or(Ending::workers_lost)});
  }
  return std::exchange(actions_, {});
}

std::size_t Dispatcher::workers() const {
  return static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(),
                                                [](const Worker& w) { return w.state == Worker::State::present; }));
}

std::size_t Dispatcher::running() const {
  return static_cast<std::size_t>(
      std::count_if(workers_.begin(), workers_.end(), [](const Worker& w) { return !w.in_hand.empty(); }));
}

void Dispatcher::handle(const event::Joined& joined, Time now) {
  Worker& w = worker(joined.worker);
  if (w.state != Worker::State::expected) return;
  w.heard = now;
  if (ending_) {
    w.state = Worker::State::stopping;
    actions_.push_back(action::Stop{joined.worker});
  } else {
    w.state = Worker::State::present;
  }
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
}

void Dispatcher::handle(const event::Stopped& stopped, Time) {
  worker(stopped.worker).state = Worker::State::gone;
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

void Dispatcher::lose(WorkerId id) {
  Worker& w = worker(id);
  const bool had_work = w.state == Worker::State::present && !w.in_hand.empty();
  w.state = Worker::State::gone;
  if (!had_work) {
    actions_.push_back(action::Lost{id, std::nullopt});
    return;
  }
  Training head = std::move(w.in_hand.front());
  head.milestones.erase(head.milestones.begin(), head.milestones.begin() + static_cast<std::ptrdiff_t>(w.head_done));
  w.in_hand.pop_front();
  again_.insert(again_.begin(), std::make_move_iterator(w.in_hand.begin()), std::make_move_iterator(w.in_hand.end()));
  w.in_hand.clear();
  if (head.attempt >= policy_.most_attempts) {
    actions_.push_back(action::Lost{id, std::nullopt});
    actions_.push_back(action::GiveUp{id, std::move(head)});
  } else {
    ++head.attempt;
    actions_.push_back(action::Lost{id, head});
    again_.push_front(std::move(head));
  }
}

void Dispatcher::fill(WorkerId id, Time now) {
  Worker& w = worker(id);
  const std::size_t wanted = depth(w);
  if (w.state != Worker::State::present || 2 * w.in_hand.size() > wanted) return;

  const bool was_idle = w.in_hand.empty();
  action::Assign assign{id, {}};
  while (w.in_hand.size() < wanted) {
    auto training = next();
    if (!training) break;
    assign.trainings.push_back(*training);
    w.in_hand.push_back(std::move(*training));
  }
  if (assign.trainings.empty()) return;
  actions_.push_back(std::move(assign));
  if (was_idle) {
    w.head_began = now;
    actions_.push_back(action::Began{id, w.in_hand.front()});
  }
}

void Dispatcher::stop_everyone(Ending ending) {
  ending_ = ending;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker& w = workers_[i];
    if (w.state != Worker::State::present) continue;
    w.state = Worker::State::stopping;
    w.in_hand.clear();
    actions_.push_back(action::Stop{WorkerId{i + 1}});
  }
}

std::optional<Training> Dispatcher::next() {
  if (!again_.empty()) {
    Training training = std::move(again_.front());
    again_.pop_front();
    return training;
  }
  if (exhausted_) return std::nullopt;
  auto training = source_();
  exhausted_ = !training;
  return training;
}

std::size_t Dispatcher::depth(const Worker& w) const {
  if (w.recent.empty()) return 1;
  const Seconds longest = *std::max_element(w.recent.begin(), w.recent.end());
  const double fit = std::ceil(policy_.in_hand / std::max(longest, Seconds(1e-6)));
  return std::clamp<std::size_t>(static_cast<std::size_t>(fit), 1, policy_.most_in_hand);
}

}  // namespace stormsweep
