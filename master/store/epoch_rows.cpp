#include "master/store/epoch_rows.hpp"

namespace stormsweep {

EpochRows::EpochRows(SQLite::Database& database)
    : insert_(database,
              "INSERT OR IGNORE INTO epochs (search, curve, epoch, seconds, metrics) VALUES (?, ?, ?, ?, ?)") {}

void EpochRows::insert(std::int64_t search, std::span<const std::byte> curve, std::int64_t epoch, double seconds,
                       const std::string& metrics) {
  insert_.tryReset();  // after a full disk
  insert_.bind(1, search);
  insert_.bindNoCopy(2, curve.data(), static_cast<int>(curve.size()));
  insert_.bind(3, epoch);
  insert_.bind(4, seconds);
  insert_.bindNoCopy(5, metrics);
  insert_.exec();
  insert_.reset();
}

}  // namespace stormsweep
