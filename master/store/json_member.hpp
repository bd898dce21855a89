#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace stormsweep {

/// Makes `json_extract(text, '$."name"')` on this connection find the member without parsing the whole text, as SQLite
/// would, and round its number correctly. Views still use json_extract, so any program can read them. Texts unlike our
/// own (one flat object without escapes), and other paths, are left to SQLite.
void read_members_quickly(SQLite::Database& database);

}  // namespace stormsweep
