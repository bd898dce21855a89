#pragma once

#include <torch/serialize/archive.h>

#include <filesystem>

namespace stormsweep {

/// A LibTorch archive as a file, which appears whole or not at all, and its folder with it. Throws InputError where it
/// cannot be written; a full disk is reported before anything stands under its name.
void save_archive(torch::serialize::OutputArchive& archive, const std::filesystem::path& path);

/// The same for TorchScript, code and weights.
void save_script(const torch::jit::Module& script, const std::filesystem::path& path);

}  // namespace stormsweep
