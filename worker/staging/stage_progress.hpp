#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

namespace stormsweep {

/// Counts and reports the bytes of a staging that a rank has read or received, and how many there will be in all,
/// taking files not begun yet to be as large as the others on average. From any thread.
class StageProgress {
 public:
  /// `told` is called by one thread at a time; may be empty.
  explicit StageProgress(std::function<void(std::int64_t done, std::int64_t all)> told) : told_(std::move(told)) {}

  /// So many files are still to come.
  void expect(std::int64_t files);
  /// One of them is that large.
  void begin(std::int64_t bytes);
  void add(std::int64_t bytes);

 private:
  void tell() const;

  std::function<void(std::int64_t, std::int64_t)> told_;
  std::mutex mutex_;
  std::int64_t expected_ = 0, begun_ = 0;  // files
  std::int64_t done_ = 0, known_ = 0;      // bytes
};

}  // namespace stormsweep
