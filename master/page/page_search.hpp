#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace stormsweep {

/// With more trials than `most_shown`, a page has the best `always_shown` and a sample of the others, which depends
/// only on their numbers; counts, failures and importance are still of all.
inline constexpr std::size_t most_shown = 100'000, always_shown = 1'000;

/// What a page is about.
struct PageQuestion {
  std::vector<std::filesystem::path> databases;  ///< one, or parts of searches that several jobs share
  std::string search;                            ///< empty: all of them
  std::string paper = {};  ///< an experiment whose searches are shown beside its paper; may be empty
};

/// One search as in page_data.hpp, without the members that page_data adds for its databases.
nlohmann::ordered_json page_search(const PageQuestion& question, const std::string& name);

}  // namespace stormsweep
