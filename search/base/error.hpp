#pragma once

#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace stormsweep {

/// The program's exit statuses, the same for every command.
enum ExitStatus : int {
  exit_done = 0,         ///< everything asked for is done
  exit_some_failed = 1,  ///< the search ended, with trials that did not complete
  exit_bad_input = 2,    ///< the message says what to mend; running again before that would end the same way
  exit_master_lost = 3,  ///< the master died; running again continues
  exit_drained = 85,     ///< stopped early on purpose; running again continues
};

/// Bad input: a file, a field, a message or an option that its author can mend. The message is one line,
/// "<place>: <problem>; <remedy>"; programs print it and exit with status 2. What we promise ourselves is asserted
/// instead.
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
};

/// The one line of an InputError for a file or folder that the system does not let a program look at: its name is too
/// long, or it lies in another user's folder.
std::string refusal(const std::filesystem::filesystem_error& error);

/// The one line of any other error, with the remedy where a user has one: too many threads.
std::string unforeseen(const std::exception& error);

/// The member of `known` that is nearest to `word` in edit distance; empty if none is near enough to be meant.
template <class Range>
std::string nearest(std::string_view word, const Range& known);

/// Levenshtein distance.
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Range>
std::string nearest(std::string_view word, const Range& known) {
  std::string best;
  std::size_t least = word.size() / 2 + 1;
  for (const auto& candidate : known) {
    if (const std::size_t distance = edit_distance(word, candidate); distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace stormsweep
