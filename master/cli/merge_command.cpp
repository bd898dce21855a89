#include "master/cli/merge_command.hpp"

#include <fmt/format.h>

#include <iostream>

#include "master/store/database.hpp"
#include "master/store/merge.hpp"
#include "master/store/schema.hpp"
#include "master/store/search_writers.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

Syntax syntax_of(std::string& out, std::vector<std::string>& in) {
  return {.command = "stormsweep merge",
          .usage = "OUT IN...",
          .summary =
              "Adds the trials of the databases IN to OUT, which is created if missing: one database of a search "
              "that\n"
              "several jobs share. It may be repeated while they run. A trial that has ended in two of them stays as "
              "it came\n"
              "first; after --retry-failed, merge into a new file. `run --results OUT` continues what is merged.",
          .example = "stormsweep merge quick.db quick-0.db quick-1.db quick-2.db",
          .operands = {{"out", po::value(&out)->required(), "the database to add to"},
                       {"in", po::value(&in)->required()->composing(), "databases that `run` wrote"}},
          .options = {}};
}

/// The input files; throws InputError if one of them is `out`.
std::vector<fs::path> sources(const std::vector<std::string>& words, const fs::path& out) {
  std::vector<fs::path> files;
  for (const std::string& in : words) {
    std::error_code missing;
    if (fs::equivalent(in, out, missing))
      throw InputError(fmt::format("{}: is both OUT and among the files to be added; name another OUT", in));
    files.emplace_back(in);
  }
  return files;
}

/// Merges all of them or, where one cannot be merged, none. Refused while another process writes one of these searches
/// in `out`.
Merged merge(const fs::path& out, const std::vector<fs::path>& files) {
  SQLite::Database database = open_for_writing(out);
  SearchWriters writers(database, out);
  const std::string merged = searches_in(files);
  return guarded(out, [&] {
    writers.await_none(merged);
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    writers.check_none(merged);
    Merged sum;
    for (const fs::path& file : files) sum += merge_database(database, out, file);
    create_views(database);
    transaction.commit();
    database.exec("PRAGMA journal_mode = DELETE");  // leaves no empty journal behind
    return sum;
  });
}

}  // namespace

int merge_command(const Arguments& arguments) {
  std::string name;
  std::vector<std::string> in;
  if (!parse_options(arguments, syntax_of(name, in))) return exit_done;
  const fs::path out = name;
  const std::vector<fs::path> files = sources(in, out);
  const bool fresh = !fs::exists(out);
  try {
    const Merged merged = merge(out, files);
    std::cout << fmt::format("{}: {} trials new, {} ended since, {} had ended there already\n", out.string(),
                             grouped(merged.added), grouped(merged.ended), grouped(merged.kept));
  } catch (const InputError&) {
    std::error_code ignored;
    if (fresh)
      for (const char* end : {"", "-journal"}) fs::remove(out.string() + end, ignored);
    throw;
  }
  return exit_done;
}

}  // namespace stormsweep
