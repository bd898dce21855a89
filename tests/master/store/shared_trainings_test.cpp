#include "master/store/shared_trainings.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "search/base/error.hpp"
#include "search/methods/methods.hpp"
#include "tests/master/store/own_space.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Trains what is missing, and returns how many trials that was.
std::size_t train(const std::filesystem::path& file, const Space& space) {
  Store store(file, space, "f", {});
  const auto method = make_method(space);
  std::size_t trained = 0;
  while (auto next = method->next())
    if (const auto missing = store.missing(*next))
      for (std::size_t k = 0; k < missing->trials(); ++k, ++trained) store.finish(*missing, k, worker(), outcome(0.5));
  store.commit();
  return trained;
}

}  // namespace

TEST_CASE("spaces are distinguished by what they zip and by their conditions") {
  const auto numbering = [](const std::string& parameters, const std::string& more) {
    TemporaryFolder folder;
    const auto file = folder / "s.db";
    const Space space =
        parse_space(R"({"name": "s", "experiment": "noop", "parameters": )" + parameters + more + "}", "s.json", "/");
    { Store store(file, space, "f", {}); }
    return query(file, "SELECT numbering FROM searches")[0];
  };
  const auto when = [&](const std::string& condition) {
    return numbering(
        R"({"outcome": ["complete", "nan"], "replicate": [0, 1], "index": {"values": [4, 5])" + condition + "}}", "");
  };
  const std::string two = R"({"index": [4, 5], "replicate": [0, 1]})",
                    swapped = R"({"index": [4, 5], "replicate": [1, 0]})";
  const std::string zip = R"(, "zip": [["index", "replicate"]])";
  const std::set<std::string> all{
      numbering(two, ""),
      numbering(two, zip),
      numbering(swapped, zip),
      numbering(R"({"outcome": ["complete", "nan"], "replicate": [0, 1], "index": [4, 5]})", ""),
      when(R"(, "when": {"outcome": "nan"})"),
      when(R"(, "when": {"outcome": "complete"})"),
      when(R"(, "when": {"outcome": ["complete", "nan"]})"),
      when(R"(, "when": {"replicate": 1})"),
      when(R"(, "when": {"replicate": 1, "outcome": "nan"})")};
  CHECK(all.size() == 9);
  // A number that existing databases have: if it changed, they would be checked row by row.
  CHECK(numbering(two, zip) == "-4436092172625839048");
}

TEST_CASE("an own experiment that would share its trainings otherwise is refused, and nothing is trained twice") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const std::string cosine = R"(, "of_length": ["cosine"])", step = R"(, "of_length": ["step"])";
  const std::string grid = R"("parameters": {"epochs": [5, 10], "schedule": ["constant", "cosine"]})";
  CHECK(train(file, own_space("", grid)) == 4);
  CHECK_THROWS_WITH_AS(train(file, own_space(cosine, grid)),
                       doctest::Contains("search 's' there has trainings by milestone epochs, of_length [] rather than "
                                         "milestone epochs, of_length [cosine of schedule]; give this search another "
                                         "name"),
                       InputError);
  CHECK(train(file, own_space(step, grid)) == 0);  // the edit does not affect what is trained
  const std::string more = R"("parameters": {"epochs": [5, 10], "schedule": ["constant", "cosine", "step"]})";
  CHECK(train(file, own_space(step, more)) == 2);
  CHECK(query(file, "SELECT count(*), count(DISTINCT identity) FROM trials") == std::vector<std::string>{"6|6"});
}

TEST_CASE("another default of a conditional range in an own experiment is trained") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const std::string random = R"("method": {"name": "random", "trials": 8}, "parameters": {
    "schedule": ["constant", "cosine"], "momentum": {"min": 0.1, "max": 0.5, "when": {"schedule": "cosine"}}})";
  const Space before = own_space("", random), after = own_space("", random, "0.8");
  const std::size_t all = train(file, before);
  CHECK(train(file, before) == 0);
  CHECK(train(file, after) == 1);
  CHECK(train(file, after) == 0);
  CHECK(query(file, "SELECT count(*), count(DISTINCT identity) FROM trials") ==
        std::vector<std::string>{fmt::format("{0}|{0}", all + 1)});
}

TEST_CASE("an own experiment with other files is not taken for other data alone") {
  TemporaryFolder folder;
  const Space space = own_space("", R"("parameters": {"epochs": [5, 10]})");
  { Store store(folder / "s.db", space, "f", {}); }
  CHECK_THROWS_WITH_AS(
      Store(folder / "s.db", space, "g", {}),
      doctest::Contains("search 's' there has been trained by other files or lines of its experiment, or "
                        "on other data; give this search another name"),
      InputError);
}
