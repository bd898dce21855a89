#include "datasets/climate_synthesis/scenario_paths.hpp"

#include <cmath>

namespace stormsweep {

double value_in(const Pathway& path, double year) {
  constexpr double near = 35, far = 85;  // 2050 and 2100, since 2015
  const double since = year - first_path_year;
  const double early = (path[1] - path[0]) / near, late = (path[2] - path[1]) / (far - near);
  return path[0] + early * since + (late - early) / far * since * (since - near);
}

double greenhouse_forcing(double co2, double ch4) {
  const Pathway &first_co2 = scenario_paths[0].co2, &first_ch4 = scenario_paths[0].ch4;
  return 5.35 * std::log(co2 / first_co2[0]) + 0.036 * (std::sqrt(ch4) - std::sqrt(first_ch4[0]));
}

}  // namespace stormsweep
