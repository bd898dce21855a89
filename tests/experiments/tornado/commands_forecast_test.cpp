#include "experiments/tornado/commands.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "datasets/storms/storms.hpp"
#include "models/binary_metrics.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "tests/datasets/storms/patch_file.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/tornado/tornado_world.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t points = storm_side * storm_side;
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

using Fields = std::vector<std::string>;

/// The lines of a table without quotes, behind its header.
std::vector<Fields> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  CHECK(line == "file,storm,probability,positive,vorticity_max,vorticity_mean");
  std::vector<Fields> lines;
  while (std::getline(in, line)) {
    Fields& fields = lines.emplace_back(1);
    for (const char c : line) c == ',' ? (void)fields.emplace_back() : fields.back().push_back(c);
  }
  return lines;
}

/// An untrained network, kept as a search keeps one.
struct ForecastWorld {
  ForecastWorld() : task(world.task()) {
    task->network().eval();
    task->keep(model(), TornadoWorld::experiment(), TornadoWorld::configuration());
  }
  fs::path model() const { return world.folder() / "model.pt"; }
  fs::path file(const std::string& name) const { return world.folder() / name; }
  /// Forecasts `input`; returns the lines of the table.
  std::vector<Fields> forecast(const fs::path& input, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"--model", model(), "--input", input, "-o", file("out.csv"), "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    REQUIRE(forecast_tornado_command(words) == exit_done);
    return lines_of(file("out.csv"));
  }

  TornadoWorld world;
  std::unique_ptr<Task> task;
};

}  // namespace

TEST_CASE("forecast tornado: the probabilities of test storms have the scores that the search tells of the network") {
  const ForecastWorld world;
  const Storms storms(world.file("test.h5"));
  const auto lines = world.forecast(world.file("test.h5"), {"--png", world.file("figures"), "--thresholds", "0.5"});
  REQUIRE(std::ssize(lines) == storms.size());
  std::vector<float> logits, targets;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i][0] == world.file("test.h5").string());
    CHECK(lines[i][1] == std::to_string(i));
    const double probability = std::stod(lines[i][2]);
    logits.push_back(static_cast<float>(std::log(probability / (1 - probability))));
    targets.push_back(lines[i][3] == "1" ? 1.0f : 0.0f);
    CHECK((lines[i][3] == "1") == (storms.vorticity_max()[i] > 0.005f));
    CHECK(std::stof(lines[i][4]) == storms.vorticity_max()[i]);
    CHECK(std::stof(lines[i][5]) == storms.vorticity_mean()[i]);
  }
  const Metrics told = world.task->evaluate(Split::test);
  const auto scores =
      binary_metrics(torch::tensor(torch::ArrayRef<float>(logits)), torch::tensor(torch::ArrayRef<float>(targets)));
  CHECK(scores.loss == doctest::Approx(metric(told, "test_loss")).epsilon(1e-5));
  CHECK(scores.auc == doctest::Approx(metric(told, "test_auc")).epsilon(1e-3));
  CHECK(scores.brier_skill == doctest::Approx(metric(told, "test_brier_skill")).epsilon(1e-4));
  CHECK(fs::file_size(world.file("figures/out.png")) > 1000);
}

TEST_CASE(
    "forecast tornado: NCAR's patches have the probabilities of the same storms, and gaps where values are missing") {
  const ForecastWorld world;
  const Storms storms(world.file("test.h5"));
  constexpr std::size_t n = 4;
  std::vector<float> fields[storm_channels], vorticity;
  for (std::size_t i = 0; i < n * points; ++i) {
    for (std::size_t c = 0; c < storm_channels; ++c) fields[c].push_back(storms.patches()[i * storm_channels + c]);
    vorticity.push_back(i / points == 2 ? 0.006f : 0.001f);
  }
  fields[1][points + 7] = missing;  // of storm 1
  vorticity[3 * points] = missing;
  fs::create_directory(world.file("a,b"));
  const fs::path file = world.file("a,b/NCARSTORM_20200102-test.nc");
  {
    PatchFileMaker maker(file, n);
    maker.put("REFL_COM_curr", fields[0]);
    maker.put("U10_curr", fields[1]);
    maker.put("V10_curr", fields[2]);
    maker.put("RVORT1_MAX_future", vorticity);
  }
  const auto expected = world.forecast(world.file("test.h5"));
  world.forecast(world.file("a,b"));
  const std::string name = '"' + file.string() + '"';
  CHECK(read_file(world.file("out.csv"), "") == "file,storm,probability,positive,vorticity_max,vorticity_mean\n" +  //
                                                    name + ",0," + expected[0][2] + ",0,0.001,0.001\n" +            //
                                                    name + ",1,,0,0.001,0.001\n" +                                  //
                                                    name + ",2," + expected[2][2] + ",1,0.006,0.006\n" +            //
                                                    name + ",3," + expected[3][2] + ",,,\n");
}

TEST_CASE("forecast tornado: what would be lost or means nothing is refused, and nothing is written") {
  const ForecastWorld world;
  const std::string model = world.model(), test = world.file("test.h5"), out = world.file("out.csv");
  const auto refused = [&](std::vector<std::string> words, const std::string& message) {
    CHECK_THROWS_WITH_AS(forecast_tornado_command(words), message.c_str(), InputError);
    CHECK_FALSE(fs::exists(out));
  };
  const std::string command = "stormsweep forecast tornado: ";
  refused({"--model", model, "--input", test, "-o", test},
          command + "--output is " + test + "; it would write over " + test + "; give another file");
  for (const std::string thresholds : {"0", "0.5,1", "nan", "0.1;0.2"})
    refused({"--model", model, "--input", test, "-o", out, "--thresholds", thresholds},
            command + "--thresholds is " + thresholds + "; give numbers between 0 and 1, as 0.1,0.5");
  fs::create_directory(world.file("empty"));
  refused({"--model", model, "--input", world.file("empty"), "-o", out},
          world.file("empty").string() + ": holds no *.h5 or *.nc file; give storms, or a folder of them");
}
