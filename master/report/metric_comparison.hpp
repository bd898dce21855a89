#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace stormsweep {

/// Whether two databases agree on the trials of a search.
struct MetricComparison {
  std::uint64_t trials = 0;     ///< trials that both have
  std::uint64_t values = 0;     ///< metrics of those trials
  std::uint64_t differing = 0;  ///< values that differ in any bit, or that only one has; and differing statuses
  std::uint64_t unmatched = 0;  ///< trials that only one has
  std::string example;          ///< the first difference: "trial 7, validation_loss: 0.25 and 0.5"

  bool equal() const { return differing == 0 && unmatched == 0; }
};

/// Compares the trials that have ended of search `search`, by their identity. Throws InputError: see open_for_reading.
MetricComparison compare_metrics(const std::filesystem::path& one, const std::filesystem::path& other,
                                 const std::string& search);

}  // namespace stormsweep
