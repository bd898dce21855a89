#include "search/base/error.hpp"

#include <algorithm>
#include <numeric>
#include <system_error>
#include <vector>

#include "search/base/text.hpp"

namespace stormsweep {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // distances of a's first i characters to every prefix of b
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replace, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string refusal(const std::filesystem::filesystem_error& error) {
  const std::string path = error.path1().string();
  return (path.empty() ? error.what() : path + ": cannot be looked at (" + error.code().message() + ")") +
         "; check its name, and your rights on it and its folders";
}

std::string unforeseen(const std::exception& error) {
  const auto* const system = dynamic_cast<const std::system_error*>(&error);
  const bool no_more = system && system->code() == std::errc::resource_unavailable_try_again;
  return one_line(error.what()) +
         (no_more ? "; no more processes and threads may run here: end some, or raise ulimit -u" : "");
}

}  // namespace stormsweep
