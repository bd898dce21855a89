#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace stormsweep {

/// Puts points of curves into the table `epochs`; those that are there already stay.
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
