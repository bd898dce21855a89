#include "master/store/present_rows.hpp"

#include <sqlite3.h>

#include "master/store/schema.hpp"

namespace stormsweep {

PresentRows::PresentRows(SQLite::Database& database, const Space& space)
    : space_(space), membership_(space), among_others_(identities_indexed(database)) {
  const auto in_space = [](sqlite3_context* context, int, sqlite3_value** values) {
    const auto& self = *static_cast<const PresentRows*>(sqlite3_user_data(context));
    const char* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    const bool same_seed = static_cast<std::uint64_t>(sqlite3_value_int64(values[1])) == self.space_.seed;
    const auto configuration = same_seed && text ? parse_configuration(text, *self.space_.experiment) : std::nullopt;
    sqlite3_result_int(context, configuration && self.membership_.has(*configuration));
  };
  database.createFunction("in_space", 2, true, this, in_space);
}

}  // namespace stormsweep
