#include "master/scaling/scaling_report.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

ScalingCurve curve(const std::string& machine, std::uint64_t configuration, double efficiency) {
  ScalingCurve made;
  made.cluster.name = machine;
  made.configuration = configuration;
  made.steps = {{.ranks = 1, .efficiency = 1}, {.ranks = 64, .efficiency = efficiency}};
  return made;
}

std::vector<std::string> names(const Chart& chart) {
  std::vector<std::string> all;
  for (const Chart::Line& line : chart.panels[0].lines) all.push_back(line.name);
  return all;
}

}  // namespace

TEST_CASE("a figure of scaling names its network, draws what is alike once, and other machines' points not at all") {
  const ScalingReport report{.search = "weather",
                             .curves = {curve("Summit", 0, 0.5), curve("Summit", 1, 0.5), curve("Summit", 2, 0.75)},
                             .published = {{"A of Piz Daint", 5300, 0.79, "Piz Daint"},
                                           {"B of Summit", 27360, 0.907, "Summit"},
                                           {"C", 2, 0.9}},
                             .notes = {}};
  const Chart chart = scaling_chart(report);
  CHECK(names(chart) == std::vector<std::string>{"predicted: Summit, configurations 0 to 1",
                                                 "predicted: Summit, configuration 2", "published: B of Summit",
                                                 "published: C"});
  CHECK(chart.spacing == Spacing::logarithmic);
  const ScalingReport one{.search = "weather", .curves = {curve("Summit", 0, 0.5)}, .published = {}, .notes = {}};
  CHECK(names(scaling_chart(one)) == std::vector<std::string>{"predicted: Summit"});
}
