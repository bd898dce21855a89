#include "datasets/nowcast/blurred_extrapolation.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "datasets/nowcast/nowcast_patch_draw.hpp"

namespace stormsweep {

namespace {

/// The middle of a frame [side, side], blurred. OpenCV sees the pixels around the middle; beyond the patch all is as at
/// its edge.
cv::Mat1f blurred_middle(std::span<const float> frame, std::int64_t side, double sigma) {
  // OpenCV does not take const data, but writes nothing here.
  const cv::Mat1f whole(static_cast<int>(side), static_cast<int>(side), const_cast<float*>(frame.data()));
  const int middle = static_cast<int>(std::min(side, nowcast_centre)), margin = (static_cast<int>(side) - middle) / 2;
  const cv::Mat1f part = whole(cv::Rect(margin, margin, middle, middle));
  if (sigma == 0) return part.clone();
  cv::Mat1f result;
  cv::GaussianBlur(part, result, {}, sigma, sigma, cv::BORDER_REPLICATE);
  return result;
}

std::span<const float> frame_of(std::span<const float> frames, std::size_t lead, std::int64_t side) {
  const auto pixels = static_cast<std::size_t>(side * side);
  return frames.subspan(lead * pixels, pixels);
}

}  // namespace

void BlurFit::add(std::span<const float> extrapolation, std::span<const float> truth, std::int64_t side) {
  for (std::size_t lead = 0; lead < nowcast_targets; ++lead) {
    const cv::Mat1f seen = blurred_middle(frame_of(truth, lead, side), side, 0);
    for (std::size_t i = 0; i < sigmas.size(); ++i) {
      const cv::Mat1f forecast = blurred_middle(frame_of(extrapolation, lead, side), side, sigmas[i]);
      sums_[lead][i].products += forecast.dot(seen);
      sums_[lead][i].squares += forecast.dot(forecast);
    }
  }
}

BlurFit& BlurFit::operator+=(const BlurFit& other) {
  for (std::size_t lead = 0; lead < nowcast_targets; ++lead)
    for (std::size_t i = 0; i < sigmas.size(); ++i) {
      sums_[lead][i].products += other.sums_[lead][i].products;
      sums_[lead][i].squares += other.sums_[lead][i].squares;
    }
  return *this;
}

NowcastBlurs BlurFit::best() const {
  NowcastBlurs blurs;
  for (std::size_t lead = 0; lead < nowcast_targets; ++lead) {
    // With the least-squares factor p / s the squared error is that of forecasting no rain, less p^2 / s.
    const auto gain = [](const Sums& sums) {
      return sums.squares > 0 ? sums.products * sums.products / sums.squares : 0;
    };
    const auto best = std::ranges::max_element(sums_[lead], {}, gain);
    if (gain(*best) <= 0) continue;
    blurs[lead] = {.sigma = sigmas[static_cast<std::size_t>(best - sums_[lead].begin())],
                   .factor = static_cast<float>(best->products / best->squares)};
  }
  return blurs;
}

std::vector<float> blurred(std::span<const float> frame, std::int64_t height, std::int64_t width,
                           const NowcastBlur& blur) {
  cv::Mat1f image(static_cast<int>(height), static_cast<int>(width));
  std::ranges::transform(frame, image.begin(), [](float value) { return std::isnan(value) ? 0 : value; });
  if (blur.sigma > 0) cv::GaussianBlur(image, image, {}, blur.sigma, blur.sigma, cv::BORDER_REPLICATE);
  image *= blur.factor;
  return {image.begin(), image.end()};
}

std::vector<float> blurred_centre(std::span<const float> extrapolation, std::int64_t side, const NowcastBlurs& blurs) {
  std::vector<float> result;
  for (std::size_t lead = 0; lead < nowcast_targets; ++lead) {
    const cv::Mat1f frame =
        blurs[lead].factor * blurred_middle(frame_of(extrapolation, lead, side), side, blurs[lead].sigma);
    result.insert(result.end(), frame.begin(), frame.end());
  }
  return result;
}

}  // namespace stormsweep
