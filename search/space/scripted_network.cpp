#include "search/space/scripted_network.hpp"

#include <algorithm>
#include <array>

#include "search/base/strict_json.hpp"
#include "search/space/embedded.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

const Json& embedded() {
  static const Json json = parse_json(embedded_scripted_network(), "scripted_network.json");
  return json;
}

/// Names of the hyperparameters that training, or this experiment, reads.
const std::vector<std::string>& known_hyperparameters() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    const Json training = parse_json(embedded_training(), "training.json");
    for (const Json& list : {training, embedded()["hyperparameters"]})
      for (const Json& one : list) all.push_back(one["name"].get<std::string>());
    return all;
  }();
  return names;
}

/// The metrics of a training in the order of scripted_network.json, those of the test split last.
std::vector<Json> known_metrics() {
  std::vector<Json> all;
  const auto add = [&](const std::string& split, const std::string& of, const Json& metric) {
    Json one = metric;
    one["name"] = split + '_' + metric["name"].get<std::string>();
    one["meaning"] = metric["meaning"].get<std::string>() + of;
    all.push_back(std::move(one));
  };
  for (const Json& metric : embedded()["metrics"]) add("validation", ", on the validation split", metric);
  add("train", ", over the last epoch's batches", embedded()["metrics"][0]);
  for (const Json& metric : embedded()["metrics"]) add("test", ", on the test split", metric);
  return all;
}

std::vector<std::string> names_of(const std::vector<Json>& metrics) {
  std::vector<std::string> names;
  for (const Json& metric : metrics) names.push_back(metric["name"].get<std::string>());
  return names;
}

Json metrics_of(const Field& root) {
  const std::vector<Json> known = known_metrics();
  const std::vector<std::string> names = names_of(known);
  Json metrics = Json::array();
  const auto add = [&](const std::string& name) {
    metrics.push_back(known[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())]);
  };
  if (!root.has("metrics")) {
    for (const char* name : {"validation_loss", "train_loss", "test_loss"}) add(name);
    return metrics;
  }
  for (const Field& metric : root["metrics"].elements()) {
    if (std::ranges::count(names, metric.text()) == 0) metric.refuse(suggestion(metric.text(), names));
    if (metric.text().ends_with("_csi") && !root.has("thresholds"))
      metric.refuse("CSI is of amounts, or probabilities, that are reached: give \"thresholds\", [0.5]");
    add(metric.text());
  }
  return metrics;
}

/// What reaches each threshold, of the splits whose CSI is asked for.
Json profiles_of(const Field& root, const Json& metrics) {
  Json of_thresholds = Json::array();
  for (const Json& metric : metrics) {
    if (!metric["name"].get<std::string>().ends_with("_csi")) continue;
    of_thresholds.push_back(metric);
    of_thresholds.back()["meaning"] = "critical success index of what reaches this threshold";
  }
  if (of_thresholds.empty()) return Json::array();
  return Json::array({{{"name", "threshold"}, {"at", root["thresholds"].json()}, {"metrics", of_thresholds}}});
}

Json networks_of(const Field& root) {
  const Field field = root["network"];
  if (!field.json().is_array()) return Json::array({field.text()});
  for (const Field& one : field.elements()) one.text();
  if (field.json().empty()) field.refuse(R"(give a TorchScript file, "network.pt", or several)");
  return field.json();
}

/// The user's own, at their places; a network's file; those of every such experiment that she does not declare.
Json hyperparameters_of(const Field& root) {
  Json all = root.has("hyperparameters") ? root["hyperparameters"].json() : Json::array();
  const Json networks = networks_of(root);
  const Json network{{"name", "network"},
                     {"type", "choice"},
                     {"default", networks[0]},
                     {"choices", networks},
                     {"meaning", "TorchScript file"}};
  const auto declared = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(),
                        [&](const Json& own) { return own["name"].get<std::string>() == name; });
  };
  Json others = Json::array({network});
  for (const Json& one : embedded()["hyperparameters"]) {
    if (const auto own = declared(one["name"].get<std::string>()); own == all.end()) {
      others.push_back(one);
    } else {  // what she leaves out is as it is here
      Json whole = one;
      whole.update(*own);
      *own = whole;
    }
  }
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace

const std::vector<std::string>& scripted_losses() {
  static const std::vector<std::string> names{"mse", "l1", "huber", "bce_with_logits", "cross_entropy"};
  return names;
}

nlohmann::ordered_json declared_by_network(const Field& root) {
  root.expect_keys({"name", "summary", "network", "loss", "metrics", "thresholds", "hyperparameters", "directory"},
                   {"name", "summary", "loss"});
  const Json metrics = metrics_of(root);
  return {{"name", root["name"].json()},
          {"summary", root["summary"].json()},
          {"data", {"train", "validation", "test"}},
          {"optional_data", {"validation"}},
          {"milestone", "epochs"},
          {"metrics", metrics},
          {"profiles", profiles_of(root, metrics)},
          {"include", "training"},
          {"hyperparameters", hyperparameters_of(root)}};
}

ScriptedNetwork read_network(const Field& root) {
  ScriptedNetwork network;
  network.loss = root["loss"].text();
  const bool is_file = network.loss.find('.') != std::string::npos;
  if (!is_file && std::ranges::count(scripted_losses(), network.loss) == 0)
    root["loss"].refuse(suggestion(network.loss, scripted_losses()) +
                        ", or give a TorchScript file of (output, target)");
  if (root.has("thresholds"))
    for (const Field& one : root["thresholds"].elements()) {
      if (!one.json().is_number()) one.refuse("give a number");
      if (std::ranges::count(network.thresholds, one.json().get<double>()) > 0) one.refuse("it is given twice");
      network.thresholds.push_back(one.json().get<double>());
    }
  if (root.has("hyperparameters"))
    for (const Field& one : root["hyperparameters"].elements())
      if (const std::string name = one["name"].text(); std::ranges::count(known_hyperparameters(), name) == 0)
        network.attributes.push_back(name);
  if (root.has("directory")) network.directory = root["directory"].text();
  return network;
}

}  // namespace stormsweep
