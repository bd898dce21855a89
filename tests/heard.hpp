#pragma once

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace stormsweep {

/// What `speak` writes to standard error, as text.
inline std::string heard(const std::function<void()>& speak) {
  const int kept = dup(STDERR_FILENO), file = memfd_create("err", MFD_CLOEXEC);
  dup2(file, STDERR_FILENO);
  speak();
  dup2(kept, STDERR_FILENO);
  std::string said(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  said.resize(static_cast<std::size_t>(pread(file, said.data(), said.size(), 0)));
  close(kept), close(file);
  return said;
}

}  // namespace stormsweep
