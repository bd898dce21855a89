#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "search/space/command.hpp"
#include "search/space/scripted_network.hpp"
#include "search/space/value.hpp"

namespace stormsweep {

enum class Goal { minimize, maximize };
enum class Type { integer, real, choice, flag };
std::string_view to_string(Goal goal);
/// The goal of that name, or nothing.
std::optional<Goal> find_goal(std::string_view name);
/// Whether `a` is nearer to the goal than `b`.
bool better(Goal goal, double a, double b);
std::string_view to_string(Type type);

/// One hyperparameter as experiments/<name>/experiment.json declares it.
struct Hyperparameter {
  std::string name;
  Type type = Type::integer;
  Value fallback;                    ///< the value where a search space says nothing ("default" in the file)
  double min = 0, max = 0;           ///< integer and real: the accepted range, both ends included
  std::vector<std::string> choices;  ///< choice: the accepted words
  std::string meaning;               ///< one line
  /// choice: the words that make a training depend on its length from its first step on; usually none.
  std::vector<std::string> of_length = {};
  bool takes_memory = false;  ///< integer and real: more of it takes more memory in training

  /// `json` as a value of this hyperparameter: right type, in range. An integer is accepted for a real (1 becomes 1.0),
  /// and 128.0 for an integer; reals are rounded to 12 digits. Throws InputError that begins with `place` ("space.json:
  /// parameters.epochs.values[2]").
  Value read(const nlohmann::json& json, const std::string& place) const;
  /// The accepted values, as people read them: "1 to 10000", "none, preaugmented, live", "true, false".
  std::string range() const;
};

/// One metric that trials of an experiment report.
struct Metric {
  std::string name;
  Goal goal = Goal::maximize;
  std::string meaning;
  std::string unit = {};  ///< K; empty: none, or that of the data
};

/// Metrics that lie along a coordinate, such as the lead time of a forecast. A trial reports each at each of its
/// values, as the metric profile_metric(name, value); the store shows them in a view that is named like the profile.
struct Profile {
  std::string name;             ///< of the coordinate: lead_time
  std::string unit;             ///< of its values: min; empty: none
  std::vector<Value> at;        ///< numbers, or words
  std::vector<Metric> metrics;  ///< may have the names of metrics of whole trials: test_mse beside test_mse[10]

  /// "10, 20, 30 min".
  std::string values() const;
};

/// The metric `name` of a profile at one value: "test_mse[10]".
std::string profile_metric(std::string_view name, const Value& at);

/// What `init` proposes to begin with: one of an experiment's spaces, and the options of `generate` for its data.
struct FirstSearch {
  std::string space, generate;
};

/// What an experiment is, as data: read by the master to validate and describe, by the worker to build.
struct Experiment {
  std::string name, summary;
  std::optional<FirstSearch> first;  ///< of those that ship and have spaces
  std::vector<Hyperparameter> hyperparameters;
  std::vector<Metric> metrics;    ///< the first one is a search's default metric
  std::vector<Profile> profiles;  ///< a search cannot choose by any of their metrics
  std::vector<std::string> data;  ///< names of the files a search names under "data": train, validation, test; or none
  std::vector<std::string> optional_data;  ///< those of `data` that a search may leave out
  std::optional<std::size_t>
      milestone;  ///< the hyperparameter whose values are milestones of one training (epochs), if any
  // An experiment of the user's own has one of these: the command that trains, or the network that is trained.
  std::optional<TrainingCommand> command;
  std::optional<ScriptedNetwork> network;

  /// Index of a hyperparameter, or nothing.
  std::optional<std::size_t> find(std::string_view hyperparameter) const;
  const Metric* find_metric(std::string_view metric) const;
  /// The profile of a metric, named alone or at a value: validation_mse or validation_mse[60]. Null if there is none.
  const Profile* find_profile_of(std::string_view metric) const;
  /// Whether it is a profile's at one value: validation_mse[60].
  bool is_profile_point(std::string_view metric) const { return metric.ends_with(']') && find_profile_of(metric); }
  bool may_lack(std::string_view file) const;  ///< whether it is among optional_data
  /// The hyperparameter that has `of_length`, if any; there is one at most.
  std::optional<std::size_t> length_dependence() const;
};

/// Reads one experiment.json. Throws InputError with `place` (a file name) in front.
///
/// "include": "training" declares the hyperparameters of search/space/training.json, which every experiment with a task
/// has. An element of "hyperparameters" that has the name of one of them needs only the keys that differ, {"name":
/// "epochs", "default": 100}, and decides its place; those that are not named come last. Included or not, a
/// hyperparameter of such a name must have the type that training reads, and no smaller minimum. One with a "network"
/// declares less: scripted_network.hpp.
Experiment parse_experiment(std::string_view text, const std::string& place);

/// All experiments that ship with the program, in alphabetical order; parsed once.
const std::vector<Experiment>& experiments();

/// The experiment of that name among `known`. Throws InputError, naming the nearest one; `place` is who asks.
const Experiment& find_experiment(std::string_view name, std::string_view place,
                                  const std::vector<Experiment>& known = experiments());

}  // namespace stormsweep
