#pragma once

#include <array>
#include <string>

namespace stormsweep {

/// A quantity in 2015, 2050 and 2100.
using Pathway = std::array<double, 3>;

/// Forcings of a generated scenario: concentrations after Meinshausen et al. 2020, rounded, ppm and ppb; emissions of
/// the whole Earth after RCMIP (Nicholls et al. 2020), Mt a year.
struct ScenarioPath {
  std::string name;
  Pathway co2, ch4, so2, bc;
};

inline constexpr double first_path_year = 2015, last_path_year = 2101;

inline const std::array<ScenarioPath, 4> scenario_paths{{
    {"ssp126", {400, 469, 446}, {1834, 1428, 1056}, {101, 27, 8.1}, {9.7, 3.6, 2.2}},
    {"ssp245", {400, 507, 603}, {1834, 2020, 1683}, {101, 53, 31}, {9.7, 6.3, 2.7}},
    {"ssp370", {400, 541, 867}, {1834, 2472, 3372}, {101, 100, 78}, {9.7, 10.9, 9.1}},
    {"ssp585", {400, 563, 1135}, {1834, 2446, 2415}, {101, 60, 30}, {9.7, 6.9, 3.3}},
}};

/// The parabola through the three: `year` with its fraction.
double value_in(const Pathway& path, double year);

/// The forcing in W/m2 since 2015: CO2 and CH4 by Myhre et al. 1998, without the overlap of CH4 with N2O.
double greenhouse_forcing(double co2, double ch4);

}  // namespace stormsweep
