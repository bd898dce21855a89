#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "master/store/process_identity.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// Whether another process writes searches that this one, which is not their writer, is about to change.
class SearchWriters {
 public:
  /// `silence`: a writer on another host that gives no sign of life for so long is taken for dead.
  SearchWriters(SQLite::Database& database, std::filesystem::path file, Seconds silence = Seconds(writer_patience))
      : database_(database), file_(std::move(file)), silence_(silence) {}

  /// Call before the transaction, which would hold up signs of life: waits until it is certain that no search for which
  /// the SQL `condition` holds is being written, and says so on standard error. Throws InputError as soon as one is.
  void await_none(const std::string& condition);
  /// Call within the transaction: throws InputError if a writer has come since.
  void check_none(const std::string& condition);

 private:
  SQLite::Database& database_;
  std::filesystem::path file_;
  Seconds silence_;
  std::map<std::int64_t, WriterWatch> watches_;  ///< by search
  std::string doubt_;  ///< why the writer that check_none refused may be dead; empty: it lives
};

}  // namespace stormsweep
