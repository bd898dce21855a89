#include "master/store/search_writers.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/output.hpp"

namespace stormsweep {

void SearchWriters::await_none(const std::string& condition) {
  for (bool told = false;; std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
    try {
      return check_none(condition);
    } catch (const InputError&) {
      if (doubt_.empty()) throw;
      if (!std::exchange(told, true)) remark("{}: {}\n", file_.string(), doubt_);
    }
  }
}

void SearchWriters::check_none(const std::string& condition) {
  const ProcessIdentity self = onlooker();
  SQLite::Statement select(database_, fmt::format("SELECT id, name, writer_host, writer_pid, writer_seen FROM searches "
                                                  "WHERE writer_host IS NOT NULL AND {}",
                                                  condition));
  while (select.executeStep()) {
    WriterWatch& watch = watches_.try_emplace(select.getColumn(0).getInt64(), silence_).first->second;
    const std::string search = select.getColumn(1).getString();
    const ProcessIdentity writer{select.getColumn(2).getString(), select.getColumn(3).getInt64(), "",
                                 select.getColumn(4).getDouble()};
    if (!watch.may_be_alive(writer, self, steady_time())) continue;
    doubt_ = watch.undecided() ? watch.doubt(search, self) : "";
    throw InputError(fmt::format("{}: {}; wait for it or end it", file_.string(), being_written(search, writer, self)));
  }
}

}  // namespace stormsweep
