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

  /// The two options, for Syntax::groups; `what` is drawn: "a map of each sample".
  OptionTable options(const std::string& what);
  bool any() const { return !png.empty() || !svg.empty(); }
  /// Makes the folders that were asked for. Throws InputError, with the command in front.
  void make(const std::string& command) const;
  /// Saves a figure in each of them, as `name` with the ending; these files.
  std::vector<std::filesystem::path> save(const Drawing& drawing, const std::string& name) const;
};

}  // namespace stormsweep
