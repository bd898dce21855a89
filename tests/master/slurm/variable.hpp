#pragma once

#include <cstdlib>
#include <string>

namespace stormsweep::test {

/// An environment variable, for a while.
struct Variable {
  const char* name;
  Variable(const char* n, const std::string& value) : name(n) { setenv(name, value.c_str(), 1); }
  ~Variable() { unsetenv(name); }
};

}  // namespace stormsweep::test
