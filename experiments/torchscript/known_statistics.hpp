#pragma once

#include <filesystem>
#include <string>

#include "datasets/tensors/tensor_set.hpp"

namespace stormsweep {

/// The statistics of the training split, from a file in `folder`, which the first worker that asks makes; `fingerprint`
/// is that of the data.
TensorStatistics known_statistics(const TensorSet& train, const std::string& fingerprint,
                                  const std::filesystem::path& folder);

/// Makes that file from known `statistics`.
void keep_statistics(const TensorStatistics& statistics, const std::string& fingerprint,
                     const std::filesystem::path& folder);

}  // namespace stormsweep
