#include "datasets/nowcast/extrapolation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <opencv2/video/tracking.hpp>

namespace stormsweep {

namespace {

constexpr float brightest_rain = 10;  // mm/h
constexpr float brightest_vil = 255;
constexpr int midpoint_rounds = 3;

cv::Mat grey(std::span<const float> image, std::int64_t height, std::int64_t width, float brightest) {
  cv::Mat result(static_cast<int>(height), static_cast<int>(width), CV_8U);
  std::ranges::transform(image, result.begin<std::uint8_t>(), [&](float value) {
    return std::isnan(value) ? std::uint8_t{0}
                             : static_cast<std::uint8_t>(std::lround(std::clamp(value / brightest, 0.f, 1.f) * 255));
  });
  return result;
}

/// The four pixels around (row, column), which lies in images of `height` x `width`; pixels of weight 0 are not read,
/// so they may be missing.
class Between {
 public:
  Between(std::int64_t height, std::int64_t width, float row, float column) {
    const auto top = std::min(static_cast<std::int64_t>(row), height - 1);
    const auto left = std::min(static_cast<std::int64_t>(column), width - 1);
    down_ = row - static_cast<float>(top), right_ = column - static_cast<float>(left);
    above_ = top * width + left;
    below_ = above_ + (down_ > 0 ? width : 0);
    next_ = right_ > 0 ? 1 : 0;
  }

  float of(const float* image) const {
    const float *above = image + above_, *below = image + below_;
    return (1 - down_) * ((1 - right_) * above[0] + right_ * above[next_]) +
           down_ * ((1 - right_) * below[0] + right_ * below[next_]);
  }

 private:
  std::int64_t above_, below_, next_;
  float down_, right_;
};

/// Paths backwards in time from the pixels of a row, which are followed together: a processor works on several at once.
class Paths {
 public:
  Paths(const Motion& motion, std::int64_t row)
      : motion_(motion),
        width_(static_cast<std::size_t>(motion.width)),
        rows_(width_, static_cast<float>(row)),
        columns_(width_),
        down_(width_),
        right_(width_) {
    for (std::size_t i = 0; i < width_; ++i) columns_[i] = static_cast<float>(i);
  }

  void step_back() {
    std::ranges::fill(down_, 0.f), std::ranges::fill(right_, 0.f);  // of this step
    for (int round = 0; round < midpoint_rounds; ++round) {
      for (std::size_t i = 0; i < width_; ++i) {
        const Between midpoint(motion_.height, motion_.width, inside(rows_[i] - down_[i] / 2, motion_.height),
                               inside(columns_[i] - right_[i] / 2, motion_.width));
        down_[i] = midpoint.of(motion_.down.data()), right_[i] = midpoint.of(motion_.right.data());
      }
    }
    for (std::size_t i = 0; i < width_; ++i) rows_[i] -= down_[i], columns_[i] -= right_[i];
  }

  float look(std::size_t i, const float* image) const {
    if (rows_[i] != inside(rows_[i], motion_.height) || columns_[i] != inside(columns_[i], motion_.width))
      return std::numeric_limits<float>::quiet_NaN();
    return Between(motion_.height, motion_.width, rows_[i], columns_[i]).of(image);
  }

 private:
  /// Beyond the edge the motion is that at the edge.
  static float inside(float place, std::int64_t side) { return std::clamp(place, 0.f, static_cast<float>(side - 1)); }

  const Motion& motion_;
  std::size_t width_;
  std::vector<float> rows_, columns_, down_, right_;
};

/// OpenCV's threads are shared by the whole process, and we have many of our own. Set once, before anything else runs
/// in OpenCV: setting it removes the threads that another call computes with.
void use_one_thread() {
  static std::once_flag once;
  std::call_once(once, [] { cv::setNumThreads(1); });
}

}  // namespace

Motion find_motion(std::span<const float> before, std::span<const float> now, std::int64_t height, std::int64_t width,
                   RadarQuantity quantity) {
  const float brightest = quantity == RadarQuantity::vil ? brightest_vil : brightest_rain;
  cv::Mat flow;
  use_one_thread();
  cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)
      ->calc(grey(now, height, width, brightest), grey(before, height, width, brightest), flow);
  Motion motion{.height = height, .width = width, .down = {}, .right = {}};
  for (const cv::Vec2f& back : cv::Mat_<cv::Vec2f>(flow))
    motion.right.push_back(-back[0]), motion.down.push_back(-back[1]);
  return motion;
}

std::vector<std::vector<float>> extrapolate(std::span<const std::span<const float>> images, const Motion& motion,
                                            std::int64_t steps) {
  const std::int64_t pixels = motion.height * motion.width;
  std::vector results(images.size(), std::vector<float>(static_cast<std::size_t>(steps * pixels)));
  for (std::int64_t row = 0; row < motion.height; ++row) {
    Paths paths(motion, row);
    for (std::int64_t step = 0; step < steps; ++step) {
      paths.step_back();
      for (std::size_t k = 0; k < images.size(); ++k) {
        float* seen = results[k].data() + step * pixels + row * motion.width;
        for (std::int64_t i = 0; i < motion.width; ++i)
          seen[i] = paths.look(static_cast<std::size_t>(i), images[k].data());
      }
    }
  }
  return results;
}

std::vector<float> extrapolate(std::span<const float> now, const Motion& motion, std::int64_t steps) {
  return std::move(extrapolate(std::span(&now, 1), motion, steps)[0]);
}

}  // namespace stormsweep
