#include "search/space/trainings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::size_t most_covers = 1000;
constexpr std::size_t most_steps = 2'000'000;  // a step looks at one part or cover
constexpr std::size_t most_costed_milestones = 1000;

/// The exclusions of a space, each in two parts: on the milestone axis and on the others (numbered without it).
struct Part {
  std::vector<std::uint32_t> milestones;  ///< digits; meaningless if `all`
  bool all = true;
  Exclusion others;

  bool has(std::uint32_t milestone) const {
    return all || std::binary_search(milestones.begin(), milestones.end(), milestone);
  }
};

std::vector<Part> split(std::span<const Exclusion> exclusions, std::size_t milestone_axis) {
  std::vector<Part> parts;
  for (const Exclusion& exclusion : exclusions) {
    Part& part = parts.emplace_back();
    for (Exclusion::Term term : exclusion.terms) {
      if (term.axis == milestone_axis) {
        part.all = false;
        part.milestones = std::move(term.digits);
      } else {
        term.axis -= term.axis > milestone_axis ? 1 : 0;
        part.others.terms.push_back(std::move(term));
      }
    }
  }
  return parts;
}

/// Those that the fewest parts have first. They leave the fewest ways to take them all, and one that no part has leaves
/// none.
std::vector<std::uint32_t> rarest_first(std::span<const std::uint32_t> milestones, std::span<const Part> parts) {
  std::map<std::uint32_t, std::size_t> having;
  for (const Part& part : parts)
    for (const std::uint32_t milestone : part.milestones) ++having[milestone];
  std::vector<std::uint32_t> sorted(milestones.begin(), milestones.end());
  std::ranges::stable_sort(sorted, {}, [&](std::uint32_t milestone) { return having[milestone]; });
  return sorted;
}

/// Whether `whole` covers every point that `part` covers.
bool is_within(const Exclusion& part, const Exclusion& whole) {
  return std::ranges::all_of(whole.terms, [&](const Exclusion::Term& term) {
    const Exclusion::Term* const other = part.on(term.axis);
    return other && std::ranges::includes(term.digits, other->digits);
  });
}

/// The ways in which exclusions together take all of some milestones.
class Covers {
 public:
  explicit Covers(std::span<const Part> parts) : parts_(parts) {}

  /// Adds those that take all of `milestones`, beyond `so_far`. False if there are too many, or it takes too long.
  bool add(const Exclusion& so_far, const std::vector<std::uint32_t>& milestones, bool first = true) {
    steps_ += found_.size();
    if (std::ranges::any_of(found_, [&](const Exclusion& cover) { return is_within(so_far, cover); })) return true;
    if (milestones.empty()) {
      found_.push_back(so_far);
      return found_.size() <= most_covers;
    }
    for (const Part& part : parts_) {
      if (++steps_ > most_steps) return false;
      if (!part.has(milestones.front()) || (part.all && !first)) continue;  // with `all` it is a cover by itself
      const auto common = intersection(so_far, part.others);
      if (!common) continue;
      std::vector<std::uint32_t> left;
      std::ranges::copy_if(milestones, std::back_inserter(left), [&](std::uint32_t m) { return !part.has(m); });
      if (!add(*common, left, false)) return false;
    }
    return true;
  }

  std::vector<Exclusion> take() { return std::move(found_); }

 private:
  std::span<const Part> parts_;
  std::vector<Exclusion> found_;
  std::size_t steps_ = 0;
};

}  // namespace

Configuration Training::trial(std::size_t k, const Experiment& experiment) const {
  Configuration result = configuration;
  if (!milestones.empty()) result.values[*experiment.milestone] = milestones.at(k);
  return result;
}

Training Training::rest(std::size_t done) const {
  Training left = *this;
  if (!milestones.empty())
    left.milestones.erase(left.milestones.begin(), left.milestones.begin() + static_cast<std::ptrdiff_t>(done));
  return left;
}

