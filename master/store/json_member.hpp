#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace stormsweep {

/// Makes `json_extract(text, '$."name"')` of this connection look a member up where it stands, where SQLite parses the
/// text first, and round its number correctly. The views stay such as any program can read. What is not as our own
/// texts are, one flat object without escapes, and any other path, is left to SQLite.
void read_members_quickly(SQLite::Database& database);

}  // namespace stormsweep
