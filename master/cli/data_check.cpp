#include "master/cli/data_check.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "master/loop/launch.hpp"
#include "master/loop/signals.hpp"
#include "search/base/error.hpp"
#include "search/base/process.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

DataReport parse_report(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  std::vector<FileStamp> stamps;
  for (const auto& stamp : json.at("stamps")) stamps.push_back({stamp.at(0), stamp.at(1), stamp.at(2)});
  return {text, json.at("fingerprint"), stamps, json.at("notes"), json.at("gpus")};
}

/// Below this LibTorch's libraries, while they are loaded, end a worker or wait for memory for ever.
void check_address_space() {
  constexpr rlim_t least = 900'000'000;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < least)
    throw InputError(fmt::format("ulimit -v is {} MB, and a worker needs {} MB; raise it", limit.rlim_cur / 1'000'000,
                                 least / 1'000'000));
}

}  // namespace

std::optional<DataReport> check_data(const Space& space, const RunOptions& options) {
  if (const auto known = environment(launch::data_report); launch::rank() >= 0 && !known.empty())
    return parse_report(std::string(known));
  const std::string program = launch::trainer_program(*space.experiment);
  if (program == launch::worker_program()) check_address_space();
  int status = 0;
  std::vector<std::string> words{program, "check", options.space.string()};
  if (!options.dry_run) words.push_back(cache_folder(options.results));
  const std::string report = process::capture(words, status, process::Capture::output, signals::end_by_them);
  if (status == exit_bad_input || signals::drain_asked()) return std::nullopt;
  if (status > 128)
    throw std::runtime_error(fmt::format("checking the data was killed by signal {}; run it again", status - 128));
  launch::expect_answer(status, program, "checking the data");
  return parse_report(report);
}

}  // namespace stormsweep
