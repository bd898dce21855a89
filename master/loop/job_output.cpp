#include "master/loop/job_output.hpp"

namespace stormsweep::launch {

namespace {

constexpr std::string_view forwarding = "mpirun: Forwarding signal ";

/// Whether a line that begins so may have to be left out.
bool may_be_noise(std::string_view line) {
  return line.starts_with('[') || line.substr(0, forwarding.size()) == forwarding.substr(0, line.size());
}

/// Whether to leave out a line, given with its newline if it has one.
bool is_noise(std::string_view line) {
  const std::size_t end = line.find("] ");
  return line.starts_with(forwarding) ||
         (line.starts_with('[') && end != line.npos && line.substr(end + 2).starts_with("PMIX ERROR: "));
}

}  // namespace

std::string JobOutput::add(std::string_view more) {
  std::string shown;
  while (!more.empty()) {
    const std::size_t end = more.find('\n') == more.npos ? more.size() : more.find('\n') + 1;
    const std::string_view piece = more.substr(0, end);
    more.remove_prefix(end);
    if (!line_begins_) {
      shown += piece;
    } else {
      held_ += piece;
      if (held_.ends_with('\n') || !may_be_noise(held_)) shown += rest();
    }
    line_begins_ = piece.ends_with('\n') || !held_.empty();
  }
  return shown;
}

std::string JobOutput::rest() {
  std::string line = std::exchange(held_, {});
  if (line.starts_with(mark_)) {
    marked_.push_back(line.substr(mark_.size()));
    if (marked_.back().ends_with('\n')) marked_.back().pop_back();
    return {};
  }
  return is_noise(line) ? std::string() : line;
}

}  // namespace stormsweep::launch
