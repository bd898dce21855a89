#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/climate/climate_writer.hpp"
#include "datasets/field_sums.hpp"

namespace stormsweep {

/// The files of a folder: those of `split_names`, and one of forcings alone, of scenarios to be forecast.
inline constexpr std::array<const char*, 4> climate_file_names{"train", "validation", "test", "forecast"};
using ClimateLayouts = std::array<ClimateLayout, 4>;  ///< in this order; for one without scenarios there is no file

/// Writes train.h5, test.h5 and, if any, validation.h5 and forecast.h5 of one folder side by side. Once all are on the
/// disk, `finish` puts them in the place of an earlier set (remove_earlier_set); until then, that stays. Throws
/// InputError as ClimateWriter does.
class ClimateSplitsWriter {
 public:
  /// Fields of all layouts are the same; statistics in them are not read.
  ClimateSplitsWriter(const std::filesystem::path& folder, const ClimateLayouts& layouts);

  /// Values of months from `first` on: [n] or [n, height, width]. They go to every split that has these months of the
  /// scenario, or of the member.
  void write_forcing(const std::string& scenario, std::size_t channel, ClimateMonth first,
                     std::span<const float> values);
  void write_target(const std::string& scenario, const std::string& member, std::size_t channel, ClimateMonth first,
                    std::span<const float> values);

  /// Statistics are those of training: for forcings over the months of each of its scenarios once, for targets over all
  /// of its runs; all cells count alike. A constant forcing gets deviation 1, a constant target is refused.
  void finish(const std::string& provenance);

 private:
  struct Split {
    ClimateLayout layout;
    ClimateWriter writer;
    std::vector<std::int64_t> forcing_months, target_months;  ///< written, by channel
  };
  void check_complete(const Split& split) const;

  std::filesystem::path folder_;
  std::array<std::optional<Split>, 4> splits_;
  std::vector<FieldSums> forcing_sums_, target_sums_;  ///< of training, by channel
};

}  // namespace stormsweep
