#include "search/methods/halving.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "search/base/error.hpp"
#include "search/methods/bracket.hpp"
#include "search/methods/sequence.hpp"

namespace stormsweep {

namespace {

/// The space without its milestone axis: configurations as such.
Space without_milestones(const Space& space) {
  Space part = space;
  const std::size_t axis = find_axis(space.axes, *space.experiment->milestone).value();
  part.axes.erase(part.axes.begin() + static_cast<std::ptrdiff_t>(axis));
  part.grid = space.grid.without(axis);
  return part;
}

std::uint64_t trials_of(const BracketShape& bracket) {
  return std::accumulate(bracket.members.begin(), bracket.members.end(), std::uint64_t{0});
}

/// All brackets that the space has configurations for, one after the other.
class Shapes {
 public:
  explicit Shapes(const Space& space)
      : space_(space), rungs_(rungs(space).size()), sequence_(configurations(space)), left_(sequence_->trials()) {}

  std::optional<BracketShape> next() {
    const auto [first, wanted] = plan_of(space_, number_);
    const std::uint64_t size = take(wanted);
    if (size == 0) return std::nullopt;
    return BracketShape{number_++, first, survivors(size, rungs_ - first, space_.method.eta)};
  }

 private:
  /// How many of `wanted` more configurations there are. Ranges of integers may have few, so they are drawn to find
  /// out; after `many` of them there are taken to be enough.
  std::uint64_t take(std::uint64_t wanted) {
    constexpr std::uint64_t many = 10'000;
    std::uint64_t size = left_ ? std::min(wanted, *left_) : wanted;
    if (left_) *left_ -= size;
    if (left_ || wanted > many - std::min(many, drawn_)) return size;
    drawn_ += wanted;
    for (size = 0; size < wanted; ++size) {
      const auto training = sequence_->next({next_});
      if (!training) break;
      next_ = training->id.value + 1;
    }
    return size;
  }

  const Space& space_;
  const std::size_t rungs_;
  const std::unique_ptr<Sequence> sequence_;
  std::optional<std::uint64_t> left_;  ///< configurations, where they can be counted
  std::uint64_t drawn_ = 0, next_ = 0, number_ = 0;
};

std::uint64_t brackets_within(const Space& space, std::uint64_t most_trials) {
  Shapes shapes(space);
  std::uint64_t count = 0, trials = 0;
  for (auto shape = shapes.next(); shape && (trials += trials_of(*shape)) <= most_trials && count <= most_brackets;
       shape = shapes.next())
    ++count;
  if (count == 0)
    throw InputError(fmt::format("search '{}': limits.trials is {}, and a bracket has {}; raise it (stormsweep plan)",
                                 space.name, most_trials, trials));
  if (count > most_brackets)
    throw InputError(
        fmt::format("search '{}': limits.trials is {}, room for more than {} brackets; lower it, or give "
                    "a larger method.size",
                    space.name, most_trials, most_brackets));
  return count;
}

/// Those of a share, one after the other.
template <class Function>
void each_shape(const Space& space, const Share& share, Function function) {
  Shapes all(space);
  const std::uint64_t count = brackets(space);
  for (auto shape = all.next(); shape && shape->number < count; shape = all.next())
    if (shape->number % share.count == share.index) function(*std::move(shape));
}

class Halving : public Method {
 public:
  Halving(const Space& space, const Share& share)
      : space_(without_milestones(space)),
        plan_(space),
        rungs_(rungs(space)),
        sequence_(make_sequence(space_, space.method.from)),
        share_(share),
        brackets_(brackets(plan_)) {}

  std::optional<Training> next() override {
    if (ready_.empty() && !open_next()) return std::nullopt;
    return begin(*ready_.begin());
  }

  bool exhausted() const override { return next_bracket_ == brackets_ && open_.empty(); }

  void learn(const Training& training, std::size_t, const Ended& ended) override {
    const auto found = open_.find(training.rung->bracket);
    Open& open = found->second;
    const double sign = space_.goal == Goal::minimize ? 1 : -1;
    const auto loss = ended.value ? std::optional(sign * *ended.value) : std::nullopt;
    const auto decided = open.bracket.end(training.id, training.rung->number - open.first, loss);
    for (const auto& [id, rung] : decided.go_on) open.ready[open.first + rung + 1].push_back(id);
    if (!decided.go_on.empty()) ready_.insert(found->first);
    for (const auto& [id, rung] : decided.out) dropped_.push_back(at(id, found->first, open.first + rung));
    if (open.bracket.over()) open_.erase(found);
  }

