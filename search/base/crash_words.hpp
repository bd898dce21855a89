#pragma once

#include <string>

namespace stormsweep {

/// While it lives, a crash in its thread ends the process with `words`, a line, on standard error and exit_bad_input:
/// for libraries that crash on damaged files. Any other crash ends as it would have without it. One at a time in a
/// thread.
class CrashWords {
 public:
  explicit CrashWords(std::string words);
  ~CrashWords();
  CrashWords(const CrashWords&) = delete;
  CrashWords& operator=(const CrashWords&) = delete;

 private:
  std::string words_;
};

}  // namespace stormsweep
