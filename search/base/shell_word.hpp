#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `word` for a POSIX shell, in quotes where it needs them.
std::string shell_word(const std::string& word);
/// Words of a command, a blank between them.
std::string shell_words(const std::vector<std::string>& words);

}  // namespace stormsweep
