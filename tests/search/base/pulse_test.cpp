#include "search/base/pulse.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>

using namespace stormsweep;

TEST_CASE("a pulse beats while its owner is busy, and ends with it, even in the middle of a period") {
  std::atomic<int> beats = 0;
  const Seconds first = steady_time();
  std::optional<Pulse> pulse(std::in_place, Seconds(0.02), [&] { ++beats; });
  std::this_thread::sleep_for(Seconds(0.5));
  pulse.reset();
  const int counted = beats;
  CHECK((counted >= 5 && counted <= (steady_time() - first).count() / 0.02 + 1));
  std::this_thread::sleep_for(Seconds(0.1));
  CHECK(beats == counted);

  const Seconds begin = steady_time();
  {
    const Pulse slow(Seconds(60), [] {});
  }
  CHECK(steady_time() - begin < Seconds(1));
}
