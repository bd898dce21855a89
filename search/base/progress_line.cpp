#include "search/base/progress_line.hpp"

#include <algorithm>

#include "search/base/output.hpp"

namespace stormsweep {

namespace {

constexpr Seconds first_bar{1}, redraw{0.2};
constexpr Seconds first_line{10};
constexpr std::size_t widest_bar = 20, narrowest_bar = 5, around_bar = 3;

/// As wide as the `room` beside the words allows; empty where that is too little.
std::string bar(double share, std::size_t room) {
  if (room < narrowest_bar + around_bar) return {};
  const std::size_t width = std::min(widest_bar, room - around_bar);
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  return '[' + std::string(filled, '#') + std::string(width - filled, '-') + "] ";
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
  const auto fitting = std::ranges::find_if(versions, [&](const std::string& words) { return words.size() <= room; });
  const std::string line = fitting == versions.end() ? versions.back().substr(0, room)
                                                     : (share ? bar(*share, room - fitting->size()) : "") + *fitting;
  wipe();
  remark("{}", line);
}

void ProgressLine::say(const std::string& line) const {
  wipe();
  remark("{}\n", line);
}

void ProgressLine::wipe() const {
  if (columns_ > 0) remark("\r\033[K");
}

}  // namespace stormsweep
