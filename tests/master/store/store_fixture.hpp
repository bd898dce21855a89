#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "master/store/store.hpp"
#include "search/base/utc.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

namespace stormsweep::test {

/// A noop search `name`, all of whose parameters are `parameters`.
inline Space noop_space(const std::string& parameters, const std::string& name = "s", const std::string& extra = "") {
  return parse_space(
      fmt::format(R"({{"name": "{}", "experiment": "noop", "seed": 7, {}"parameters": {}}})", name, extra, parameters),
      "space.json", "/");
}

inline Space tornado_space(const std::string& parameters) {
  return parse_space(fmt::format(R"({{"name": "s", "experiment": "tornado", "seed": 7,
                                      "data": {{"train": "a", "validation": "b", "test": "c"}}, "parameters": {}}})",
                                 parameters),
                     "space.json", "/");
}

inline Training training(const Space& space, std::uint64_t number) {
  return Trainings(space).at(TrainingId{number}).value();
}

inline WorkerInfo worker() {
  return {WorkerId{2}, "node1", "cpu", "Xeon", "stormsweep 0.1.0", 3, 1, "2"};
}

inline Outcome outcome(double metric, const std::string& name = "score") {
  return {Status::complete, {1.5, 0.25, 0.125, 1.0, 0.0625, 1000, 2e9, 0.5}, {{name, metric}}, "", 1.7e9, 1.7e9 + 1.5};
}

inline Outcome failure(const std::string& error, Status status = Status::failed) {
  return {status, {}, {}, error, 1.7e9, 1.7e9};
}

/// Rows of a query on the file, columns separated by "|", NULL as "NULL".
inline std::vector<std::string> query(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE, 10'000);
  SQLite::Statement select(database, sql);
  std::vector<std::string> rows;
  while (select.executeStep()) {
    std::string row;
    for (int i = 0; i < select.getColumnCount(); ++i) {
      if (i > 0) row += '|';
      row += select.isColumnNull(i) ? "NULL" : select.getColumn(i).getString();
    }
    rows.push_back(row);
  }
  return rows;
}

inline void execute(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database(file, SQLite::OPEN_READWRITE).exec(sql);
}

/// Records that the searches of a file were last written by a process of another host, `age` seconds ago by our clock.
inline void write_elsewhere(const std::filesystem::path& file, double age) {
  execute(file, fmt::format("UPDATE searches SET writer_host = 'elsewhere', writer_pid = 1, writer_job = '', "
                            "writer_seen = {}",
                            unix_time() - age));
}

/// Gives the signs of life of a writer.
class Signs {
 public:
  explicit Signs(const std::filesystem::path& file)
      : thread_([file](const std::stop_token& end) {
          SQLite::Database database(file, SQLite::OPEN_READWRITE, 10'000);
          database.exec("PRAGMA synchronous = OFF");  // on a slow disk a commit would look like silence
          while (!end.stop_requested()) {
            database.exec("UPDATE searches SET writer_seen = writer_seen + 1");
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }) {}

 private:
  std::jthread thread_;
};

inline std::vector<std::string> lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

}  // namespace stormsweep::test
