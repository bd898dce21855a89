#include "master/store/side_folder.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace stormsweep;

TEST_CASE("every database has folders of its own") {
  CHECK(side_folder("a.b/run.db", "models") == "a.b/run.models");
  CHECK(side_folder("a.b/run", "models") == "a.b/run-models");
  CHECK(side_folder("run.2024", "cache") == "run.2024-cache");
  std::set<std::filesystem::path> folders;
  const auto databases = {"run",        "run.db",        "run.2024",      "run.2025",  "run.sqlite",
                          "run.models", "run-models",    "run-models.db", "run.db.db", "run.DB",
                          ".db",        "run.models.db", "run.db-models"};
  for (const char* database : databases)
    for (const char* kind : {"models", "cache"}) folders.insert(side_folder(database, kind));
  CHECK(folders.size() == 2 * databases.size());
}
