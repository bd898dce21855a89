#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <torch/types.h>

#include "datasets/batch.hpp"
#include "datasets/files/mapped_file.hpp"

namespace stormsweep {

/// One split of a user's own data, mapped read-only from its HDF5 file: ranks of a node share the pages, and a random
/// batch reads only what it needs.
/// File: `input` [N, ...] and `target` [N, ...], each float32, int64, int32 or uint8, contiguous.
class TensorSet {
 public:
  /// Throws InputError: missing, truncated, of another type, no or unequal samples, compressed (not mappable).
  explicit TensorSet(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::int64_t size() const { return input_.size(0); }
  /// The file's own memory: never written to, and gone with the set.
  const torch::Tensor& input() const { return input_; }
  const torch::Tensor& target() const { return target_; }

  Batch gather(const std::vector<std::int64_t>& samples) const;

 private:
  std::filesystem::path path_;
  MappedFile file_;
  torch::Tensor input_, target_;
};

/// Of each channel of inputs, axis 1, over all samples of a split and all other axes; of [N], one channel.
struct TensorStatistics {
  std::vector<double> mean, deviation;  ///< deviation: 1 where all values are the same
  std::int64_t axes = 0;                ///< of the inputs
};
/// Nothing is standardised of inputs that are not real: then both are empty.
TensorStatistics statistics(const TensorSet& set);

/// Throws InputError, naming the first sample with a number that is not finite.
void check_finite(const TensorSet& set);

/// 32 hexadecimal digits: XXH3-128 of shapes, types and numbers.
std::string fingerprint(const TensorSet& set);

}  // namespace stormsweep
