#include "master/store/kept_models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "master/store/side_folder.hpp"
#include "search/base/error.hpp"
#include "search/base/shell_word.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// The most networks that the summary lists by number; of further ones it gives the count.
constexpr std::size_t most_told = 10;

fs::path models_folder(const fs::path& database) {
  return side_folder(database, "models");
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code missing;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, missing)) files.push_back(entry.path());
  return files;
}

/// The trial whose network is in `file`, if it is named like one.
std::optional<TrialId> trial_of(const fs::path& file, const fs::path& database) {
  constexpr std::string_view prefix = "trial-";
  const std::string name = file.filename().string();
  TrialId trial{};
  if (!name.starts_with(prefix)) return std::nullopt;
  std::from_chars(name.data() + prefix.size(), name.data() + name.size(), trial.value);
  return model_file(database, trial).filename() == name ? std::optional(trial) : std::nullopt;
}

constexpr std::string_view doomed_suffix = ".removed";

fs::path aside(const fs::path& model) {
  return fs::path(model) += doomed_suffix;
}

void discard(const fs::path& file) {
  std::error_code ignored;  // it may not exist
  fs::remove(file, ignored);
}

}  // namespace

fs::path model_file(const fs::path& database, TrialId trial) {
  return models_folder(database) / fmt::format("trial-{}.pt", trial.value);
}

DoomedModels::DoomedModels(const fs::path& database, const std::vector<TrialId>& trials) {
  for (const TrialId trial : trials) {
    const fs::path model = model_file(database, trial);
    std::error_code error;
    fs::rename(model, aside(model), error);
    if (!error) models_.push_back(model);
    if (!error || error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) continue;
    put_back();
    throw InputError(fmt::format("{}: this network cannot be removed ({}); give yourself the right to write its folder",
                                 model.string(), error.message()));
  }
}

DoomedModels::~DoomedModels() {
  put_back();
}

void DoomedModels::put_back() {
  std::error_code ignored;  // else the next run removes it
  for (const fs::path& model : models_) fs::rename(aside(model), model, ignored);
  models_.clear();
}

std::uint64_t DoomedModels::remove() {
  for (const fs::path& model : models_) discard(aside(model));
  return std::exchange(models_, {}).size();
}

KeptModels::KeptModels(const fs::path& database, const fs::path& cache, const Space& space, std::size_t most)
    : database_(database), fresh_(fresh_models(cache, space.name)), goal_(space.goal), most_(most) {}

void KeptModels::open(Store& store) {
  read_kept(store);
  if (most_ > 0) {
    std::error_code error;
    fs::create_directories(models_folder(database_), error);
    if (error)
      throw InputError(fmt::format("{}: --keep-best cannot make this folder ({}); name another --results",
                                   models_folder(database_).string(), error.message()));
  }
  read_fresh(store);
}

void KeptModels::read_kept(Store& store) {
  kept_.clear();
  for (const fs::path& file : files_in(models_folder(database_))) {
    if (file.native().ends_with(doomed_suffix)) {
      discard(file);
      continue;
    }
    const auto id = trial_of(file, database_);
    if (!id) continue;
    const auto trial = store.find(*id);
    if (!trial)
      throw InputError(
          fmt::format("{}: {} has no trial {}; move the networks of another database away, or name "
                      "another --results",
                      file.string(), database_.string(), id->value));
    if (trial->of_this_search) kept_.push_back(trial->rated);
  }
  std::sort(kept_.begin(), kept_.end(), [this](const auto& a, const auto& b) { return better(a, b, goal_); });
  trim();
}

/// A killed run may have left networks whose rows are committed, and networks whose rows are not.
void KeptModels::read_fresh(Store& store) {
  for (const fs::path& file : files_in(fresh_)) {
    const auto identity = trial_of_fresh_model(file);
    const auto trial = identity ? store.find(*identity) : std::nullopt;
    trial ? consider(trial->rated, *identity) : discard(file);
  }
}

void KeptModels::consider(const RatedTrial& trial, const Identity& identity) {
  const fs::path file = fresh_model(fresh_, identity);
  std::error_code error;
  if (!fs::exists(file, error)) return;  // not complete, or it could not be saved, which the worker reported
  if (!std::isfinite(trial.metric) || most_ == 0 || (kept_.size() >= most_ && better(kept_.back(), trial, goal_)))
    return discard(file);
  const fs::path model = model_file(database_, trial.trial);
  fs::create_directories(model.parent_path(), error);  // another search of the database may have removed it while empty
  fs::rename(file, model, error);
  if (!error) return insert(trial);
  if (problem_.empty()) problem_ = fmt::format("{}: {}; this network is not kept", model.string(), error.message());
  discard(file);
}

void KeptModels::insert(const RatedTrial& trial) {
  std::erase_if(kept_, [&](const RatedTrial& other) { return other.trial == trial.trial; });  // it was trained again
  const auto place =
      std::find_if(kept_.begin(), kept_.end(), [&](const RatedTrial& other) { return better(trial, other, goal_); });
  kept_.insert(place, trial);
  trim();
}

void KeptModels::trim() {
  while (most_ > 0 && kept_.size() > most_) {
    discard(model_file(database_, kept_.back().trial));
    kept_.pop_back();
  }
}

void KeptModels::close() {
  std::error_code ignored;
  fs::remove_all(fresh_, ignored);
  discard(fresh_.parent_path());  // removes these two only if they are empty
  discard(models_folder(database_));
}

std::string KeptModels::summary(const Store& store) const {
  if (most_ == 0) return {};
  std::string text = fmt::format("{}: ", models_folder(database_).string());
  if (kept_.empty()) text += "no network was kept";
  if (const auto best = store.best(); kept_.empty() && best)
    text += fmt::format(
        "; to have that of the best trial: `stormsweep rerun {} --where \"trial = {}\"`, and run again with "
        "--keep-best",
        shell_word(database_.string()), best->trial.value);
  for (std::size_t i = 0; i < std::min(kept_.size(), most_told); ++i)
    text += fmt::format("{} {}",
                        i > 0               ? ","
                        : kept_.size() == 1 ? "the network of trial"
                                            : "the networks of trials",
                        kept_[i].trial.value);
  if (kept_.size() > most_told) text += fmt::format(" and {} more", kept_.size() - most_told);
  return text + (problem_.empty() ? "" : "; " + problem_);
}

}  // namespace stormsweep
