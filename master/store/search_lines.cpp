#include "master/store/search_lines.hpp"

#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>

#include <string>

#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"

namespace stormsweep {

namespace {

/// Bytes that are buffered before they are written.
constexpr std::size_t chunk_bytes = 1 << 20;

}  // namespace

void write_search_lines(SQLite::Database& database, std::int64_t search, std::string_view name,
                        const std::filesystem::path& file, JsonLines& json) {
  SQLite::Statement select(database, fmt::format("SELECT id, {} FROM trials WHERE search = ? AND {} ORDER BY id",
                                                 trial_column_list(), has_ended));
  select.bind(1, search);
  std::string lines;
  const auto flush = [&] {
    json.append(lines);
    lines.clear();
  };
  while (select.executeStep()) {
    const TrialId id{static_cast<std::uint64_t>(select.getColumn(0).getInt64())};
    append_line(lines, name, id, read_record(select, 1, name));
    if (lines.size() > chunk_bytes) flush();
  }
  flush();
  json.sync();
  select.reset();
  SQLite::Statement update(database, "UPDATE searches SET json_file = ?, json_bytes = ? WHERE id = ?");
  SQLite::bind(update, std::filesystem::absolute(file).lexically_normal().string(),
               static_cast<std::int64_t>(json.written()), search);
  update.exec();
  json.keep();
}

}  // namespace stormsweep
