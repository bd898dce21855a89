#include "datasets/climate/regridding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

constexpr double least_share = 1e-9;  // of a cell: less is a rounding error

/// Borders of the cells around the Earth, [columns + 1], from the western one of the first to the eastern one of the
/// last.
std::vector<double> column_borders(const std::vector<double>& longitudes) {
  const double across = longitudes.front() + 360 - longitudes.back();
  std::vector<double> borders{longitudes.front() - across / 2};
  for (std::size_t i = 1; i < longitudes.size(); ++i) borders.push_back((longitudes[i - 1] + longitudes[i]) / 2);
  borders.push_back(longitudes.back() + across / 2);
  return borders;
}

double shared(double a, double b, double c, double d) {
  return std::max(0.0, std::min(b, d) - std::max(a, c));
}

/// The mean of a row's known values; NaN if there are none.
float mean_of(std::span<const float> row) {
  double sum = 0, count = 0;
  for (const float value : row) {
    if (!std::isnan(value)) sum += value, ++count;
  }
  return static_cast<float>(sum / count);
}

}  // namespace

std::string words_of_regridding(const ClimateGrid& from, const ClimateGrid& to, RegridMethod method) {
  return fmt::format("goes from {} x {} to {} x {} cells ({})", from.height(), from.width(), to.height(), to.width(),
                     regrid_method_names[static_cast<std::size_t>(method)]);
}

Regridding::Regridding(const ClimateGrid& from, const ClimateGrid& to, RegridMethod method)
    : height_(from.height()), width_(from.width()), rows_(to.latitudes.size()), columns_(to.longitudes.size()) {
  if (method == RegridMethod::conservative) {
    overlap_rows(row_borders(from.latitudes), row_borders(to.latitudes));
    overlap_columns(column_borders(from.longitudes), column_borders(to.longitudes));
  } else {
    for (std::size_t y = 0; y < rows_.size(); ++y) rows_[y] = row_between(from.latitudes, to.latitudes[y]);
    for (std::size_t x = 0; x < columns_.size(); ++x) columns_[x] = column_between(from.longitudes, to.longitudes[x]);
  }
}

void Regridding::overlap_rows(const std::vector<double>& from, const std::vector<double>& to) {
  const auto height_of = [](double latitude) { return std::sin(latitude * degree); };  // area goes with the sine
  for (std::size_t y = 0; y < rows_.size(); ++y) {
    for (std::size_t i = 0; i + 1 < from.size(); ++i) {
      const double share = shared(height_of(from[i]), height_of(from[i + 1]), height_of(to[y]), height_of(to[y + 1]));
      if (share > least_share) rows_[y].push_back({static_cast<std::int64_t>(i), share});
    }
  }
}

void Regridding::overlap_columns(const std::vector<double>& from, const std::vector<double>& to) {
  for (std::size_t x = 0; x < columns_.size(); ++x) {
    for (std::size_t i = 0; i + 1 < from.size(); ++i) {
      double share = 0;
      for (const double round : {-720, -360, 0, 360, 720})
        share += shared(from[i] + round, from[i + 1] + round, to[x], to[x + 1]);
      if (share > least_share) columns_[x].push_back({static_cast<std::int64_t>(i), share});
    }
  }
}

std::vector<Regridding::Part> Regridding::row_between(const std::vector<double>& from, double to) {
  const auto after = std::ranges::upper_bound(from, to);
  const auto above = after - from.begin();
  const double low = above == 0 ? -90 : *(after - 1), high = after == from.end() ? 90 : *after;
  const double share = high > low ? (to - low) / (high - low) : 0;
  return {{above - 1, 1 - share}, {above, share}};
}

std::vector<Regridding::Part> Regridding::column_between(const std::vector<double>& from, double to) {
  const double east = from.front() + std::fmod(std::fmod(to - from.front(), 360) + 360, 360);
  const auto after = std::ranges::upper_bound(from, east);
  const auto right = after - from.begin();
  const double low = *(after - 1), high = after == from.end() ? from.front() + 360 : *after;
  const double share = (east - low) / (high - low);
  return {{right - 1, 1 - share}, {right % std::ssize(from), share}};
}

float Regridding::value(std::span<const float> in, const std::array<float, 2>& poles, const std::vector<Part>& rows,
                        const std::vector<Part>& columns) const {
  double sum = 0, weight = 0;
  const auto add = [&](float value, double share) {
    if (share > 0 && !std::isnan(value)) sum += share * value, weight += share;
  };
  for (const Part& row : rows) {
    if (row.place < 0 || row.place == height_) {
      add(poles[row.place < 0 ? 0 : 1], row.weight);
      continue;
    }
    for (const Part& column : columns)
      add(in[static_cast<std::size_t>(row.place * width_ + column.place)], row.weight * column.weight);
  }
  return weight > 0 ? static_cast<float>(sum / weight) : std::numeric_limits<float>::quiet_NaN();
}

void Regridding::apply(std::span<const float> in, std::span<float> out) const {
  const auto width = static_cast<std::size_t>(width_);
  const std::array<float, 2> poles{mean_of(in.first(width)), mean_of(in.last(width))};
  std::size_t cell = 0;
  for (const auto& rows : rows_) {
    for (const auto& columns : columns_) out[cell++] = value(in, poles, rows, columns);
  }
}

}  // namespace stormsweep
