#include "worker/report.hpp"

#include <cstdlib>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/output.hpp"
#include "search/space/file_stamps.hpp"

namespace stormsweep {

namespace {

constexpr int master = 0;  // its rank

}  // namespace

void report(Channel& channel, const wire::ToMaster& message) {
  channel.send(master, wire::encode(message));
}

bool files_unchanged(const Workplace& with) {
  try {
    check_files(with.space, with.stamps);
    return true;
  } catch (const FileChanged& changed) {
    report(with.channel, wire::Refused{changed.what()});
    return false;
  }
}

void report_end(const Workplace& with, int rank, wire::Finished finished) {
  const bool reports = rank == 0 || finished.outcome.status != Status::complete;
  if (reports && files_unchanged(with)) report(with.channel, std::move(finished));
}

void die(const Channel& channel, const std::exception& error) {
  remark("worker {} on {}: {}\n", channel.rank(), host_name(), unforeseen(error));
  std::_Exit(exit_some_failed);
}

}  // namespace stormsweep
