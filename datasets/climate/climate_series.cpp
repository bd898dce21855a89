#include "datasets/climate/climate_series.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

void check_alike(const ClimateSource& a, const ClimateSource& b) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(
        fmt::format("{}: {} as in {}; give files of one run of one model", b.path().string(), what, a.path().string()));
  };
  if (a.global() != b.global() || !same_cells(a.grid(), b.grid())) refuse("is not on the same grid");
  if (a.unit() != b.unit()) refuse(fmt::format("is in '{}', not '{}'", b.unit(), a.unit()));
}

}  // namespace

ClimateSeries::ClimateSeries(const std::vector<std::filesystem::path>& files, const std::string& variable,
                             const std::string& member, std::vector<std::string>& notes) {
  for (const auto& file : files) {
    sources_.emplace_back(file, variable, member);
    check_alike(sources_.front(), sources_.back());
    add(sources_.size() - 1, notes);
    sources_.back().close();
  }
  if (first().cyclic())
    notes.push_back(
        fmt::format("{}: the last column of {} is its first again, and left out", first().path().string(), variable));
  if (months_.empty()) throw InputError(files.front().string() + ": has no moments; give a file with months");
}

void ClimateSeries::add(std::size_t source, std::vector<std::string>& notes) {
  const ClimateSource& file = sources_[source];
  std::vector<ClimateMonth> twice;
  for (std::size_t moment = 0; moment < file.months().size(); ++moment) {
    const ClimateMonth month = file.months()[moment];
    const auto [place, fresh] = months_.emplace(month, Place{source, moment});
    if (fresh) continue;
    if (place->second.source == source)
      throw InputError(fmt::format("{}: has several moments in {}; give monthly means, as 'cdo monmean' makes them",
                                   file.path().string(), words_of_month(month)));
    twice.push_back(month);
  }
  if (!twice.empty()) {
    notes.push_back(fmt::format("{}: {} of its months, {} to {}, are in an earlier file too; those are used",
                                file.path().string(), twice.size(), words_of_month(std::ranges::min(twice)),
                                words_of_month(std::ranges::max(twice))));
  }
}

bool ClimateSeries::yearly() const {
  if (months_.size() < 2) return false;
  const auto month = month_of_year(begin());
  return std::ranges::all_of(months_, [&](const auto& one) { return month_of_year(one.first) == month; });
}

std::vector<std::int32_t> ClimateSeries::years() const {
  std::vector<std::int32_t> years;
  for (const auto& [month, place] : months_) years.push_back(year_of(month));
  return years;
}

bool ClimateSeries::regrid(const ClimateGrid& grid, RegridMethod method) {
  if (first().global() || same_cells(first().grid(), grid)) return false;
  regridding_.emplace(first().grid(), grid, method);
  cells_ = static_cast<std::size_t>(grid.cells());
  return true;
}

std::vector<float> ClimateSeries::read(ClimateMonth month) {
  const Place& place = months_.at(month);
  if (open_ != place.source) sources_[open_].close();
  open_ = place.source;
  std::vector<float> values = sources_[place.source].read(place.moment);
  if (!regridding_) return values;
  std::vector<float> there(cells_);
  regridding_->apply(values, there);
  return there;
}

}  // namespace stormsweep
