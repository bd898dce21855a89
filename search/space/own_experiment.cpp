#include "search/space/own_experiment.hpp"

#include <algorithm>
#include <climits>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// What the file holds, and where it lies.
nlohmann::ordered_json placed(const std::filesystem::path& path, std::string_view remedy) {
  auto json = parse_json(read_file(path, remedy), path.string());
  const Field root(json, path.string());
  if (!json.is_object()) root.refuse("give an object, as stormsweep init command writes one");
  if (root.has("directory")) root["directory"].refuse("it is that of the file: remove it");
  const std::string directory = std::filesystem::absolute(path).lexically_normal().parent_path().string();
  if (one_line(directory) != directory)
    throw InputError(directory + ": the folder's name is not plain text in UTF-8, as JSON takes it; rename it");
  json["directory"] = directory;
  return json;
}

}  // namespace

bool names_file(std::string_view experiment) {
  return experiment.find('/') != std::string_view::npos || experiment.ends_with(".json");
}

std::string with_own_experiment(const std::string& text, const std::string& file,
                                const std::filesystem::path& directory) {
  auto json = parse_json(text, file);
  const Field root(json, file);
  if (!root.has("experiment") || !json["experiment"].is_string() || !names_file(root["experiment"].text())) return text;
  if (root["experiment"].text().size() > PATH_MAX) root["experiment"].refuse("give the path of an experiment.json");
  const std::filesystem::path path = (directory / root["experiment"].text()).lexically_normal();
  auto own = placed(path, file + " has it as its experiment: give the path of an experiment.json");
  parse_own_experiment(own, path.string(), experiments());  // refuses it in messages that name its own file
  json["experiment"] = std::move(own);
  return json.dump(2) + '\n';
}

Experiment read_own_experiment(const std::filesystem::path& path) {
  return parse_own_experiment(placed(path, "give the path of an experiment.json"), path.string(), experiments());
}

Experiment parse_own_experiment(const nlohmann::ordered_json& json, const std::string& place,
                                const std::vector<Experiment>& known) {
  Experiment experiment = parse_experiment(json.dump(), place);
  const Field root(json, place);
  if (!experiment.command && !experiment.network)
    throw InputError(place +
                     R"(: has neither "run" nor "network"; give the command that trains, or a TorchScript file)");
  const auto same = [&](const Experiment& one) { return one.name == experiment.name; };
  if (std::any_of(known.begin(), known.end(), same))
    root["name"].refuse("an experiment of that name ships with stormsweep: give another");
  return experiment;
}

}  // namespace stormsweep
