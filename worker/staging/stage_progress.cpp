#include "worker/staging/stage_progress.hpp"

#include <cmath>

namespace stormsweep {

void StageProgress::expect(std::int64_t files) {
  const std::lock_guard lock(mutex_);
  expected_ = files;
  tell();
}

void StageProgress::begin(std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  --expected_, ++begun_;
  known_ += bytes;
  tell();
}

void StageProgress::add(std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  done_ += bytes;
  tell();
}

void StageProgress::tell() const {
  if (!told_) return;
  const double mean = begun_ > 0 ? static_cast<double>(known_) / static_cast<double>(begun_) : 0;
  told_(done_, known_ + std::llround(mean * static_cast<double>(expected_)));
}

}  // namespace stormsweep
