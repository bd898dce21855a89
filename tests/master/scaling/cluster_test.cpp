#include "master/scaling/cluster.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

const std::string sound = R"({
  "name": "M", "ranks_per_host": {"value": 1, "source": "s"},
  "flops": {"fp32": {"value": 1e12, "source": "s"}},
  "between_hosts": {"latency": {"value": 1e-6, "source": "s"}, "bandwidth": {"value": 1e9, "source": "s"}}
})";

std::string with(const std::string& text, const std::string& instead) {
  std::string changed = sound;
  const auto at = changed.find(text);
  REQUIRE(at != std::string::npos);
  return changed.replace(at, text.size(), instead);
}

void check_refused(const std::string& text, const std::string& message) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(parse_cluster(text, "m.json"), message.c_str(), InputError);
}

}  // namespace

TEST_CASE("a machine is read with its sources") {
  const Cluster cluster = parse_cluster(sound, "m.json");
  CHECK(cluster.name == "M");
  CHECK(cluster.ranks_per_host == 1);
  CHECK(cluster.flops.at("fp32").value == 1e12);
  CHECK(cluster.between_hosts.bandwidth.source == "s");
  CHECK(cluster.between_hosts.message.value == 0);
  CHECK_FALSE(cluster.spread);
}

TEST_CASE("a machine's file is refused in a line that says what to mend") {
  check_refused(with(R"("value": 1e12)", R"("value": -1)"),
                "m.json: flops.fp32.value is -1; give a number greater than 0");
  check_refused(with(R"("value": 1, )", R"("value": 0, )"),
                "m.json: ranks_per_host.value is 0; give an integer of at least 1");
  check_refused(with(R"({"value": 1e12, "source": "s"})", "1e12"),
                "m.json: flops.fp32 is 1000000000000.0; give an object with the keys value, source");
  check_refused(with(R"("value": 1e-6, "source": "s")", R"("value": 1e-6)"),
                "m.json: between_hosts.latency.source is missing; add it");
  check_refused(with(R"("bandwidth")", R"("bandwith")"),
                "m.json: between_hosts.bandwith is not a known key; did you mean bandwidth?");
  check_refused(with(R"("value": 1, )", R"("value": 2, )"), "m.json: in_host is missing; add it");
  CHECK_THROWS_AS(parse_cluster("{", "m.json"), InputError);
}

TEST_CASE("machines are found by name, or as files") {
  CHECK(find_cluster("summit").ranks_per_host == 6);
  const TemporaryFolder folder;
  std::ofstream(folder / "mine.json") << sound;
  CHECK(find_cluster((folder / "mine.json").string()).name == "M");
  CHECK_THROWS_AS(find_cluster("sumit"), InputError);
  CHECK(shipped_clusters().size() == 2);
  for (const auto& [name, text] : shipped_clusters()) CHECK_NOTHROW(parse_cluster(text, name));
}
