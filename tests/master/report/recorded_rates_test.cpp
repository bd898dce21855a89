#include "master/report/recorded_rates.hpp"

#include <doctest/doctest.h>

#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Stores, in order, a trial for each training of the space, with these rates.
void store_rates(Store& store, const Space& space, const std::vector<double>& rates) {
  for (std::size_t i = 0; i < rates.size(); ++i) {
    Outcome o = outcome(0.5);
    o.timings.samples_per_second = rates[i];
    store.finish(training(space, i), 0, worker(), o);
  }
}

}  // namespace

TEST_CASE("a rate is the median over replicates, whatever their number") {
  const TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2], "replicate": [1, 2, 3, 4]})");
  {
    Store store(file, space, "f", {});
    store_rates(store, space, {1, 2, 30, 7});  // rates for index 1; index 2 has none
  }
  const auto rates = [&](std::uint64_t number) {
    return recorded_rates(file, *space.experiment, training(space, number).configuration);
  };
  CHECK(rates(0) == std::map<std::size_t, double>{{1, 4.5}});
  CHECK(rates(3) == rates(0));
  CHECK(rates(4).empty());
  execute(file, "UPDATE trials SET status = 'failed' WHERE id = 4");
  CHECK(rates(0) == std::map<std::size_t, double>{{1, 2}});
  execute(file, "UPDATE trials SET gang = 4 WHERE id = 1");
  CHECK(rates(0) == std::map<std::size_t, double>{{1, 16}, {4, 1}});
  // Rates on one rank with more threads, or on a GPU, are left out: they cannot be compared with the gang's.
  execute(file, "UPDATE trials SET threads = 8 WHERE id = 2");
  CHECK(rates(0) == std::map<std::size_t, double>{{1, 30}, {4, 1}});
  execute(file, "UPDATE trials SET threads = 3, device = 'cuda:' || id WHERE id = 2");
  CHECK(rates(0) == std::map<std::size_t, double>{{1, 30}, {4, 1}});
}
