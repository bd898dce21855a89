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

/// Interpolates between the four pixels around (row, column), which lies in the image; pixels of weight 0 are not read,
/// so they may be missing.
float between(const float* image, std::int64_t height, std::int64_t width, float row, float column) {
  const auto top = std::min(static_cast<std::int64_t>(row), height - 1);
  const auto left = std::min(static_cast<std::int64_t>(column), width - 1);
  const float down = row - static_cast<float>(top), right = column - static_cast<float>(left);
  const float* above = image + top * width + left;
  const float* below = above + (down > 0 ? width : 0);
  const std::int64_t next = right > 0 ? 1 : 0;
  return (1 - down) * ((1 - right) * above[0] + right * above[next]) +
         down * ((1 - right) * below[0] + right * below[next]);
}

/// A path backwards in time from one pixel.
class Path {
 public:
  Path(const Motion& motion, std::int64_t row, std::int64_t column)
      : motion_(motion), row_(static_cast<float>(row)), column_(static_cast<float>(column)) {}

  void step_back() {
    float down = 0, right = 0;  // of this step
    for (int round = 0; round < midpoint_rounds; ++round) {
      const float row = inside(row_ - down / 2, motion_.height), column = inside(column_ - right / 2, motion_.width);
      down = between(motion_.down.data(), motion_.height, motion_.width, row, column);
      right = between(motion_.right.data(), motion_.height, motion_.width, row, column);
    }
    row_ -= down, column_ -= right;
  }

  float look(const float* image) const {
    if (row_ != inside(row_, motion_.height) || column_ != inside(column_, motion_.width))
      return std::numeric_limits<float>::quiet_NaN();
    return between(image, motion_.height, motion_.width, row_, column_);
  }

 private:
  /// Beyond the edge the motion is that at the edge.
  static float inside(float place, std::int64_t side) { return std::clamp(place, 0.f, static_cast<float>(side - 1)); }

  const Motion& motion_;
  float row_, column_;
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

std::vector<float> extrapolate(std::span<const float> now, const Motion& motion, std::int64_t steps) {
  const std::int64_t pixels = motion.height * motion.width;
  std::vector<float> result(static_cast<std::size_t>(steps * pixels));
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    Path path(motion, pixel / motion.width, pixel % motion.width);
    for (std::int64_t step = 0; step < steps; ++step) {
      path.step_back();
      result[static_cast<std::size_t>(step * pixels + pixel)] = path.look(now.data());
    }
  }
  return result;
}

}  // namespace stormsweep
