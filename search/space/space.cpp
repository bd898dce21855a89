#include "search/space/space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/strict_json.hpp"
#include "search/space/conditions.hpp"
#include "search/space/exclusions.hpp"
#include "search/space/linked_axes.hpp"
#include "search/space/own_experiment.hpp"

namespace stormsweep {

namespace {

/// A name that is safe as a file's: it becomes <name>.db and <name>.jsonl.
std::string read_name(const Field& field) {
  std::string name = field.text();
  const auto fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  if (!std::all_of(name.begin(), name.end(), fit) || name[0] == '-' || name[0] == '.' || name.size() > 100)
    field.refuse("it becomes a file's: give at most 100 letters, digits, _, - and ., the first no - or .");
  return name;
}

void read_experiment(const Field& field, const std::vector<Experiment>& known, Space& space) {
  if (field.json().is_object()) {
    space.own = std::make_shared<const Experiment>(parse_own_experiment(field.json(), field.place(), known));
    space.experiment = space.own.get();
  } else {
    space.experiment = &find_experiment(field.text(), field.place(), known);
  }
}

/// The best epoch is looked up in a training's curve up to a milestone (master/store/best_epoch.hpp), so it needs
/// milestones.
MetricAt read_metric_at(const Field& field, const Experiment& experiment) {
  if (field.text() != "last" && field.text() != "best") field.refuse("give last or best");
  if (field.text() == "last") return MetricAt::last;
  if (!experiment.milestone) field.refuse(experiment.name + " has no epochs to choose among: give last");
  return MetricAt::best;
}

void read_metric(const Field& root, Space& space) {
  const Metric* metric = &space.experiment->metrics[0];
  std::optional<Field> goal;
  if (root.has("metric")) {
    Field name = root["metric"];
    if (name.json().is_object()) {
      name.expect_keys({"name", "goal", "at"}, {"name"});
      if (name.has("goal")) goal = name["goal"];
      if (name.has("at")) space.metric_at = read_metric_at(name["at"], *space.experiment);
      name = name["name"];
    }
    std::vector<std::string> known;
    for (const Metric& candidate : space.experiment->metrics)
      if (!candidate.name.starts_with("test_")) known.push_back(candidate.name);
    if (name.text().starts_with("test_"))
      name.refuse("a search must not choose on test data: give one of " + join(known));
    metric = space.experiment->find_metric(name.text());
    const Profile* profile = metric ? nullptr : space.experiment->find_profile_of(name.text());
    if (profile) name.refuse("a search does not choose by " + profile->name + ": give one of " + join(known));
    if (!metric) name.refuse(suggestion(name.text(), known));
  }
  space.metric = metric->name;
  space.goal = metric->goal;
  if (!goal) return;
  const auto given = find_goal(goal->text());
  if (!given) goal->refuse("give minimize or maximize");
  space.goal = *given;
}

void read_data(const Field& root, const std::filesystem::path& directory, Space& space) {
  const std::vector<std::string>& names = space.experiment->data;
  if (names.empty() && root.has("data")) root["data"].refuse(space.experiment->name + " reads no data: remove it");
  std::vector<std::string> required;
  std::copy_if(names.begin(), names.end(), std::back_inserter(required),
               [&](const std::string& name) { return !space.experiment->may_lack(name); });
  if (required.empty() && !root.has("data")) return;
  if (!root.has("data")) {
    std::string files;
    for (const std::string& name : required) files += (files.empty() ? "" : ", ") + fmt::format("\"{}\": FILE", name);
    throw InputError(fmt::format("{}: data is missing; add \"data\": {{{}}}", root.place(), files));
  }
  root["data"].expect_keys(names, required);
  for (const auto& [name, path] : root["data"].members())
    space.data[name] = std::filesystem::absolute(directory / path.text()).lexically_normal();
}

/// Notes a range whose steps, or rungs, do not reach its maximum.
void note_missed_maximum(const Field& parameter, Space& space) {
  const Axis& axis = space.axes.back();
  if (!parameter.has("max") || parameter.has("count") || axis.interval) return;
  const Value max = space.experiment->hyperparameters[axis.hyperparameter].read(parameter["max"].json(), "");
  if (axis.values.back() != max)
    space.notes.push_back(parameter.place() + " ends at " + to_string(axis.values.back()) + ": its " +
                          (parameter.has("step") ? "steps" : "rungs") + " miss max, which is " + to_string(max));
}

/// min * eta^k, up to max.
std::vector<Value> rungs(const Interval& interval, std::uint32_t eta) {
  std::vector<Value> rungs;
  for (double rung = interval.min; rung <= interval.max; rung *= eta)
    rungs.emplace_back(static_cast<std::int64_t>(rung));
  return rungs;
}

Axis read_axis(const Field& parameter, std::size_t index, const Space& space) {
  const Hyperparameter& hyperparameter = space.experiment->hyperparameters[index];
  Axis axis{index, {}};
  const auto interval = read_interval(parameter, hyperparameter);
  if (interval && !takes_ranges(space.method))
    parameter.refuse("give either count or step, or a method that draws from ranges: " +
                     join(methods_that_take_ranges()));
  const bool milestone = index == space.experiment->milestone;
  if (interval && milestone && has_rungs(space.method)) {
    axis.values = rungs(*interval, space.method.eta);
  } else if (interval && (milestone || hyperparameter.name == "gpus")) {
    parameter.refuse("no method draws " + hyperparameter.name + ": give a list, or a count or step");
  } else if (interval) {
    axis.interval = interval;
  } else {
    axis.values = read_values(parameter, hyperparameter);
  }
  axis.guess = read_guess(parameter, hyperparameter, axis);
  axis.when = read_when(parameter, *space.experiment);
  return axis;
}

void read_parameters(const Field& field, Space& space) {
  std::vector<std::string> known;
  for (const Hyperparameter& h : space.experiment->hyperparameters) {
    known.push_back(h.name);
    space.defaults.values.push_back(h.fallback);
  }
  for (const auto& [name, parameter] : field.members()) {
    const auto index = space.experiment->find(name);
    if (!index)
      throw InputError(parameter.place() + " is not a hyperparameter of " + space.experiment->name + "; " +
                       suggestion(name, known));
    space.axes.push_back(read_axis(parameter, *index, space));
    note_missed_maximum(parameter, space);
  }
}

void read_links(const Field& root, Space& space) {
  if (root.has("zip")) zip_axes(root["zip"], *space.experiment, space.axes);
  for (const Axis& axis : space.axes)
    refuse_twins(root["parameters"][space.experiment->hyperparameters[axis.hyperparameter].name], axis);
  for (std::string& note : link_conditions(root["parameters"], *space.experiment, space.defaults, space.axes))
    space.notes.push_back(std::move(note));
}

void read_grid(const Field& root, Space& space) {
  std::vector<std::uint32_t> sizes;
  for (const Axis& axis : space.axes) sizes.push_back(axis.size());
  std::vector<Exclusion> exclusions;
  if (root.has("exclude")) exclusions = read_exclusions(root["exclude"], *space.experiment, space.axes);
  for (Exclusion& exclusion : Conditions(space.axes, space.defaults).exclusions())
    exclusions.push_back(std::move(exclusion));
  try {
    space.grid = Grid(std::move(sizes), std::move(exclusions));
  } catch (const InputError& error) {
    throw InputError(root["parameters"].place() + ": " + error.what());
  }
  const auto count = space.grid.count();
  if (count ? *count == 0 : !space.grid.next(0))
    throw InputError(root["exclude"].place() + " leaves out every configuration; remove some of it");
}

void read_limits(const Field& field, Limits& limits) {
  field.expect_keys({"trials", "hours", "rank_hours", "failures", "trial_hours", "target"});
  if (field.has("trials")) limits.trials = field["trials"].integer(1);
  if (field.has("hours")) limits.hours = field["hours"].positive();
  if (field.has("rank_hours")) limits.rank_hours = field["rank_hours"].positive();
  if (field.has("failures")) limits.failures = field["failures"].integer(1);
  if (field.has("trial_hours")) limits.trial_hours = field["trial_hours"].positive();
  if (field.has("target")) limits.target = field["target"].real();
}

void read_cost(const Field& field, const std::filesystem::path& directory, Space& space) {
  const std::string seconds = space.experiment->milestone ? "epoch_seconds" : "trial_seconds";
  field.expect_keys({seconds, "like"});
  if (field.json().size() != 1) field.refuse("give one of " + seconds + " and like");
  if (field.has("like"))
    space.cost.like = std::filesystem::absolute(directory / field["like"].text()).lexically_normal();
  else
    (space.experiment->milestone ? space.cost.epoch_seconds : space.cost.trial_seconds) = field[seconds].positive();
}

/// Refuses a halving with too many members or brackets, unless the space has fewer configurations than that.
void check_brackets(const Field& root, const Space& space, std::size_t axis) {
  const std::size_t rungs = space.axes[axis].values.size();
  const std::uint64_t size = space.method.size.value_or(bounded_power(space.method.eta, rungs - 1));
  const std::uint64_t brackets = space.method.brackets.value_or(1);
  if (size <= most_members && brackets <= most_brackets) return;
  const auto configurations = space.continuous_axes() > 0 ? std::nullopt : space.grid.without(axis).count();
  if (brackets > most_brackets && configurations.value_or(brackets) > most_brackets)
    root["method"]["brackets"].refuse("give at most " + std::to_string(most_brackets));
  if (size <= most_members || configurations.value_or(size) <= most_members) return;
  if (space.method.size)
    root["method"]["size"].refuse("a bracket has at most " + std::to_string(most_members) +
                                  " configurations: give fewer");
  const std::string& name = space.experiment->hyperparameters[*space.experiment->milestone].name;
  const bool halving = space.method.name == "halving";
  throw InputError(root["parameters"][name].place() + " has " + std::to_string(rungs) + " rungs, so " +
                   (halving ? "method.size" : "the size of the first bracket") + " is " + std::to_string(size) +
                   "; give " + (halving ? "method.size or " : "") + "fewer rungs");
}

void check_rungs(const Field& root, const Space& space) {
  const auto& milestone = space.experiment->milestone;
  const std::string place = root["method"].place() + ": " + space.method.name;
  if (!milestone)
    throw InputError(place + " trains in steps, which " + space.experiment->name + " has none of; give another method");
  const std::string& name = space.experiment->hyperparameters[*milestone].name;
  const auto axis = find_axis(space.axes, *milestone);
  if (!axis || space.axes[*axis].values.size() < 2)
    throw InputError(place + " needs at least two rungs; give parameters." + name +
                     R"(, as {"min": 1, "max": 81} or a list)");
  if (!space.share_epochs) root["share_epochs"].refuse(space.method.name + " continues trainings: remove it");
  for (const Exclusion& exclusion : space.grid.exclusions())
    if (exclusion.on(*axis))
      root["exclude"].refuse("by " + space.method.name + " every configuration goes through the same " + name +
                             ": leave " + name + " out of it");
  if (space.limits.trials && space.method.brackets)
    root["limits"]["trials"].refuse("method.brackets says how far " + space.method.name + " goes: give one of them");
  check_brackets(root, space, *axis);
}

void check_method(const Field& root, Space& space) {
  if (has_rungs(space.method)) return check_rungs(root, space);
  if (space.continuous_axes() > 0 && !space.method.trials && !space.limits.trials && !space.limits.hours &&
      !space.limits.rank_hours)
    throw InputError(root["method"].place() + ": " + space.method.name +
                     R"( never ends where an axis is a range; give {"name": ")" + space.method.name +
                     R"(", "trials": 100}, or limits)");
  if (is_adaptive(space.method) || takes_ranges(space.method)) return;
  for (const Axis& axis : space.axes)
    if (axis.guess)
      space.notes.push_back("parameters." + space.experiment->hyperparameters[axis.hyperparameter].name +
                            ".guess changes nothing: a grid is tried in its own order");
}

