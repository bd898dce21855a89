#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "search/space/configuration.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Files in the cache of a database, which workers write and the master clears away. Functions that read a name give
/// nothing for any other file, one half-written say.

/// The key of a training's checkpoint and curves: the identity of its configuration without its milestone, so that it
/// outlives edits of the space.
Identity curve_identity(Configuration configuration, const Experiment& experiment, std::uint64_t seed);

/// Whether no two trainings of a run have the same curve: not so where trials that differ in the milestone alone are
/// trained apart.
bool one_training_a_curve(const Space& space);

/// Checkpoints, one a training and data: those of searches that share a database lie side by side, and a search goes on
/// from another's.
std::filesystem::path checkpoints(const std::filesystem::path& cache);
std::filesystem::path checkpoint(const std::filesystem::path& folder, const Identity& curve,
                                 const std::string& fingerprint);
std::optional<Identity> curve_of_checkpoint(const std::filesystem::path& file, const std::string& fingerprint);

/// What stands for the fingerprint in the name of a command's checkpoint. That is a folder in which it works: of two
/// searches that run at once each has its own.
std::string command_fingerprint(const std::string& fingerprint, const std::string& search);
/// What stands for it in the names of a search's checkpoints, whatever trains.
std::string checkpoint_fingerprint(const Space& space, const std::string& fingerprint);

/// The folder in which a command trains, by the last trial of its training; of a gang each rank has one. It stays where
/// the command fails.
std::filesystem::path work_folder(const std::filesystem::path& cache, const std::string& search, const Identity& trial,
                                  std::optional<int> rank = {});

/// Where workers put trained networks until the master, which has committed the rows of their trials, keeps or removes
/// them (`run --keep-best`): one folder a search, so that those that share a database do not touch each other's.
std::filesystem::path fresh_models(const std::filesystem::path& cache, const std::string& search);
std::filesystem::path fresh_model(const std::filesystem::path& folder, const Identity& trial);
std::optional<Identity> trial_of_fresh_model(const std::filesystem::path& file);

}  // namespace stormsweep
