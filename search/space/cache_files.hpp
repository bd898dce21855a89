#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "search/space/configuration.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Files in the cache of a database, which workers write and the master removes. Functions that read a name return
/// nothing for any other file, such as a half-written one.

/// The key of a training's checkpoint and curves: the identity of its configuration without its milestone, so that it
/// outlives edits of the space.
Identity curve_identity(Configuration configuration, const Experiment& experiment, std::uint64_t seed);

/// Whether no two trainings of a run have the same curve. Some do where trials that differ only in the milestone are
/// trained separately.
bool one_training_a_curve(const Space& space);

/// The folder of checkpoints, one for each training and data fingerprint. Searches that share a database share it, so
/// that a search can continue from another's checkpoint.
std::filesystem::path checkpoints(const std::filesystem::path& cache);
std::filesystem::path checkpoint(const std::filesystem::path& folder, const Identity& curve,
                                 const std::string& fingerprint);
std::optional<Identity> curve_of_checkpoint(const std::filesystem::path& file, const std::string& fingerprint);

/// Takes the fingerprint's place in the name of a command's checkpoint, which is a folder that the command works in:
/// two searches that run at once must not share it.
std::string command_fingerprint(const std::string& fingerprint, const std::string& search);
/// Takes the fingerprint's place in the names of a search's checkpoints, for commands and networks alike.
std::string checkpoint_fingerprint(const Space& space, const std::string& fingerprint);

/// The folder in which a command trains, named by the last trial of its training; each rank of a gang has its own.
/// Where the command fails it is kept.
std::filesystem::path work_folder(const std::filesystem::path& cache, const std::string& search, const Identity& trial,
                                  std::optional<int> rank = {});

/// Where workers put trained networks until the master has committed the rows of their trials and keeps or removes them
/// (`run --keep-best`). One folder for each search, so that searches that share a database leave each other's networks
/// alone.
std::filesystem::path fresh_models(const std::filesystem::path& cache, const std::string& search);
std::filesystem::path fresh_model(const std::filesystem::path& folder, const Identity& trial);
std::optional<Identity> trial_of_fresh_model(const std::filesystem::path& file);

}  // namespace stormsweep
