#include "master/cli/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/table.hpp"
#include "search/space/own_experiment.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

/// "train, validation (may be left out), test".
std::string data_text(const Experiment& experiment) {
  std::vector<std::string> files = experiment.data;
  for (std::string& file : files)
    if (experiment.may_lack(file)) file += " (may be left out)";
  return files.empty() ? "none" : join(files);
}

std::string list_text() {
  std::vector<std::vector<std::string>> rows{{"experiment", "data", "summary"}};
  for (const Experiment& e : experiments()) rows.push_back({e.name, data_text(e), e.summary});
  return to_text({.rows = std::move(rows)}) + "\nHyperparameters and metrics of one: stormsweep describe tornado\n";
}

std::string metrics_text(const std::vector<Metric>& metrics) {
  std::vector<std::vector<std::string>> rows{{"metric", "goal", "unit", "meaning"}};
  for (const Metric& metric : metrics)
    rows.push_back({metric.name, std::string(to_string(metric.goal)), metric.unit, metric.meaning});
  if (std::ranges::all_of(metrics, &std::string::empty, &Metric::unit))
    for (auto& row : rows) row.erase(row.begin() + 2);
  return to_text({.rows = std::move(rows)});
}

std::string describe_text(const Experiment& experiment) {
  std::vector<std::vector<std::string>> hyperparameters{{"hyperparameter", "type", "default", "range", "meaning"}};
  for (const Hyperparameter& h : experiment.hyperparameters)
    hyperparameters.push_back({h.name, std::string(to_string(h.type)), to_string(h.fallback), h.range(), h.meaning});
  std::string text = fmt::format("{}: {}\n\ndata: {}\n", experiment.name, experiment.summary, data_text(experiment));
  if (experiment.milestone)
    text += fmt::format("trials that differ in {} alone share one training\n",
                        experiment.hyperparameters[*experiment.milestone].name);
  text += fmt::format("a search chooses by {} unless it names another metric\n", experiment.metrics[0].name);
  text += '\n' + to_text({.rows = std::move(hyperparameters)}) + '\n' + metrics_text(experiment.metrics);
  for (const Profile& profile : experiment.profiles)
    text += fmt::format("\nat each {} of {}:\n{}", profile.name, profile.values(), metrics_text(profile.metrics));
  return text;
}

nlohmann::ordered_json metrics_json(const std::vector<Metric>& metrics) {
  nlohmann::ordered_json json;
  for (const Metric& metric : metrics) {
    json.push_back({{"name", metric.name}, {"goal", to_string(metric.goal)}, {"meaning", metric.meaning}});
    if (!metric.unit.empty()) json.back()["unit"] = metric.unit;
  }
  return json;
}

nlohmann::ordered_json profile_json(const Profile& profile) {
  nlohmann::ordered_json json{{"name", profile.name}};
  if (!profile.unit.empty()) json["unit"] = profile.unit;
  for (const Value& value : profile.at) json["at"].push_back(nlohmann::ordered_json(to_json(value)));
  json["metrics"] = metrics_json(profile.metrics);
  return json;
}

nlohmann::ordered_json describe_json(const Experiment& experiment) {
  nlohmann::ordered_json json{{"name", experiment.name}, {"summary", experiment.summary}, {"data", experiment.data}};
  if (!experiment.optional_data.empty()) json["optional_data"] = experiment.optional_data;
  if (experiment.milestone) json["milestone"] = experiment.hyperparameters[*experiment.milestone].name;
  json["metrics"] = metrics_json(experiment.metrics);
  for (const Profile& profile : experiment.profiles) json["profiles"].push_back(profile_json(profile));
  for (const Hyperparameter& h : experiment.hyperparameters) {
    nlohmann::ordered_json entry{{"name", h.name}, {"type", to_string(h.type)}, {"default", to_json(h.fallback)}};
    if (h.type == Type::choice) entry["choices"] = h.choices;
    if (h.type == Type::integer || h.type == Type::real) entry["min"] = h.min, entry["max"] = h.max;
    entry["meaning"] = h.meaning;
    json["hyperparameters"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

int describe_command(const Arguments& arguments) {
  std::string name;
  const auto options = parse_options(
      arguments,
      {.command = "stormsweep describe",
       .usage = "[EXPERIMENT] [options]",
       .summary = "Lists the experiments, or the hyperparameters, metrics and data of one.",
       .example = "stormsweep describe tornado",
       .operands = {{"experiment", po::value(&name), "name of an experiment, or the path of one of your own"}},
       .options = {
           {"format", po::value<std::string>()->default_value("text")->value_name("text|json"), "how to print"}}});
  if (!options) return exit_done;
  const bool json = one_of({"text", "json"}, "format", *options) == "json";
  if (options->count("experiment")) {
    const Experiment experiment =
        names_file(name) ? read_own_experiment(name) : find_experiment(name, "stormsweep describe: EXPERIMENT");
    fmt::print("{}", json ? describe_json(experiment).dump(2) + '\n' : describe_text(experiment));
    return exit_done;
  }
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Experiment& experiment : experiments()) all.push_back(describe_json(experiment));
  fmt::print("{}", json ? all.dump(2) + '\n' : list_text());
  return exit_done;
}

}  // namespace stormsweep
