#include "master/page/live_page.hpp"

#include <SQLiteCpp/Backup.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "master/page/page.hpp"
#include "master/page/page_data.hpp"
#include "master/report/selection.hpp"
#include "master/store/database.hpp"
#include "search/base/output.hpp"
#include "search/base/private_folder.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// Processor time of all threads of this process.
Seconds processor_time() {
  return Seconds(static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}

/// In ticks of the file system's clock.
std::int64_t time_of_writing(const std::filesystem::path& file) {
  std::error_code missing;  // open_for_reading reports that
  return std::filesystem::last_write_time(file, missing).time_since_epoch().count();
}

}  // namespace

/// A database, and its version when it was last copied.
struct LivePage::Source {
  std::filesystem::path file, copy;
  std::int64_t written;  ///< modification time of the file before `database` was opened
  SQLite::Database database;
  std::int64_t version = -1;  ///< PRAGMA data_version, which changes with every commit of another connection

  Source(const std::filesystem::path& from, std::filesystem::path to)
      : file(from), copy(std::move(to)), written(time_of_writing(from)), database(open_for_reading(from)) {}

  /// For a file of an older version open_for_reading returns a copy, which never changes: then the modification time of
  /// the file is the version.
  std::int64_t version_now() {
    if (*sqlite3_db_filename(database.getHandle(), "main") != '\0')
      return guarded(file, [&] { return database.execAndGet("PRAGMA data_version").getInt64(); });
    const std::int64_t now = time_of_writing(file);
    if (now != written) database = open_for_reading(file), written = now;
    return now;
  }
  void renew_copy() {
    std::filesystem::remove(copy);
    guarded(file, [&] {
      SQLite::Database target(copy, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      target.exec("PRAGMA synchronous = OFF");
      try {
        if (const int told = SQLite::Backup(target, database).executeStep(-1); told != SQLITE_DONE)
          throw SQLite::Exception("not copied", told);
      } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() == SQLITE_FULL)
          throw NotNow(fmt::format("{}: has no room for a copy of {}; {}", temporary_folder().string(), file.string(),
                                   temporary_remedy));
        throw;
      }
    });
  }
};

LivePage::LivePage(PageQuestion question, std::string command)
    : question_(std::move(question)), command_(std::move(command)) {
  for (std::size_t i = 0; i < question_.databases.size(); ++i) {
    const std::filesystem::path place = folder_.path() / std::to_string(i);
    std::filesystem::create_directory(place);
    sources_.emplace_back(question_.databases[i], place / question_.databases[i].filename());
  }
  if (sources_.size() == 1)  // so that errors name the file, not its copy
    guarded(sources_[0].file, [&] { read_searches(sources_[0].database, sources_[0].file, question_.search); });
  make(steady_time());
}

LivePage::~LivePage() = default;

void LivePage::renew(Seconds now) {
  if (now < next_) return;
  const Seconds worked = processor_time();
  try {
    bool changed = false;
    for (Source& source : sources_) changed = changed || source.version_now() != source.version;
    if (changed) make(now);
  } catch (const NotNow& error) {  // try again later
    if (told_ != error.what()) remark("{}\n", one_line(told_ = error.what()));
    for (Source& source : sources_) {
      source.version = -1;
      std::filesystem::remove(source.copy);  // an incomplete copy
    }
    next_ = now + (processor_time() - worked) / most_busy;  // waiting for a lock is free, copying in vain is not
  }
}

void LivePage::make(Seconds now) {
  const Seconds begin = steady_time(), worked = processor_time();
  copy_all();
  const Seconds locked = steady_time() - begin;
  show();
  told_.clear();
  next_ = now + std::max(std::min(locked / most_locked, longest_wait), (processor_time() - worked) / most_busy);
}

void LivePage::copy_all() {
  for (Source& source : sources_) {
    source.version = source.version_now();
    source.renew_copy();
  }
}

void LivePage::show() {
  PageQuestion question = question_;
  for (std::size_t i = 0; i < sources_.size(); ++i) question.databases[i] = sources_[i].copy;
  nlohmann::ordered_json data = page_data(question);
  for (std::size_t i = 0; i < sources_.size(); ++i) data["databases"][i] = sources_[i].file.string();
  data["command"] = command_;
  auto next = std::make_shared<PageTexts>();
  next->tag = fmt::format("\"{}-{}\"", getpid(), ++number_);
  next->data = data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  next->report = page(data, command_);
  data["tag"] = next->tag;
  next->page = live_page(std::move(data), command_);
  const std::lock_guard lock(mutex_);
  shown_ = std::move(next);
}

std::shared_ptr<const PageTexts> LivePage::shown() const {
  const std::lock_guard lock(mutex_);
  return shown_;
}

}  // namespace stormsweep