Trainings::Trainings(const Space& space) : space_(space), grid_(space.grid), conditions_(space.axes, space.defaults) {
  if (!space.share_epochs || !space.experiment->milestone) return;
  const auto axis = find_axis(space.axes, *space.experiment->milestone);
  if (!axis) return;
  mixture_ = mixture();
  if (mixture_ ? mixture_->shared.empty() : !any_length_alike(space.configuration(0), *space.experiment)) {
    mixture_.reset();
    return;
  }
  milestone_axis_ = axis;
  const std::vector<Value>& values = space.axes[*axis].values;
  ascending_.resize(values.size());
  std::iota(ascending_.begin(), ascending_.end(), 0);
  std::sort(ascending_.begin(), ascending_.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  const auto grid = sharing_grid(ascending_);
  exact_ = grid.has_value();
  grid_ = grid ? *grid : Grid(space.grid.sizes_without(*milestone_axis_));
  if (mixture_) grid_ = mixed_grid(grid_);
}

std::optional<Trainings::Mixture> Trainings::mixture() const {
  const auto h = space_.experiment->length_dependence();
  if (!h) return std::nullopt;
  const std::vector<std::string>& of_length = space_.experiment->hyperparameters[*h].of_length;
  const auto axis = find_axis(space_.axes, *h);
  if (!axis) return std::nullopt;
  const std::vector<Value>& values = *space_.axes[*axis].values_of(*h);
  Mixture result{*axis, {}, {}};
  for (std::uint32_t digit = 0; digit < values.size(); ++digit) {
    const bool alone =
        std::find(of_length.begin(), of_length.end(), std::get<std::string>(values[digit])) != of_length.end();
    (alone ? result.alone : result.shared).push_back(digit);
  }
  // With none alone, all trainings share.
  return result.alone.empty() ? std::nullopt : std::optional(std::move(result));
}

std::int64_t Trainings::milestone(std::uint32_t digit) const {
  return std::get<std::int64_t>(space_.axes[*milestone_axis_].values[digit]);
}

std::optional<Grid> Trainings::sharing_grid(std::span<const std::uint32_t> milestones) const {
  const auto parts = split(space_.grid.exclusions(), *milestone_axis_);
  Covers ways(parts);
  if (!ways.add({}, rarest_first(milestones, parts))) return std::nullopt;
  std::vector<Exclusion> covers = ways.take();
  if (mixture_) covers.push_back({{{mixture_->axis - (mixture_->axis > *milestone_axis_ ? 1 : 0), mixture_->alone}}});
  return Grid(space_.grid.sizes_without(*milestone_axis_), std::move(covers));
}

Grid Trainings::mixed_grid(const Grid& sharing) const {
  const Exclusion shared{{{mixture_->axis, mixture_->shared}}}, alone{{{mixture_->axis, mixture_->alone}}};
  std::vector<Exclusion> exclusions;
  for (const Exclusion& exclusion : space_.grid.exclusions())
    if (auto part = intersection(exclusion, alone)) exclusions.push_back(*std::move(part));
  for (Exclusion exclusion : sharing.exclusions()) {
    for (Exclusion::Term& term : exclusion.terms) term.axis += term.axis >= *milestone_axis_ ? 1 : 0;
    if (auto part = intersection(exclusion, shared)) exclusions.push_back(*std::move(part));
  }
  if (last_milestone() > 0) {
    Exclusion& others = exclusions.emplace_back(shared);
    others.terms.push_back({*milestone_axis_, {}});
    for (std::uint32_t digit = 0; digit < last_milestone(); ++digit) others.terms.back().digits.push_back(digit);
  }
  return Grid({space_.grid.sizes().begin(), space_.grid.sizes().end()}, std::move(exclusions));
}

std::optional<std::uint64_t> Trainings::count_alone(std::uint32_t milestone) const {
  if (!mixture_) return 0;
  std::vector<Exclusion> exclusions(space_.grid.exclusions().begin(), space_.grid.exclusions().end());
  exclusions.push_back({{{mixture_->axis, mixture_->shared}}});
  Exclusion::Term others{*milestone_axis_, {}};
  for (std::uint32_t digit = 0; digit <= last_milestone(); ++digit)
    if (digit != milestone) others.digits.push_back(digit);
  if (!others.digits.empty()) exclusions.push_back({{std::move(others)}});
  return Grid({space_.grid.sizes().begin(), space_.grid.sizes().end()}, std::move(exclusions)).count();
}

std::optional<std::uint64_t> Trainings::count() const {
  return exact_ ? grid_.count() : std::nullopt;
}

std::optional<std::size_t> Trainings::in_grid(std::size_t axis) const {
  if (axis == left_out()) return std::nullopt;
  return axis - (left_out() && axis > *left_out() ? 1 : 0);
}

std::vector<std::uint32_t> Trainings::listed() const {
  std::vector<std::uint32_t> sizes;
  for (std::size_t i = 0; i < space_.axes.size(); ++i)
    if (in_grid(i)) sizes.push_back(space_.axes[i].listed());
  return sizes;
}

Grid Trainings::guessed() const {
  std::vector<Exclusion> exclusions(grid_.exclusions().begin(), grid_.exclusions().end());
  for (Exclusion& beside : beside_guesses(space_.axes, conditions_, left_out())) {
    for (Exclusion::Term& term : beside.terms) term.axis = *in_grid(term.axis);
    exclusions.push_back(std::move(beside));
  }
  return Grid({grid_.sizes().begin(), grid_.sizes().end()}, std::move(exclusions));
}

Digits Trainings::settled(Digits digits) const {
  if (conditions_.empty()) return digits;
  const auto place = static_cast<std::ptrdiff_t>(left_out().value_or(0));
  if (left_out()) digits.insert(digits.begin() + place, 0);  // any digit: no condition looks at that axis
  conditions_.settle(digits);
  if (left_out()) digits.erase(digits.begin() + place);
  return digits;
}

std::optional<Training> Trainings::at(TrainingId id, Digits digits, std::span<const double> places) const {
  Training training{id, {}, {}};
  const bool alone =
      mixture_ && std::binary_search(mixture_->alone.begin(), mixture_->alone.end(), digits[mixture_->axis]);
  const bool shares = milestone_axis_ && !alone;
  if (shares) {
    if (mixture_ && digits[*milestone_axis_] != last_milestone()) return std::nullopt;
    if (!mixture_) digits.insert(digits.begin() + static_cast<std::ptrdiff_t>(*milestone_axis_), 0);
    std::uint32_t& digit = digits[*milestone_axis_];
    std::uint32_t longest = 0;
    for (const std::uint32_t candidate : ascending_) {
      digit = candidate;
      if (space_.grid.excluded(digits)) continue;
      training.milestones.push_back(milestone(candidate));
      longest = candidate;
    }
    if (training.milestones.empty()) return std::nullopt;
    digit = longest;
  } else if (space_.grid.excluded(digits)) {
    return std::nullopt;
  }
  training.configuration = space_.configuration(digits, places);
  if (const auto milestone = space_.experiment->milestone; milestone && !shares)
    training.milestones = {std::get<std::int64_t>(training.configuration.values[*milestone])};
  if (const auto gpus = space_.experiment->find("gpus"))
    training.gang = static_cast<std::uint32_t>(std::get<std::int64_t>(training.configuration.values[*gpus]));
  return training;
}

std::optional<Training> Trainings::next(TrainingId from) const {
  for (auto id = grid_.next(from.value); id; id = grid_.next(*id + 1))
    if (auto training = at({*id})) return training;
  return std::nullopt;
}

std::optional<Trainings::Cost> Trainings::cost() const {
  if (!milestone_axis_ || !exact_ || ascending_.size() > most_costed_milestones) return std::nullopt;
  // A training's last milestone is m if it has one of those from m on, and none of those after m.
  const auto count_with = [&](std::span<const std::uint32_t> milestones) -> std::optional<std::uint64_t> {
    const auto grid = sharing_grid(milestones);
    return grid ? grid->count() : std::nullopt;
  };
  Cost cost{0, 0};
  double longer = 0;  // trainings that go on after the milestone at hand
  for (std::size_t i = ascending_.size(); i-- > 0;) {
    const auto reaching = count_with(std::span(ascending_).subspan(i));
    const auto having = count_with(std::span(ascending_).subspan(i, 1));
    const auto alone = count_alone(ascending_[i]);
    if (!reaching || !having || !alone) return std::nullopt;
    const auto epochs = static_cast<double>(milestone(ascending_[i]));
    cost.together += epochs * (static_cast<double>(*reaching) - longer);
    cost.apart += epochs * static_cast<double>(*having);
    cost.together += epochs * static_cast<double>(*alone);
    cost.apart += epochs * static_cast<double>(*alone);
    longer = static_cast<double>(*reaching);
  }
  return cost;
}

}  // namespace stormsweep
