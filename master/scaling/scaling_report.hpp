#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "datasets/drawing/chart.hpp"
#include "master/scaling/cluster.hpp"
#include "master/scaling/published_scaling.hpp"
#include "master/scaling/weak_scaling.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

/// One network on one machine.
struct ScalingCurve {
  Cluster cluster;
  std::uint64_t configuration = 0;  ///< its number
  double training_flops = 0;        ///< per sample
  StepLoad load;
  std::string computing_source;            ///< of load.computing
  std::vector<StepForecast> steps;         ///< by ranks, ascending
  std::map<std::size_t, double> measured;  ///< samples per second, by ranks; has an entry for 1 rank, or is empty
};

/// What `compare --scaling` reports.
struct ScalingReport {
  std::string search;
  std::vector<ScalingCurve> curves;
  std::vector<PublishedPoint> published;  ///< of the experiment's paper
  std::vector<std::string> notes;         ///< one line each
};

Table scaling_table(const ScalingReport& report);
nlohmann::ordered_json scaling_json(const ScalingReport& report);
/// Efficiencies over ranks: predicted, measured and published. Published ones only if their machine is among the
/// predicted ones, or not named.
Chart scaling_chart(const ScalingReport& report);

}  // namespace stormsweep
