#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace stormsweep {

/// Of trials above `most_shown`, a page holds the best `always_shown` and a sample of the others that depends on
/// nothing but their numbers; counts, failures and importance are of all.
inline constexpr std::size_t most_shown = 100'000, always_shown = 1'000;

/// What a page is about.
struct PageQuestion {
  std::vector<std::filesystem::path> databases;  ///< one, or parts of searches that several jobs share
  std::string search;                            ///< empty: all of them
  std::string paper = {};                        ///< an experiment whose searches stand beside its paper; or none
};

/// One search of the page, as page_data.hpp has it but for "progress" and "timelines".
nlohmann::ordered_json page_search(const PageQuestion& question, const std::string& name);

}  // namespace stormsweep