bool is_lasting(const std::filesystem::path& path) {
  const std::string& name = path.native();
  return !name.starts_with("/dev/") && !name.starts_with("/proc/") && !std::filesystem::is_fifo(path);
}

/// Warns of guesses that exclusions leave out, for methods that would try them.
std::string doubt_guesses(const Space& space) {
  const auto& milestone = space.experiment->milestone;
  const auto left_out = milestone ? find_axis(space.axes, *milestone) : std::nullopt;
  std::vector<Exclusion> exclusions = beside_guesses(space.axes, {space.axes, space.defaults}, left_out);
  if (!takes_ranges(space.method) || exclusions.empty()) return "";
  std::vector<std::string> guesses;
  for (const Exclusion& beside : exclusions)
    guesses.push_back("parameters." +
                      space.experiment->hyperparameters[space.axes[beside.terms[0].axis].hyperparameter].name +
                      ".guess");
  exclusions.insert(exclusions.end(), space.grid.exclusions().begin(), space.grid.exclusions().end());
  if (Grid({space.grid.sizes().begin(), space.grid.sizes().end()}, std::move(exclusions)).next(0)) return "";
  const bool one = guesses.size() == 1;
  return join(guesses) + (one ? " is" : " are") + " not tried first: exclude leaves out every configuration with " +
         (one ? "it" : "them");
}

