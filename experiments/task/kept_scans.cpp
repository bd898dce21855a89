#include "experiments/task/kept_scans.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "search/base/deepest_json.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/progress_bar.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The clocks of machines and their file systems differ by less, and a file system's clock ticks are shorter.
constexpr std::int64_t settled_nanoseconds = 10'000'000'000;

std::int64_t now() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// What the file system knows of a file without reading it. A change that sets the modification time back still moves
/// the change time, and another file of the same name has another inode number.
struct Facts {
  json of_all = json::array();
  std::int64_t newest = 0;  ///< modification time
};

/// Nothing where a file is not there.
std::optional<Facts> facts_of(const std::vector<fs::path>& files) {
  Facts facts;
  for (const fs::path& file : files) {
    struct stat found {};
    if (stat(file.c_str(), &found) != 0) return std::nullopt;
    const std::int64_t written = nanoseconds(found.st_mtim), changed = nanoseconds(found.st_ctim);
    facts.of_all.push_back({{"path", fs::absolute(file).string()},
                            {"bytes", found.st_size},
                            {"number", found.st_ino},
                            {"written", written},
                            {"changed", changed}});
    facts.newest = std::max(facts.newest, written);
  }
  return facts;
}

std::optional<std::string> read_kept(const fs::path& path, std::string_view kind, const Facts& facts) {
  std::ifstream file(path);
  const json kept = json::parse(file, not_too_deep, /*allow_exceptions=*/false);
  const auto member = [&](const char* name) { return kept.is_object() ? kept.value(name, json()) : json(); };
  if (member("kind") != json(kind) || member("files") != facts.of_all || !member("found").is_string())
    return std::nullopt;
  return member("found").get<std::string>();
}

void write_kept(const fs::path& path, std::string_view kind, const Facts& facts, const std::string& found) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  try {
    AtomicFile file(path);
    // A name that is not UTF-8 is never found again, so its file is read at each start.
    file.write(json{{"kind", kind}, {"files", facts.of_all}, {"found", found}}.dump(-1, ' ', false,
                                                                                    json::error_handler_t::replace));
    file.commit();
  } catch (const InputError&) {  // the next start reads the files again
  }
}

std::string scan_in_sight(const std::vector<fs::path>& files, const KeptScans::Scan& scan) {
  ProgressBar bar("checking " + (files.empty() ? "data" : files[0].filename().string()));
  return scan([&](double share) { bar.show(share); });
}

}  // namespace

std::string KeptScans::find(std::string_view kind, const std::vector<fs::path>& files, const Scan& scan) const {
  const std::int64_t start = now();
  const auto before = folder_.empty() ? std::nullopt : facts_of(files);
  if (!before) return scan_in_sight(files, scan);
  std::string names;
  for (const json& one : before->of_all) names += one["path"].get<std::string>() + '\n';
  const fs::path path = folder_ / fmt::format("scan-{:016x}.json", derive_seed(0, names + std::string(kind)));
  if (const auto known = read_kept(path, kind, *before)) return *known;
  std::string found = scan_in_sight(files, scan);
  const auto after = facts_of(files);
  if (after && after->of_all == before->of_all && before->newest < start - settled_nanoseconds)
    write_kept(path, kind, *before, found);
  return found;
}

}  // namespace stormsweep
