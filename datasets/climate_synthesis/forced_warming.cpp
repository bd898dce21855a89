#include "datasets/climate_synthesis/forced_warming.hpp"

#include "datasets/climate_synthesis/emission_maps.hpp"
#include "datasets/climate_synthesis/energy_balance.hpp"
#include "datasets/climate_synthesis/geography.hpp"

namespace stormsweep {

namespace {

constexpr double imbalance = 0.8;                           // W/m2 in 2015 (von Schuckmann et al. 2020)
constexpr double sulphur_forcing = -1, soot_forcing = 0.2;  // W/m2 by the emissions of 2015 (IPCC 2021, 7.3.3)
constexpr double land_response = 1.25, sea_response = 0.9;  // times the warming of the zone
constexpr double local_cooling = 0.02;                      // K where as much sulphur is emitted as on average in 2015

/// Emissions as parts of the Earth's mean in 2015, less those of the first month.
class Emissions {
 public:
  Emissions(const std::vector<float>& maps, const Pathway& path, std::size_t height, std::size_t width)
      : maps_(maps), mean_(value_in(path, first_path_year) * mean_emission()), height_(height), width_(width) {}

  double in_cell(std::size_t month, std::size_t cell) const {
    return (maps_[month * height_ * width_ + cell] - maps_[cell]) / mean_;
  }
  double in_row(std::size_t month, std::size_t row) const {
    double sum = 0;
    for (std::size_t x = 0; x < width_; ++x) sum += in_cell(month, row * width_ + x);
    return sum / static_cast<double>(width_);
  }

 private:
  const std::vector<float>& maps_;
  double mean_;
  std::size_t height_, width_;
};

}  // namespace

std::vector<float> forced_warming(const ClimateGrid& grid, const GeneratedForcings& forcings) {
  const auto height = grid.latitudes.size(), width = grid.longitudes.size();
  const Emissions sulphur(forcings.so2, scenario_paths[0].so2, height, width);
  const Emissions soot(forcings.bc, scenario_paths[0].bc, height, width);
  const std::vector<float> land = map_of(grid, land_share);
  EnergyBalance balance(grid.latitudes);
  std::vector<float> warming;
  for (std::size_t month = 0; month < forcings.co2.size(); ++month) {
    std::vector<double> zones(height, imbalance + greenhouse_forcing(forcings.co2[month], forcings.ch4[month]));
    for (std::size_t row = 0; row < height; ++row)
      zones[row] += sulphur_forcing * sulphur.in_row(month, row) + soot_forcing * soot.in_row(month, row);
    const std::vector<double>& warmth = balance.step(zones);
    for (std::size_t i = 0; i < land.size(); ++i) {
      const double response = sea_response + land[i] * (land_response - sea_response);
      warming.push_back(static_cast<float>(warmth[i / width] * response - local_cooling * sulphur.in_cell(month, i)));
    }
  }
  return warming;
}

}  // namespace stormsweep
