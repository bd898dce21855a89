#include <doctest/doctest.h>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

using Rows = std::vector<std::string>;

namespace {

Ended run_indices(const WorkFolder& folder, const std::string& name, const std::string& indices, const Words& more) {
  folder.write(name + ".json",
               R"({"name": ")" + name + R"(", "experiment": "noop", "parameters": {"index": )" + indices + "}}");
  Words words{"run", name + ".json", "--workers", "1", "--device", "cpu"};
  words.insert(words.end(), more.begin(), more.end());
  return run_stormsweep(words, folder);
}

}  // namespace

TEST_CASE("a search takes what another one has trained, and trains the rest") {
  const WorkFolder folder;
  CHECK(run_indices(folder, "old", "[1, 2, 3, 4]", {}).status == 0);
  CHECK(run_indices(folder, "older", "[6]", {}).status == 0);
  const Ended ended = run_indices(folder, "new", "[5, 4, 3, 6]", {"--reuse", "old.db", "--reuse", "older.db"});
  CHECK(ended.status == 0);
  CHECK(ended.err.find("reused from old.db, older.db: 3 trials\n") != std::string::npos);
  const std::string rows = "SELECT \"index\", score, finished FROM results WHERE \"index\" IN (3, 4) ORDER BY 1";
  CHECK(query(folder / "new.db", rows) == query(folder / "old.db", rows));
  CHECK(query(folder / "new.db", "SELECT count(*), count(DISTINCT \"index\"), sum(status = 'complete') FROM results") ==
        Rows{"4|4|4"});
}

TEST_CASE("what cannot be reused is refused before anything starts") {
  const WorkFolder folder;
  folder.write("notes.db", std::string(5000, 'x'));
  const auto refused = [&](const Words& more) {
    const Ended ended = run_indices(folder, "new", "[1]", more);
    CHECK(ended.status == 2);
    CHECK_FALSE(std::filesystem::exists(folder / "new.db"));
    return ended.err;
  };
  CHECK(refused({"--reuse", "notes.db"}) == "notes.db: this is not a results database; name another file\n");
  CHECK(refused({"--reuse", "none.db"}) == "none.db: there is no such file; give the database that `run` wrote\n");
  CHECK(run_indices(folder, "old", "[1]", {}).status == 0);
  CHECK(run_indices(folder, "old", "[1]", {"--reuse", "old.db"}).err ==
        "stormsweep run: --reuse: old.db is this search's own database; name another one\n");
  CHECK(run_indices(folder, "new", "[1]", {"--reuse", "old.db", "--share", "0/2"}).status == 2);
}
