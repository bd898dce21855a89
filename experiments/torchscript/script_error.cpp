#include "experiments/torchscript/script_error.hpp"

#include <filesystem>
#include <new>
#include <regex>
#include <stdexcept>

#include "experiments/task/out_of_memory.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// The innermost place that is not PyTorch's own; the original source comes last, if it is known.
std::string place_in(const std::string& message) {
  static const std::regex place(R"re(File "([^"\n]+)", line ([0-9]+), in (\S+))re");
  std::string last;
  for (std::sregex_iterator found(message.begin(), message.end(), place), end; found != end; ++found) {
    const std::string file = (*found)[1];
    if (file.find("/torch/") != file.npos) continue;
    last = std::filesystem::path(file).filename().string() + ", line " + (*found)[2].str() + ", in " +
           (*found)[3].str() + ": ";
  }
  return last;
}

}  // namespace

std::string script_error(std::string_view message) {
  const std::string text(message.substr(0, message.find("\nException raised from")));
  const std::size_t reason = text.rfind("RuntimeError: ");
  const std::string why = reason == text.npos ? text.substr(0, text.find('\n')) : text.substr(reason + 14);
  std::string line = place_in(text) + one_line(why);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

void rethrow_script_error(const std::string& file, const std::exception& error) {
  if (is_out_of_memory(error) || tells_out_of_memory(error.what())) throw std::bad_alloc();
  throw std::runtime_error(file + ": " + script_error(error.what()));
}

}  // namespace stormsweep
