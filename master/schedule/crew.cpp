#include "master/schedule/crew.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace stormsweep {

Crew::Crew(const DispatchPolicy& policy, Seconds now)
    : lost_after_(policy.lost_after),
      leave_after_(policy.leave_after),
      most_attempts_(policy.most_attempts),
      workers_(policy.workers, Worker{State::expected, now}),
      heard_since_(now),
      expected_(policy.workers) {
  assert(policy.workers > 0);
}

bool Crew::join(WorkerId id, Seconds now) {
  if (at(id).state != State::expected) return false;
  hear(id, now);
  set_state(id, ending_ ? State::stopping : State::present);
  if (ending_) want(action::Stop{id});
  return !ending_;
}

void Crew::hear_heartbeat(WorkerId id, Seconds now) {
  hear(id, now);
  if (at(id).state == State::gone) want(action::Stop{id});
}

std::vector<WorkerId> Crew::silent(Seconds now) {
  std::vector<WorkerId> found;
  if (now - heard_since_ <= lost_after_) return found;
  heard_since_ = now;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].state == State::gone) continue;
    heard_since_ = std::min(heard_since_, workers_[i].heard);
    if (now - workers_[i].heard > lost_after_) found.push_back(WorkerId{i + 1});
  }
  return found;
}

std::optional<Training> Crew::lose(WorkerId id, std::optional<Training> unfinished) {
  set_state(id, State::gone);
  if (unfinished && unfinished->attempt >= most_attempts_) {
    want(action::Lost{id, std::nullopt});
    want(action::GiveUp{id, *std::move(unfinished)});
    return std::nullopt;
  }
  if (unfinished) ++unfinished->attempt;
  want(action::Lost{id, unfinished});
  return unfinished;
}

void Crew::complete(std::uint64_t gang, std::vector<WorkerId> members, Seconds now) {
  complete_.push_back({gang, std::move(members), now});
}

void Crew::abandon_overdue(Seconds now, const std::function<bool(WorkerId, std::uint64_t)>& is_in) {
  for (; !complete_.empty() && now - complete_.front().since > leave_after_; complete_.pop_front()) {
    const auto& [gang, members, since] = complete_.front();
    for (const WorkerId member : members)
      if (is_in(member, gang)) want(action::Abandon{member, gang});
  }
}

std::vector<WorkerId> Crew::stop_everyone(Ending ending) {
  ending_ = ending;
  std::vector<WorkerId> stopped;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].state != State::present) continue;
    const WorkerId id = stopped.emplace_back(WorkerId{i + 1});
    set_state(id, State::stopping);
    want(action::Stop{id});
  }
  return stopped;
}

bool Crew::ends_trials() const {
  return std::ranges::any_of(actions_, [](const Action& action) {
    return std::holds_alternative<action::Record>(action) || std::holds_alternative<action::GiveUp>(action);
  });
}

std::vector<Action> Crew::take_wanted() {
  if (gone_ == workers_.size() && !std::exchange(ended_, true))
    want(action::End{ending_.value_or(Ending::workers_lost)});
  return std::exchange(actions_, {});
}

void Crew::set_state(WorkerId id, State state) {
  const auto count = [this](State of) -> std::size_t* {
    if (of == State::expected) return &expected_;
    if (of == State::present) return &present_;
    return of == State::gone ? &gone_ : nullptr;
  };
  if (std::size_t* before = count(at(id).state)) --*before;
  if (std::size_t* after = count(state)) ++*after;
  at(id).state = state;
}

}  // namespace stormsweep
