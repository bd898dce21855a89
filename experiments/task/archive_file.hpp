#pragma once

#include <torch/serialize/archive.h>

#include <filesystem>

namespace stormsweep {

/// A LibTorch archive as a file, which appears whole or not at all, and its folder with it. Throws InputError where it
/// cannot be written; a full disk is reported before anything stands under its name. Behind the archive, where readers
/// of zip files do not look, stands its checksum.
void save_archive(torch::serialize::OutputArchive& archive, const std::filesystem::path& path);

/// What save_archive wrote, with its tensors on `device`. Throws c10::Error where it cannot be read, or has changed
/// since: by its checksum, which files of 0.2.0 lack.
torch::serialize::InputArchive load_archive(const std::filesystem::path& path, const torch::Device& device);

/// TorchScript, code and weights, as a file like that of save_archive, but without a checksum.
void save_script(const torch::jit::Module& script, const std::filesystem::path& path);

}  // namespace stormsweep
