#include "search/base/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace stormsweep {

namespace {

constexpr Seconds first_bar{1}, redraw{0.2};
constexpr Seconds first_line{10};
constexpr double bar_width = 20;

std::string bar(double share) {
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * bar_width);
  return '[' + std::string(filled, '#') + std::string(static_cast<std::size_t>(bar_width) - filled, '-') + "] ";
}

}  // namespace

ProgressLine::ProgressLine(int columns, Seconds now)
    : columns_(columns), started_(now), next_(now + (columns > 0 ? first_bar : first_line)) {}

bool ProgressLine::due(Seconds now) {
  if (now < next_) return false;
  next_ = now + (columns_ > 0 ? redraw : std::max(first_line, since(now) / 10));
  return true;
}

void ProgressLine::show(std::optional<double> share, const std::vector<std::string>& versions) const {
  if (columns_ == 0) return say(versions.front());
  const auto room = static_cast<std::size_t>(columns_ - 1);
  const auto fits = [&](const std::string& line) { return line.size() <= room; };
  std::string line = versions.back().substr(0, room);
  for (const std::string& words : versions) {
    const std::string whole = (share ? bar(*share) : "") + words;
    if (!fits(whole) && !fits(words)) continue;
    line = fits(whole) ? whole : words;
    break;
  }
  wipe();
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
}

void ProgressLine::say(const std::string& line) const {
  wipe();
  fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

void ProgressLine::wipe() const {
  if (columns_ > 0) fmt::print(stderr, "\r\033[K");
}

}  // namespace stormsweep