/// 2^k Sobol points are balanced; errors are far greater for numbers in between (Owen 2020, "On dropping the first
/// Sobol' point"). Where a limit ends a search, the number of its points is not known.
std::string doubt_balance(const Space& space) {
  const Limits& limits = space.limits;
  const auto trials = space.method.trials;
  if (space.method.name != "sobol" || !trials || std::has_single_bit(*trials)) return "";
  if (limits.trials || limits.hours || limits.rank_hours) return "";
  return "method.trials is " + std::to_string(*trials) +
         ": Sobol points fill a space evenly by powers of two; the next is " + std::to_string(std::bit_ceil(*trials));
}

/// A method that decides by results takes the noise between replicates for what they are worth.
std::string doubt_replicates(const Space& space) {
  if (!is_adaptive(space.method) || values(space, "replicate").size() < 2) return "";
  return "parameters.replicate is searched by " + space.method.name +
         ", which would choose the luckiest seed: leave it out, and replicate the best configurations afterwards";
}

}  // namespace

std::string_view to_string(MetricAt at) {
  return at == MetricAt::best ? "best" : "last";
}

Configuration Space::configuration(std::span<const std::uint32_t> digits, std::span<const double> places) const {
  Configuration result = defaults;
  std::size_t continuous = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Axis& axis = axes[i];
    Value& value = result.values[axis.hyperparameter];
    if (axis.interval) {
      const double place = places.empty() ? 0.5 : places[continuous++];
      if (digits[i] < axis.listed()) value = axis.interval->at(place);
      continue;
    }
    value = axis.values[digits[i]];
    for (const Zipped& other : axis.zipped) result.values[other.hyperparameter] = other.values[digits[i]];
  }
  return result;
}

