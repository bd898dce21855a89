#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "search/space/experiment.hpp"

namespace stormsweep {

/// Experiments of the user's own: "experiment": "./mine/experiment.json" in a search space.

/// Whether the word is the path of a file rather than the name of an experiment: it has a slash, or ends in .json.
bool names_file(std::string_view experiment);

/// `text`, a search space named `file` in messages, with the path of its experiment's file (relative to `directory`)
/// replaced by what that file holds, so that workers and databases have all of it; unchanged where it names an
/// experiment that ships. Throws InputError: the file cannot be read, or declares no experiment of the user's own.
std::string with_own_experiment(const std::string& text, const std::string& file,
                                const std::filesystem::path& directory);

/// The experiment that the file at `path` declares. Throws InputError.
Experiment read_own_experiment(const std::filesystem::path& path);

/// The same of JSON that with_own_experiment has put there; `place` is where it stands. Throws InputError: it has
/// neither a command nor a network, or the name of an experiment among `known`.
Experiment parse_own_experiment(const nlohmann::ordered_json& json, const std::string& place,
                                const std::vector<Experiment>& known);

}  // namespace stormsweep
