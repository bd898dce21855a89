#include "search/space/cache_files.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// The identity that `name` begins with, as to_hex writes it.
std::optional<Identity> leading_identity(std::string_view name) {
  Identity identity{};
  if (name.size() < 2 * identity.size()) return std::nullopt;
  for (std::size_t i = 0; i < identity.size(); ++i) {
    const char* const digits = name.data() + 2 * i;
    if (std::from_chars(digits, digits + 2, identity[i], 16).ptr != digits + 2) return std::nullopt;
  }
  return identity;
}

}  // namespace

Identity curve_identity(Configuration configuration, const Experiment& experiment, std::uint64_t seed) {
  if (experiment.milestone && any_length_alike(configuration, experiment))
    configuration.values[*experiment.milestone] = std::int64_t{0};  // a milestone that no training has
  return identity(configuration, experiment, seed);
}

bool one_training_a_curve(const Space& space) {
  return !space.experiment->milestone || space.share_epochs;
}

fs::path checkpoints(const fs::path& cache) {
  return cache / "checkpoints";
}

fs::path checkpoint(const fs::path& folder, const Identity& curve, const std::string& fingerprint) {
  return folder / fmt::format("{}-{:016x}.pt", to_hex(curve), derive_seed(0, fingerprint));
}

std::optional<Identity> curve_of_checkpoint(const fs::path& file, const std::string& fingerprint) {
  const auto curve = leading_identity(file.filename().string());
  return curve && checkpoint(file.parent_path(), *curve, fingerprint) == file ? curve : std::nullopt;
}

std::string command_fingerprint(const std::string& fingerprint, const std::string& search) {
  return fingerprint + ' ' + search;
}

std::string checkpoint_fingerprint(const Space& space, const std::string& fingerprint) {
  return space.experiment->command ? command_fingerprint(fingerprint, space.name) : fingerprint;
}

fs::path work_folder(const fs::path& cache, const std::string& search, const Identity& trial, std::optional<int> rank) {
  return cache / "work" / fmt::format("{}-{}{}", search, to_hex(trial), rank ? fmt::format("-{}", *rank) : "");
}

fs::path fresh_models(const fs::path& cache, const std::string& search) {
  return cache / "models" / search;
}

fs::path fresh_model(const fs::path& folder, const Identity& trial) {
  return folder / (to_hex(trial) + ".pt");
}

std::optional<Identity> trial_of_fresh_model(const fs::path& file) {
  const auto trial = leading_identity(file.filename().string());
  return trial && fresh_model(file.parent_path(), *trial) == file ? trial : std::nullopt;
}

}  // namespace stormsweep
