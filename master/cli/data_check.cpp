#include "master/cli/data_check.hpp"

#include <fmt/format.h>

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
  return {text, json.at("fingerprint"), json.at("notes"), json.at("gpus")};
}

/// Whether a search has neither data nor a use for GPUs, so that LibTorch need not be loaded.
bool nothing_to_check(const Space& space, const RunOptions& options) {
  return space.experiment->data.empty() && !space.experiment->command && options.device == "cpu";
}

}  // namespace

std::optional<DataReport> check_data(const Space& space, const RunOptions& options) {
  if (const auto known = environment(launch::data_report); !known.empty()) return parse_report(std::string(known));
  if (nothing_to_check(space, options)) return parse_report(R"({"fingerprint":"","notes":[],"gpus":0})");
  int status = 0;
  std::vector<std::string> words{launch::worker_program(), "check", options.space.string()};
  if (!options.dry_run) words.push_back(cache_folder(options.results));
  const std::string report = process::capture(words, status, process::Capture::output, signals::end_by_them);
  if (status == exit_bad_input || signals::drain_asked()) return std::nullopt;
  if (status > 128)
    throw std::runtime_error(fmt::format("checking the data was killed by signal {}; run it again", status - 128));
  launch::expect_answer(status, "checking the data");
  return parse_report(report);
}

}  // namespace stormsweep
