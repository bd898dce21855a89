#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "search/base/id.hpp"
#include "search/space/experiment.hpp"
#include "search/space/value.hpp"

namespace stormsweep {

/// One value for every hyperparameter of an experiment, in the order of Experiment::hyperparameters.
struct Configuration {
  std::vector<Value> values;

  bool operator==(const Configuration&) const = default;
};

/// {"epochs": 5, ...} with every hyperparameter, in declared order.
nlohmann::ordered_json to_json(const Configuration& configuration, const Experiment& experiment);

/// The inverse; nothing where `text` is not a configuration of this `experiment`, or of another version of it.
std::optional<Configuration> parse_configuration(const std::string& text, const Experiment& experiment);

/// The same of an earlier version of the experiment, which only lacked some hyperparameters: these have their defaults.
/// Nothing where it lacks none, or has one that is no more.
std::optional<Configuration> parse_earlier_configuration(const std::string& text, const Experiment& experiment);

/// A trial's identity: FNV-1a over the names and values of all hyperparameters (sorted by name, so that the order of
/// declaration does not matter) and the seed.
Identity identity(const Configuration& configuration, const Experiment& experiment, std::uint64_t seed);
std::string to_hex(const Identity& identity);

/// Whether the configuration's training begins like one of any other length: then trials that differ only in the
/// milestone hyperparameter (epochs) are one training.
bool any_length_alike(const Configuration& configuration, const Experiment& experiment);

/// Reads one value out of a configuration by name. Throws InputError where the experiment declares no hyperparameter of
/// that name and type: experiment.json and the source that reads it disagree.
class Reader {
 public:
  Reader(const Configuration& configuration, const Experiment& experiment);
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  const std::string& choice(std::string_view name) const;
  bool flag(std::string_view name) const;

 private:
  template <class T>
  const T& get(std::string_view name, std::string_view type) const;
  const Configuration& configuration_;
  const Experiment& experiment_;
};

}  // namespace stormsweep
