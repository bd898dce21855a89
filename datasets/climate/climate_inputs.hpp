#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/climate/climate_forcing.hpp"
#include "datasets/climate/climate_manifest.hpp"
#include "datasets/climate/climate_target.hpp"

namespace stormsweep {

/// One member of one scenario.
struct ClimateMember {
  std::string scenario, name;
  auto operator<=>(const ClimateMember&) const = default;
};

/// All that a manifest names, opened and found to fit together; nothing is read yet but coordinates and tables.
class ClimateInputs {
 public:
  /// Throws InputError: whatever the fields do, forcings that mix two kinds, a member without any complete month.
  explicit ClimateInputs(const std::filesystem::path& manifest);

  const ClimateManifest& manifest() const { return manifest_; }
  const ClimateGrid& grid() const { return grid_; }
  /// In the order of the channels.
  std::vector<ClimateTarget>& targets(const ClimateMember& member) { return targets_.at(member); }
  const std::vector<ClimateForcing>& forcings(const std::string& scenario) const { return forcings_.at(scenario); }
  /// The months for which all forcings are known.
  ClimateMonths known_forcings(const std::string& scenario) const;
  /// The months with all targets and all forcings, in pieces where some are missing in between.
  const std::vector<ClimateMonths>& months(const ClimateMember& member) const { return months_.at(member); }
  /// The first month of a scenario for which any member has targets.
  ClimateMonth first_target(const std::string& scenario) const;
  /// What a user should know, one line each.
  const std::vector<std::string>& notes() const { return notes_; }
  void tell(std::string note) { notes_.push_back(std::move(note)); }

 private:
  void open_targets();
  void choose_grid();
  void open_forcings(const std::string& scenario);
  void find_months(const ClimateMember& member);
  void tell_gaps(const ClimateMember& member);

  ClimateManifest manifest_;
  std::vector<std::string> notes_;
  ClimateGrid grid_;
  std::map<ClimateMember, std::vector<ClimateTarget>> targets_;
  std::map<std::string, std::vector<ClimateForcing>> forcings_;
  std::map<ClimateMember, std::vector<ClimateMonths>> months_;
};

}  // namespace stormsweep
