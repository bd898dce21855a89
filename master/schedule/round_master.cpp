#include "master/schedule/round_master.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "search/methods/synchronous.hpp"

namespace stormsweep {

namespace {

/// The gang, of `count`, that is free earliest; the first of equals.
template <class Until>
std::size_t least(std::size_t count, const Until& until) {
  std::size_t first = 0;
  for (std::size_t g = 1; g < count; ++g) first = until(g) < until(first) ? g : first;
  return first;
}

}  // namespace

RoundMaster::RoundMaster(const DispatchPolicy& policy, Source source, Expected expected, Seconds now)
    : source_(std::move(source)), expected_(std::move(expected)), crew_(policy, now), turns_(policy.workers) {}

std::vector<Action> RoundMaster::on(const Event& event, Seconds now) {
  std::visit([&](const auto& e) { handle(e, now); }, event);
  const bool all_here = crew_.present() == turns_.size();
  const bool learned = !std::holds_alternative<event::Finished>(event);  // the source hears of that after this
  if (all_here && learned && !crew_.ending() && running() == 0) begin_round();
  return crew_.take_wanted();
}

std::size_t RoundMaster::running() const {
  std::size_t busy = 0;
  for (std::uint64_t rank = 1; rank <= turns_.size(); ++rank) busy += trains(WorkerId{rank});
  return busy;
}

void RoundMaster::begin_round() {
  if (!gather()) return;
  std::map<std::size_t, std::vector<Training>, std::greater<>> by_gang;
  for (Training& training : round_) by_gang[training.gang].push_back(std::move(training));
  round_.clear();
  std::vector<double> load(turns_.size());
  for (const auto& [gang, trainings] : by_gang) {
    if (gang > turns_.size())
      short_handed_ = true;
    else
      deal(gang, trainings, load);
  }
  if (running() > 0) return send_round();
  crew_.stop_everyone(short_handed_ ? Ending::short_handed : Ending::done);  // or too large gangs would be waited for
}

bool RoundMaster::gather() {
  while (!exhausted_) {
    Supply supply = source_();
    if (supply.training) {
      round_.push_back(*std::move(supply.training));
      continue;
    }
    exhausted_ = supply.later == Supply::Later::never;
    return supply.later != Supply::Later::by_itself;
  }
  return true;
}

void RoundMaster::deal(std::size_t gang, const std::vector<Training>& trainings, std::vector<double>& load) {
  const std::size_t gangs = turns_.size() / gang;
  const auto until = [&](std::size_t g) {
    const auto first = load.begin() + static_cast<std::ptrdiff_t>(g * gang);
    return *std::max_element(first, first + static_cast<std::ptrdiff_t>(gang));
  };
  const auto order = longest_first(trainings);
  std::uint64_t card = 0;
  for (const auto& [seconds, number] : order) {
    std::size_t hand = dealt_to(card++, gangs);
    if (seconds > 0) hand = least(gangs, until);
    const double end = until(hand) + seconds;
    std::vector<WorkerId> members;
    for (std::size_t rank = hand * gang; rank < (hand + 1) * gang; ++rank) {
      load[rank] = end;
      members.push_back(WorkerId{rank + 1});
    }
    assign(trainings[number], members);
  }
}

std::vector<std::pair<double, std::size_t>> RoundMaster::longest_first(const std::vector<Training>& trainings) const {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t number = 0; number < trainings.size(); ++number)
    order.emplace_back(expected_(trainings[number]).value_or(Seconds(0)).count(), number);
  const bool known = std::all_of(order.begin(), order.end(), [](const auto& each) { return each.first > 0; });
  if (known)
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  else
    for (auto& each : order) each.first = 0;
  return order;
}

void RoundMaster::assign(const Training& training, const std::vector<WorkerId>& members) {
  const std::uint64_t gang = members.size() > 1 ? ++last_gang_ : 0;
  const auto ended = std::make_shared<EndedTrials>(training);
  for (const WorkerId member : members) turns(member).push_back({training, members, gang, ended});
  if (gang > 0) crew_.want(action::AssignGang{gang, members, training});  // in the order in which all train
}