  std::vector<Training> take_dropped() override { return std::exchange(dropped_, {}); }

  std::optional<std::uint64_t> trials() override {
    std::uint64_t trials = 0;
    each_shape(plan_, share_, [&](const BracketShape& bracket) { trials += trials_of(bracket); });
    return trials;
  }

 private:
  struct Open {
    Bracket bracket;
    std::size_t first;
    std::map<std::size_t, std::deque<TrainingId>> ready = {};  ///< by rung; none of them is empty
  };

  /// The next bracket of ours; false where there is none.
  bool open_next() {
    while (next_bracket_ < brackets_) {
      const std::uint64_t number = next_bracket_++;
      const auto [first, size] = plan_of(plan_, number);
      std::deque<TrainingId> members = take(size);
      if (members.empty()) break;
      if (number % share_.count != share_.index) continue;
      Open open{Bracket(survivors(members.size(), rungs_.size() - first, plan_.method.eta)), first};
      open.ready[first] = std::move(members);
      open_.emplace(number, std::move(open));
      ready_.insert(number);
      return true;
    }
    next_bracket_ = brackets_;
    return false;
  }

  std::deque<TrainingId> take(std::uint64_t size) {
    std::deque<TrainingId> ids;
    while (ids.size() < size) {
      const auto training = sequence_->next({next_number_});
      if (!training) break;
      next_number_ = training->id.value + 1;
      ids.push_back(training->id);
    }
    return ids;
  }

  Training begin(std::uint64_t number) {
    auto& ready = open_.at(number).ready;
    const auto highest = std::prev(ready.end());
    const Training training = at(highest->second.front(), number, highest->first);
    highest->second.pop_front();
    if (highest->second.empty()) ready.erase(highest);
    if (ready.empty()) ready_.erase(number);
    return training;
  }

  Training at(TrainingId id, std::uint64_t bracket, std::size_t rung) {
    Training training = sequence_->at(id).value();
    training.milestones = {rungs_[rung]};
    training.configuration.values[*space_.experiment->milestone] = rungs_[rung];
    const bool goes_on = rung + 1 < rungs_.size() && any_length_alike(training.configuration, *space_.experiment);
    training.rung = {static_cast<std::uint32_t>(bracket), static_cast<std::uint32_t>(rung), goes_on};
    return training;
  }

  const Space space_, plan_;  ///< without milestones, and as it is
  const std::vector<std::int64_t> rungs_;
  const std::unique_ptr<Sequence> sequence_;
  const Share share_;
  const std::uint64_t brackets_;
  std::uint64_t next_number_ = 0, next_bracket_ = 0;
  std::map<std::uint64_t, Open> open_;
  std::set<std::uint64_t> ready_;  ///< brackets with something that may begin
  std::vector<Training> dropped_;
};

}  // namespace

std::vector<std::int64_t> rungs(const Space& space) {
  std::vector<std::int64_t> rungs;
  for (const Value& value : values(space, space.experiment->hyperparameters[*space.experiment->milestone].name))
    rungs.push_back(std::get<std::int64_t>(value));
  std::sort(rungs.begin(), rungs.end());
  return rungs;
}

BracketPlan plan_of(const Space& space, std::uint64_t bracket) {
  const std::size_t count = rungs(space).size();
  const std::uint32_t eta = space.method.eta;
  if (space.method.name == "halving") return {0, space.method.size.value_or(bounded_power(eta, count - 1))};
  const std::size_t first = bracket % count, halvings = count - 1 - first;
  const std::uint64_t all = count * bounded_power(eta, halvings);
  return {first, (all + halvings) / (halvings + 1)};
}

std::uint64_t brackets(const Space& space) {
  if (space.method.brackets) return *space.method.brackets;
  if (space.limits.trials) return brackets_within(space, *space.limits.trials);
  return space.method.name == "halving" ? 1 : rungs(space).size();
}

std::vector<BracketShape> bracket_shapes(const Space& space, const Share& share) {
  std::vector<BracketShape> shapes;
  each_shape(space, share, [&](BracketShape shape) { shapes.push_back(std::move(shape)); });
  return shapes;
}

std::unique_ptr<Sequence> configurations(const Space& space) {
  return make_sequence(without_milestones(space), space.method.from);
}

std::unique_ptr<Method> make_halving(const Space& space, const Share& share) {
  return std::make_unique<Halving>(space, share);
}

}  // namespace stormsweep
