#include "search/space/scripted_network.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "search/base/error.hpp"
#include "search/space/experiment.hpp"

using namespace stormsweep;

namespace {

Experiment network_experiment(const std::string& more) {
  return parse_experiment(R"({"name": "mine", "summary": "s")" + (more.empty() ? "" : ", " + more) + "}", "e.json");
}

std::vector<std::string> metrics_of(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const Metric& metric : experiment.metrics) names.push_back(metric.name);
  return names;
}

}  // namespace

TEST_CASE("a network, and a loss, are an experiment like those that ship") {
  const Experiment mine = network_experiment(R"("network": "n.pt", "loss": "mse")");
  REQUIRE(mine.network);
  CHECK(mine.network->loss == "mse");
  CHECK(mine.data == std::vector<std::string>{"train", "validation", "test"});
  CHECK(mine.may_lack("validation"));
  CHECK(mine.hyperparameters[mine.milestone.value()].name == "epochs");
  CHECK(metrics_of(mine) == std::vector<std::string>{"validation_loss", "train_loss", "test_loss"});
  CHECK(mine.profiles.empty());
  CHECK(mine.hyperparameters[0].name == "network");
  CHECK(mine.hyperparameters[0].choices == std::vector<std::string>{"n.pt"});
  for (const Hyperparameter& h : parse_experiment(R"({"name": "t", "summary": "s", "data": [], "include": "training",
         "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": []})",
                                                  "t.json")
                                     .hyperparameters)
    CHECK(mine.find(h.name));
}

TEST_CASE("several networks are values of one hyperparameter; the user's own come first, and hers decide") {
  const Experiment mine =
      network_experiment(R"("network": ["small.pt", "large.pt"], "loss": "loss.pt", "hyperparameters": [
      {"name": "dropout", "type": "real", "default": 0.1, "min": 0, "max": 0.9, "meaning": "share dropped"},
      {"name": "epochs", "default": 20}, {"name": "gradient_clip", "default": 1}])");
  CHECK(mine.hyperparameters[0].name == "dropout");
  CHECK(mine.network->attributes == std::vector<std::string>{"dropout"});
  CHECK(mine.hyperparameters[mine.find("network").value()].choices == std::vector<std::string>{"small.pt", "large.pt"});
  CHECK(mine.hyperparameters[mine.find("network").value()].fallback == Value("small.pt"));
  CHECK(mine.hyperparameters[mine.find("epochs").value()].fallback == Value(std::int64_t{20}));
  CHECK(mine.hyperparameters[mine.find("gradient_clip").value()].fallback == Value(1.0));
  CHECK(mine.hyperparameters[mine.find("gradient_clip").value()].max == 1e6);
}

TEST_CASE("metrics are chosen by name; CSI is of thresholds, each in a profile") {
  const Experiment mine = network_experiment(R"("network": "n.pt", "loss": "l1", "thresholds": [0.5, 2],
      "metrics": ["validation_csi", "train_loss", "test_csi", "test_l1"])");
  CHECK(metrics_of(mine) == std::vector<std::string>{"validation_csi", "train_loss", "test_csi", "test_l1"});
  CHECK(mine.metrics[0].goal == Goal::maximize);
  CHECK(mine.metrics[3].goal == Goal::minimize);
  REQUIRE(mine.profiles.size() == 1);
  CHECK(mine.profiles[0].name == "threshold");
  CHECK(mine.profiles[0].values() == "0.5, 2");
  CHECK(mine.profiles[0].metrics.size() == 2);
  CHECK(mine.network->thresholds == std::vector<double>{0.5, 2});
}

TEST_CASE("what is wrong with a network's experiment is reported with its place") {
  const auto refused = [](const std::string& more, const std::string& why) {
    CAPTURE(more);
    CHECK_THROWS_WITH_AS(network_experiment(more), doctest::Contains(why.c_str()), InputError);
  };
  refused(R"("network": "n.pt")", "e.json: loss is missing");
  refused(R"("network": "n.pt", "loss": "mes")", "loss is \"mes\"; known are mse, l1");
  refused(R"("network": [], "loss": "mse")", "e.json: network is []");
  refused(R"("network": ["a.pt", 3], "loss": "mse")", "network[1]");
  refused(R"("network": "n.pt", "loss": "mse", "run": ["true"])", "run");
  refused(R"("network": "n.pt", "loss": "mse", "metrics": ["validation_lost"])", "did you mean validation_loss?");
  refused(R"("network": "n.pt", "loss": "mse", "metrics": ["test_loss"])", "must not be of the test data");
  refused(R"("network": "n.pt", "loss": "mse", "metrics": ["validation_csi"])", "thresholds");
  refused(R"("network": "n.pt", "loss": "mse", "thresholds": [1, 1])", "thresholds[1] is 1; it is given twice");
  refused(R"("network": "n.pt", "loss": "mse", "hyperparameters": [{"name": "network"}])", "hyperparameters[0]");
  refused(R"("network": "n.pt", "loss": "mse", "hyperparameters": [{"name": "epochs", "type": "real"}])",
          "hyperparameters[0]");
}
