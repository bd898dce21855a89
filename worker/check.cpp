#include "worker/check.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"
#include "search/space/file_stamps.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

nlohmann::json stamps_of(const Space& space) {
  nlohmann::json stamps = nlohmann::json::array();
  for (const FileStamp& stamp : stamp_files(space)) stamps.push_back({stamp.bytes, stamp.written, stamp.checksum});
  return stamps;
}

}  // namespace

int check_command(const std::vector<std::string>& arguments, const Executor& executor) {
  if (arguments.empty() || arguments.size() > 2)
    throw InputError("check: give one search space, a JSON file, and the folder of its cache, if any");
  const Space space = read_space(arguments[0]);
  const nlohmann::json stamps = stamps_of(space);  // before the files are read
  const DataCheck found = executor.check(space, arguments.size() > 1 ? arguments[1] : "");
  std::cout << nlohmann::json{{"fingerprint", found.fingerprint},
                              {"stamps", stamps},
                              {"notes", found.notes},
                              {"gpus", executor.gpus()}}
            << '\n'
            << std::flush;
  return exit_done;
}

}  // namespace stormsweep
