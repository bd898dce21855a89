#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// conservative: a cell is the mean of what it covers, by area, so that sums over the Earth stay (Jones 1999, first
/// order); for fluxes and emissions, and to coarser grids. bilinear: smooth between centres; for temperatures, and to
/// finer grids.
enum class RegridMethod { conservative, bilinear };
inline constexpr std::array<const char*, 2> regrid_method_names{"conservative", "bilinear"};

/// "goes from 48 x 72 to 20 x 20 cells (conservative)".
std::string words_of_regridding(const ClimateGrid& from, const ClimateGrid& to, RegridMethod method);

/// Global fields from one grid of latitudes and longitudes to another. Both go round the Earth, and reach the poles:
/// borders of cells lie halfway between centres, those of the outermost rows at the poles. Between the outermost
/// centres and a pole, bilinear values tend to the mean of the outermost row, as a field has one value at a pole.
class Regridding {
 public:
  Regridding(const ClimateGrid& from, const ClimateGrid& to, RegridMethod method);

  /// `in` [height, width] of the one grid, `out` of the other. NaN is missing: a cell is the weighted mean of its known
  /// sources, or NaN if there are none.
  void apply(std::span<const float> in, std::span<float> out) const;

 private:
  /// A cell's sources along one axis; row -1 and row `height` are the poles.
  struct Part {
    std::int64_t place = 0;
    double weight = 0;
  };
  using Parts = std::vector<std::vector<Part>>;
  void overlap_rows(const std::vector<double>& from, const std::vector<double>& to);     // borders
  void overlap_columns(const std::vector<double>& from, const std::vector<double>& to);  // borders
  static std::vector<Part> row_between(const std::vector<double>& from, double to);      // centres
  static std::vector<Part> column_between(const std::vector<double>& from, double to);   // centres
  float value(std::span<const float> in, const std::array<float, 2>& poles, const std::vector<Part>& rows,
              const std::vector<Part>& columns) const;

  std::int64_t height_, width_;
  Parts rows_, columns_;
};

}  // namespace stormsweep
