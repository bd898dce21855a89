#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
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
  /// Throws InputError: missing, truncated, of another type, no or unequal samples, compressed or packed (not
  /// mappable).
  explicit TensorSet(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::int64_t size() const { return input().size(0); }
  /// The file's own memory: never written to, gone with the set, and perhaps not aligned, so that only shape and type
  /// are of use where nothing is known of the file.
  const torch::Tensor& input() const { return input_.numbers; }
  const torch::Tensor& target() const { return target_.numbers; }
  /// Numbers that stand for a missing one, by the dataset's attributes `_FillValue` and `missing_value`: those of
  /// NetCDF-4, whose files are HDF5.
  const std::vector<double>& missing_input() const { return input_.missing; }
  const std::vector<double>& missing_target() const { return target_.missing; }

  /// Copies.
  Batch gather(const std::vector<std::int64_t>& samples) const;

 private:
  std::filesystem::path path_;
  MappedFile file_;
  struct Dataset {
    torch::Tensor numbers;
    std::vector<double> missing;
  };
  Dataset mapped(const hdf5::Handle& file, const char* name) const;
  Dataset input_, target_;
};

/// Statistics of each channel of the inputs, axis 1, over all samples of a split and all other axes; inputs [N] have
/// one channel.
struct TensorStatistics {
  std::vector<double> mean, deviation;  ///< deviation: 1 where all values are the same
  std::int64_t axes = 0;                ///< of the inputs
};

/// A label that a sample has.
struct ClassLabel {
  std::int64_t value = 0, sample = 0;
};
/// The least and the greatest of integer targets, each where it comes first.
struct LabelRange {
  ClassLabel least, greatest;
};

/// The result of a pass over a whole file.
struct TensorScan {
  std::string fingerprint;           ///< 32 hexadecimal digits: XXH3-128 of shapes, types and numbers
  TensorStatistics statistics;       ///< of real inputs; others are not standardised, and it is empty
  std::optional<LabelRange> labels;  ///< of targets that are integers
};
/// Throws InputError, naming the first sample with a number that is not finite, or that stands for a missing one.
/// `progress` is given the share read.
TensorScan scan(
    const TensorSet& set, const std::function<void(double)>& progress = [](double) {});

}  // namespace stormsweep