std::size_t Space::continuous_axes() const {
  return static_cast<std::size_t>(
      std::count_if(axes.begin(), axes.end(), [](const Axis& axis) { return axis.interval.has_value(); }));
}

Space parse_space(std::string_view text, const std::string& file, const std::filesystem::path& directory,
                  const std::vector<Experiment>& known) {
  const auto json = parse_json(text, file);
  const Field root(json, file);
  root.expect_keys({"name", "description", "experiment", "method", "metric", "seed", "data", "parameters", "zip",
                    "exclude", "limits", "cost", "share_epochs"},
                   {"name", "experiment", "parameters"});
  Space space;
  space.text = text;
  space.name = read_name(root["name"]);
  if (root.has("description")) space.description = root["description"].text();
  read_experiment(root["experiment"], known, space);
  if (root.has("method")) space.method = read_method(root["method"]);
  read_metric(root, space);
  if (root.has("seed")) space.seed = static_cast<std::uint64_t>(root["seed"].integer(0));
  read_data(root, directory, space);
  read_parameters(root["parameters"], space);
  read_links(root, space);
  read_grid(root, space);
  if (root.has("limits")) read_limits(root["limits"], space.limits);
  if (root.has("cost")) read_cost(root["cost"], directory, space);
  if (root.has("share_epochs")) space.share_epochs = root["share_epochs"].flag();
  check_method(root, space);
  return space;
}

std::vector<std::string> doubts(const Space& space) {
  std::vector<std::string> doubts = space.notes;
  for (const std::string& doubt : {doubt_guesses(space), doubt_balance(space), doubt_replicates(space)})
    if (!doubt.empty()) doubts.push_back(doubt);
  for (auto one = space.data.begin(); one != space.data.end(); ++one)
    for (auto other = std::next(one); other != space.data.end(); ++other) {
      std::error_code missing;
      if (one->second == other->second || std::filesystem::equivalent(one->second, other->second, missing))
        doubts.push_back("data." + one->first + " and data." + other->first + " are the same file, " +
                         one->second.string());
    }
  return doubts;
}

std::vector<Value> values(const Space& space, std::string_view hyperparameter) {
  const auto number = space.experiment->find(hyperparameter);
  if (!number) return {};
  const auto place = find_axis(space.axes, *number);
  if (!place) return {space.defaults.values[*number]};
  const Axis& axis = space.axes[*place];
  if (!axis.interval) return *axis.values_of(*number);
  std::vector<Value> values{axis.interval->at(0), axis.interval->at(1)};
  if (axis.own_default) values.push_back(space.defaults.values[*number]);
  return values;
}

bool takes(const Space& space, std::string_view hyperparameter, std::string_view choice) {
  return std::ranges::count(values(space, hyperparameter), Value(std::string(choice))) > 0;
}

Space read_space(const std::filesystem::path& path) {
  const std::string text = read_file(path, "give the file of a search space");
  const std::filesystem::path directory = is_lasting(path) ? path.parent_path() : ".";
  return parse_space(with_own_experiment(text, path.string(), directory), path.string(), directory);
}

Space read_lasting_space(const std::filesystem::path& path) {
  if (!is_lasting(path))
    throw InputError(path.string() +
                     ": can be read once only, and every rank reads the space; save it, and give the file");
  return read_space(path);
}

}  // namespace stormsweep
