#include "datasets/batch_memory.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace stormsweep {

namespace {

/// Unused buffers of one size.
class Pool {
 public:
  float* take(std::size_t count) {
    {
      const std::lock_guard guard(lock_);
      if (count != count_) free_.clear(), count_ = count;
      if (!free_.empty()) {
        float* const buffer = free_.back().release();
        free_.pop_back();
        return buffer;
      }
    }
    return new float[count];
  }

  void give_back(float* values, std::size_t count) {
    std::unique_ptr<float[]> buffer(values);
    const std::lock_guard guard(lock_);
    if (count == count_) free_.push_back(std::move(buffer));
  }

 private:
  std::mutex lock_;
  std::size_t count_ = 0;
  std::vector<std::unique_ptr<float[]>> free_;
};

}  // namespace

torch::Tensor empty_batch(torch::IntArrayRef sizes) {
  static const auto pool = std::make_shared<Pool>();  // tensors share it: the last one may be freed after it
  const std::int64_t channels = sizes[1], height = sizes[2], width = sizes[3];
  const auto count = static_cast<std::size_t>(sizes[0] * channels * height * width);
  float* const values = pool->take(count);
  return torch::from_blob(
      values, sizes, {channels * height * width, 1, channels * width, channels},
      [pool = pool, values, count](void*) { pool->give_back(values, count); }, torch::kFloat32);
}

}  // namespace stormsweep
