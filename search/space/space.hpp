#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/space/axis.hpp"
#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"
#include "search/space/grid.hpp"
#include "search/space/method_settings.hpp"

namespace stormsweep {

/// The epoch of each trial whose metric counts when trials are compared.
enum class MetricAt { last, best };
std::string_view to_string(MetricAt at);

struct Limits {
  std::optional<std::uint64_t> trials;    ///< stop after so many terminal trials in the store for this search
  std::optional<double> hours;            ///< stop starting trials after so many hours of this run
  std::optional<double> rank_hours;       ///< the same, in hours times workers
  std::optional<std::uint64_t> failures;  ///< stop when so many trials of this run have failed
  std::optional<double> trial_hours;      ///< end a training that takes longer
  std::optional<double> target;           ///< of the metric: begin nothing beyond the first training that comes to it
};

/// How long trainings take, as the user states it before any is timed; at most one is given.
struct StatedCost {
  std::optional<double> epoch_seconds;  ///< of an experiment with epochs
  std::optional<double> trial_seconds;  ///< of one without
  std::filesystem::path like;           ///< absolute: a results database with trials of the same experiment
};

/// A search space as the user wrote it, validated. README.md beside it is the reference.
struct Space {
  std::string name, description;  ///< description: one line, may be empty
  const Experiment* experiment = nullptr;
  std::shared_ptr<const Experiment> own;  ///< that one, where it is the user's
  std::string metric;
  Goal goal = Goal::maximize;
  MetricAt metric_at = MetricAt::last;
  std::uint64_t seed = 0;
  MethodSettings method;
  /// "train" -> absolute path, without the optional files that are not given. Existence is not checked here.
  std::map<std::string, std::filesystem::path> data;
  std::vector<Axis> axes;  ///< in the order of the file; zipped ones are one
  Configuration defaults;  ///< every hyperparameter; axes override theirs
  Grid grid{{}};           ///< over `axes`, with the exclusions and those that conditions make; a continuous axis
                           ///< has one digit, and one for its default where it has conditions
  Limits limits;
  StatedCost cost;
  bool share_epochs = true;        ///< trials that differ only in the milestone axis are one training
  std::string text;                ///< the file as read, with an experiment of the user's own in it, for the store
  std::vector<std::string> notes;  ///< one line each: what is written may not be what is meant

  /// The configuration at `digits` of the grid, excluded or not, and at `places` in [0, 1], one for each continuous
  /// axis; without places these are at their middles.
  Configuration configuration(std::span<const std::uint32_t> digits, std::span<const double> places = {}) const;
  std::size_t continuous_axes() const;
  Configuration configuration(std::uint64_t index) const { return configuration(grid.digits(index)); }
  /// Whether a trial of that value of the metric has come to limits.target.
  bool reaches_target(double value) const { return limits.target && !better(goal, *limits.target, value); }
};

/// Parses and validates. `file` is the name used in messages ("space.json"); relative data paths are taken from
/// `directory`. Throws InputError: malformed JSON with its line, keys given twice, unknown keys with the nearest known
/// one, wrong types, values out of range or given twice, min > max, empty axes, a grid that its exclusions empty, what
/// the method cannot do. The space points into `known`.
Space parse_space(std::string_view text, const std::string& file, const std::filesystem::path& directory,
                  const std::vector<Experiment>& known = experiments());

/// `notes` of the space, one where exclusions leave out its guesses, one where a Sobol sequence ends at no power of
/// two, one where replicates are searched by results, and one for each two of its data that are the same file or
/// folder.
std::vector<std::string> doubts(const Space& space);

/// The values that a hyperparameter takes anywhere in the space: those of its axis (of a continuous one both ends; its
/// default too where it has conditions), or its one value.
std::vector<Value> values(const Space& space, std::string_view hyperparameter);
/// Whether it takes this choice anywhere.
bool takes(const Space& space, std::string_view hyperparameter, std::string_view choice);

/// The space in the file at `path`, or from a pipe, in which case data paths are relative to the working directory.
/// Throws InputError also where it cannot be read.
Space read_space(const std::filesystem::path& path);
/// The same, of a file that other processes can read again. Throws InputError where it is a pipe.
Space read_lasting_space(const std::filesystem::path& path);

}  // namespace stormsweep
