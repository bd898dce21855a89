#include "search/base/machine.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include <cstdlib>

#include "search/base/file.hpp"

using namespace stormsweep;

TEST_CASE("a machine's name is the kernel's, and a core is usable at least") {
  utsname kernel{};
  REQUIRE(uname(&kernel) == 0);
  CHECK(host_name() == kernel.nodename);
  CHECK(usable_cores() >= 1);
  CHECK(free_memory() > 0);
}

TEST_CASE("GPUs are as many as CUDA_VISIBLE_DEVICES names, up to the first that CUDA would not know") {
  const std::pair<const char*, int> cases[] = {
      {"", 0},   {"0", 1},      {"3,1", 2},      {"NoDevFiles", 0}, {"GPU-1a,GPU-2b", 2},
      {"-1", 0}, {"0,-1,1", 1}, {"MIG-1a, 4", 2}};
  for (const auto& [names, count] : cases) {
    CAPTURE(names);
    setenv("CUDA_VISIBLE_DEVICES", names, 1);
    CHECK(visible_gpus() == count);
  }
  unsetenv("CUDA_VISIBLE_DEVICES");
}

TEST_CASE("a terminal has its width, one that does not tell it has 80, and what is none has none") {
  const Descriptor terminal(posix_openpt(O_RDWR | O_NOCTTY));
  REQUIRE(terminal);
  REQUIRE(unlockpt(*terminal) == 0);
  CHECK(terminal_width(*terminal) == 80);
  const winsize size{.ws_row = 20, .ws_col = 133, .ws_xpixel = 0, .ws_ypixel = 0};
  REQUIRE(ioctl(*terminal, TIOCSWINSZ, &size) == 0);
  CHECK(terminal_width(*terminal) == 133);
  const Descriptor none(open("/dev/null", O_RDONLY));
  CHECK_FALSE(terminal_width(*none));
}