/// Sends trainings of single ranks, which come after all gangs; then every rank begins.
void RoundMaster::send_round() {
  for (std::uint64_t rank = 1; rank <= turns_.size(); ++rank) {
    std::vector<Training> alone;
    for (const Turn& turn : turns(WorkerId{rank}))
      if (turn.gang == 0) alone.push_back(turn.training);
    if (!alone.empty()) crew_.want(action::Assign{WorkerId{rank}, std::move(alone)});
  }
  for (std::uint64_t rank = 1; rank <= turns_.size(); ++rank) begin_turn(WorkerId{rank});
}

void RoundMaster::begin_turn(WorkerId id) {
  if (!trains(id)) return;
  const Turn& turn = turns(id).front();
  if (turn.ended->last())
    crew_.want(action::Abandon{id, turn.gang});
  else if (turn.members[0] == id)
    crew_.want(action::Began{id, turn.training, turn.gang > 0 ? turn.members : std::vector<WorkerId>{}});
}

void RoundMaster::end_turn(WorkerId id) {
  turns(id).pop_front();
  begin_turn(id);
}

void RoundMaster::handle(const event::Joined& joined, Seconds now) {
  crew_.join(joined.worker, now);
}

void RoundMaster::handle(const event::Heard& heard, Seconds now) {
  crew_.hear_heartbeat(heard.worker, now);
}

/// Several members of a gang may report a failure: the first report counts.
void RoundMaster::handle(const event::Finished& finished, Seconds now) {
  crew_.hear(finished.worker, now);
  if (!crew_.counts(finished) || turns(finished.worker).empty()) return;
  const Turn turn = turns(finished.worker).front();
  if (turn.training.id != finished.training || !turn.ended->add(finished.milestone)) return;
  crew_.want(action::Record{turn.members[0], turn.training, finished.milestone,
                            turn.gang > 0 ? turn.members : std::vector<WorkerId>{}});
  if (!turn.ended->last()) return;
  if (turn.gang == 0) return end_turn(finished.worker);
  if (!finished.failed) return crew_.complete(turn.gang, turn.members, now);
  for (const WorkerId mate : turn.members)
    if (mate != finished.worker && is_in(mate, turn.gang)) crew_.want(action::Abandon{mate, turn.gang});
}

void RoundMaster::handle(const event::Left& left, Seconds now) {
  crew_.hear(left.worker, now);
  if (!is_in(left.worker, left.gang)) return;
  const Turn& turn = turns(left.worker).front();
  // Told to abandon the gang before it had reported an earlier trial: what is left is in the next round.
  if (turn.members[0] == left.worker && !turn.ended->all())
    round_.push_back(turn.training.rest(turn.ended->in_order()));
  end_turn(left.worker);
}

void RoundMaster::handle(const event::Stopped& stopped, Seconds) {
  crew_.leave(stopped.worker);
}

void RoundMaster::handle(const event::Drain&, Seconds) {
  if (!crew_.ending()) crew_.stop_everyone(Ending::drained);
}

void RoundMaster::handle(const event::Tick&, Seconds now) {
  for (const WorkerId id : crew_.silent(now)) lose(id);
  crew_.abandon_overdue(now, [this](WorkerId id, std::uint64_t gang) { return is_in(id, gang); });
}

void RoundMaster::lose(WorkerId id) {
  std::optional<Training> unfinished;
  if (trains(id)) {
    const Turn& turn = turns(id).front();
    if (!turn.ended->last()) unfinished = turn.training.rest(turn.ended->in_order());
    turn.ended->add_all();
  }
  crew_.lose(id, std::move(unfinished));
  if (!crew_.ending()) crew_.stop_everyone(Ending::rank_lost);
}

}  // namespace stormsweep
