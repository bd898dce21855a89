#pragma once

#include <string>

#include "experiments/task/figure_folders.hpp"

namespace stormsweep {

/// What every command `stormsweep forecast` is told.
struct ForecastOptions {
  std::string model;   ///< the file of a trained network
  std::string output;  ///< the file to write
  FigureFolders figures;
  int threads = 0;

  /// Checks what can be checked before anything is read. Throws InputError, with the command in front.
  void check(const std::string& command) const;
};

}  // namespace stormsweep
