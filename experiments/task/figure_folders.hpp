#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/drawing/drawing.hpp"
#include "search/base/options.hpp"

namespace stormsweep {

/// Where a command leaves its figures: in the folder of --png, in that of --svg, in both or nowhere.
struct FigureFolders {
  std::string png, svg;

  /// The two options, for Syntax::groups; `what` they draw: "a map of each sample".
  OptionTable options(const std::string& what);
  bool any() const { return !png.empty() || !svg.empty(); }
  /// Throws InputError, with the command in front, where one that was asked for can be neither written to nor made.
  void check(const std::string& command) const;
  /// Makes them if need be, and saves a figure in each, as `name` with the ending; returns these files.
  std::vector<std::filesystem::path> save(const Drawing& drawing, const std::string& name) const;
};

}  // namespace stormsweep
