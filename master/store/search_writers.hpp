#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "master/store/process_identity.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// For who changes searches without being their writer: whether anybody writes them.
class SearchWriters {
 public:
  /// `silence`: of a writer on another host, after which it is taken for dead.
  SearchWriters(SQLite::Database& database, std::filesystem::path file, Seconds silence = Seconds(writer_patience))
      : database_(database), file_(std::move(file)), silence_(silence) {}

  /// Before a transaction, for the signs of life must come in: waits until no search for which the SQL `condition`
  /// holds is being written, and tells of that on standard error. Throws InputError as soon as one certainly is.
  void await_none(const std::string& condition);
  /// Within the transaction: throws InputError where one has been taken up since.
  void check_none(const std::string& condition);

 private:
  SQLite::Database& database_;
  std::filesystem::path file_;
  Seconds silence_;
  std::map<std::int64_t, WriterWatch> watches_;  ///< by search
  std::string doubt_;                            ///< what check_none has refused may be dead; empty: it lives
};

}  // namespace stormsweep
