#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>
#include <vector>

#include "search/space/experiment.hpp"

namespace stormsweep {

/// A profile (search/space/experiment.hpp) as stored in the table `columns` with the kind "profile": JSON text {"name",
/// "at", "metrics"}. So the views of a file can be made without knowing the experiments that filled it.
struct StoredProfile {
  std::string experiment, name;
  std::vector<Value> at;
  std::vector<std::string> metrics;
};

/// The text that the table `columns` has for `profile`.
std::string stored_text(const Profile& profile);

/// The profiles of all experiments in a file. A profile occurs twice if its experiment has changed.
std::vector<StoredProfile> stored_profiles(SQLite::Database& database);

/// Recreates a view for each profile, named like it: a row for each complete trial and each value that it reports;
/// columns: search, trial, the profile's coordinate, each hyperparameter, each metric of the profile (NULL where
/// undefined or not reported). Experiments whose profiles have the same name share a view.
void create_profile_views(SQLite::Database& database);

}  // namespace stormsweep
