#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>
#include <vector>

#include "search/space/experiment.hpp"

namespace stormsweep {

/// A profile (search/space/experiment.hpp) as the table `columns` keeps it, under the kind "profile": JSON text
/// {"name", "at", "metrics"}, so that views and tables of a file need not know the experiments that filled it.
struct StoredProfile {
  std::string experiment, name;
  std::vector<Value> at;
  std::vector<std::string> metrics;
};

/// The text that `columns` keeps of `profile`.
std::string stored_text(const Profile& profile);

/// The profiles of all experiments in a file. One may be there twice, as an experiment has changed.
std::vector<StoredProfile> stored_profiles(SQLite::Database& database);

/// Drops and makes a view for each profile, of its name: a row for each complete trial and value that it reports, with
/// the columns search, trial, the profile's own, one a hyperparameter, one a metric of the profile (NULL where it is
/// undefined or was not reported). Experiments that declare a profile of one name share its view.
void create_profile_views(SQLite::Database& database);

}  // namespace stormsweep
