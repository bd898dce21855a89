#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace stormsweep {

/// Inserts points of curves into the table `epochs`; existing points stay.
class EpochRows {
 public:
  explicit EpochRows(SQLite::Database& database);

  /// `curve`: the bytes of its identity; `metrics`: JSON.
  void insert(std::int64_t search, std::span<const std::byte> curve, std::int64_t epoch, double seconds,
              const std::string& metrics);

 private:
  SQLite::Statement insert_;
};

}  // namespace stormsweep
