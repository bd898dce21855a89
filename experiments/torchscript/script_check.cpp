#include "experiments/torchscript/script_check.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/tensors/tensor_set.hpp"
#include "experiments/torchscript/known_statistics.hpp"
#include "experiments/torchscript/script_choice.hpp"
#include "experiments/torchscript/script_loss.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

void check_alike(const TensorSet& set, const TensorSet& train) {
  const auto check = [&](const torch::Tensor& own, const torch::Tensor& other, const char* name) {
    if (own.sizes().slice(1) == other.sizes().slice(1) && own.scalar_type() == other.scalar_type()) return;
    throw InputError(fmt::format("{}: a sample's {} is {} {}, and in {} {} {}; make the splits alike",
                                 set.path().string(), name, torch::toString(own.scalar_type()),
                                 c10::str(own.sizes().slice(1)), train.path().string(),
                                 torch::toString(other.scalar_type()), c10::str(other.sizes().slice(1))));
  };
  check(set.input(), train.input(), "input");
  check(set.target(), train.target(), "target");
}

std::string to_text(const TensorScan& scan) {
  nlohmann::json text{{"fingerprint", scan.fingerprint},
                      {"mean", scan.statistics.mean},
                      {"deviation", scan.statistics.deviation},
                      {"axes", scan.statistics.axes}};
  if (scan.labels)
    for (const ClassLabel& label : {scan.labels->least, scan.labels->greatest})
      text["labels"].push_back({label.value, label.sample});
  return text.dump();
}

TensorScan from_text(const std::string& text) {
  const nlohmann::json kept = nlohmann::json::parse(text);
  TensorScan scan{kept["fingerprint"], {kept["mean"], kept["deviation"], kept["axes"]}, {}};
  const auto label = [](const nlohmann::json& one) { return ClassLabel{one[0], one[1]}; };
  if (kept.contains("labels")) scan.labels = {label(kept["labels"][0]), label(kept["labels"][1])};
  return scan;
}

constexpr std::string_view remedy = "put it there, or take it out of the experiment";

/// Adds what experiment.json says about networks, loss and metrics, and the files that it names: an edit makes another
/// search. All of its networks, so that a space may ask for more of them later.
void add_declaration(Checksum& sum, const Experiment& experiment) {
  const ScriptedNetwork& script = *experiment.network;
  for (const std::string& name : experiment.hyperparameters[experiment.find("network").value()].choices)
    sum.add_file(script.directory / name, remedy);
  sum.add_text(script.loss);
  if (is_scripted(script)) sum.add_file(script.directory / script.loss, remedy);
  for (const double threshold : script.thresholds) sum.add_text(fmt::format("{}", threshold));
  for (const Metric& metric : experiment.metrics) sum.add_text(metric.name);
}

/// The first configuration of each network that the space has.
std::vector<Configuration> one_of_each_network(const Space& space) {
  const auto axis = find_axis(space.axes, space.experiment->find("network").value());
  const auto exclusions = space.grid.exclusions();
  std::vector<std::uint32_t> networks(axis ? space.axes[*axis].size() : 1);
  std::iota(networks.begin(), networks.end(), 0);
  std::vector<Configuration> all;
  for (const std::uint32_t network : networks) {
    std::vector<Exclusion> others(exclusions.begin(), exclusions.end());
    if (networks.size() > 1) {
      Exclusion::Term& term = others.emplace_back().terms.emplace_back(Exclusion::Term{*axis, networks});
      std::erase(term.digits, network);
    }
    const Grid grid({space.grid.sizes().begin(), space.grid.sizes().end()}, std::move(others));
    if (const auto first = grid.next(0)) all.push_back(space.configuration(grid.digits(*first)));
  }
  return all;
}

std::string network_note(ScriptNetwork& network, const ScriptTrial& trial, const std::string& name) {
  std::int64_t parameters = 0;
  for (const torch::Tensor& one : network.parameters()) parameters += one.numel();
  return fmt::format("{}: {} parameters, {:.3g} MFLOP a sample forward, {} to {}; {}", name, parameters,
                     1e-6 * static_cast<double>(trial.flops), c10::str(c10::IntArrayRef(trial.input)),
                     c10::str(c10::IntArrayRef(trial.output)),
                     network.draws_weights() ? "its reset_parameters() draws the first weights"
                                             : "every training begins with the weights in the file");
}

}  // namespace

DataCheck check_script_data(const Space& space, const KeptScans& kept) {
  const Experiment& experiment = *space.experiment;
  const TensorSet train(space.data.at("train"));
  DataCheck check;
  Checksum sum(Checksum::Bits::b128);
  add_declaration(sum, experiment);
  TensorStatistics of_train;
  std::vector<SplitLabels> labels;
  for (const std::string split : split_names) {
    const auto file = space.data.find(split);
    if (file == space.data.end()) {
      check.notes.emplace_back("validation: the test samples, for want of a file");
      continue;
    }
    const TensorSet set(file->second);
    check_alike(set, train);
    const TensorScan found = from_text(
        kept.find("tensors 1", {set.path()}, [&](const auto& progress) { return to_text(scan(set, progress)); }));
    if (split == "train") of_train = found.statistics;
    if (found.labels) labels.push_back({set.path(), *found.labels});
    sum.add_text(found.fingerprint);
    check.notes.push_back(fmt::format("{}: {} samples", split, set.size()));
  }
  for (const Configuration& configuration : one_of_each_network(space)) {
    const auto network = choose_network(experiment, configuration, space.seed, of_train, torch::kCPU);
    const ScriptTrial trial = try_network(*network, experiment, configuration, train, torch::kCPU, labels);
    check.notes.push_back(network_note(*network, trial, Reader(configuration, experiment).choice("network")));
  }
  check.fingerprint = sum.digits();
  if (!kept.folder().empty()) keep_statistics(of_train, {.fingerprint = check.fingerprint, .cache = kept.folder()});
  return check;
}

}  // namespace stormsweep
