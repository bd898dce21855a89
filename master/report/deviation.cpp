#include "master/report/deviation.hpp"

#include <sqlite3.h>

#include <cmath>

namespace stormsweep {

namespace {

/// The state so far, which SQLite initialises with zeros.
struct Moments {
  double n, mean, squares;
};

void step(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  auto* const m = static_cast<Moments*>(sqlite3_aggregate_context(context, sizeof(Moments)));
  if (!m) return sqlite3_result_error_nomem(context);
  const double x = sqlite3_value_double(values[0]), off = x - m->mean;
  m->mean += off / ++m->n;
  m->squares += off * (x - m->mean);
}

void finish(sqlite3_context* context) {
  const auto* const m = static_cast<Moments*>(sqlite3_aggregate_context(context, 0));
  if (m && m->n > 1)
    sqlite3_result_double(context, std::sqrt(m->squares / (m->n - 1)));
  else
    sqlite3_result_null(context);
}

}  // namespace

void add_deviation(SQLite::Database& database) {
  database.createFunction("deviation", 1, true, nullptr, nullptr, step, finish);
}

}  // namespace stormsweep
