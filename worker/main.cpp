#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "search/base/error.hpp"
#include "worker/check.hpp"
#include "worker/forecast.hpp"
#include "worker/generate.hpp"
#include "worker/label.hpp"
#include "worker/prepare.hpp"
#include "worker/serve.hpp"

namespace {

using namespace stormsweep;

int dispatch(const std::vector<std::string>& words) {
  static const std::map<std::string, int (*)(const std::vector<std::string>&)> commands{
      {"check", check_command}, {"forecast", forecast_command}, {"generate", generate_command},
      {"label", label_command}, {"prepare", prepare_command},   {"serve", serve_command}};
  const auto command = words.empty() ? commands.end() : commands.find(words[0]);
  if (command == commands.end()) {
    throw InputError("stormsweep-worker: this is the part of stormsweep that trains; type stormsweep --help");
  }
  return command->second({words.begin() + 1, words.end()});
}

}  // namespace

int main(int count, char** words) {
  try {
    return dispatch({words + 1, words + count});
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return exit_bad_input;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stormsweep-worker: %s\n", error.what());
    return exit_some_failed;
  }
}
