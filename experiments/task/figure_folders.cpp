#include "experiments/task/figure_folders.hpp"

#include <fmt/format.h>

#include "datasets/files/splits.hpp"
#include "experiments/task/command_options.hpp"

namespace stormsweep {

namespace po = boost::program_options;

OptionTable FigureFolders::options(const std::string& what) {
  const std::string pixels = fmt::format("a folder for {}", what);
  return {"figures",
          {{"png", po::value(&png), pixels.c_str()}, {"svg", po::value(&svg), "the same, as lines and letters"}}};
}

void FigureFolders::check(const std::string& command) const {
  if (!png.empty()) check_output_folder(command, "png", png);
  if (!svg.empty()) check_output_folder(command, "svg", svg);
}

std::vector<std::filesystem::path> FigureFolders::save(const Drawing& drawing, const std::string& name) const {
  std::vector<std::filesystem::path> files;
  if (!png.empty()) files.push_back(std::filesystem::path(png) / (name + ".png"));
  if (!svg.empty()) files.push_back(std::filesystem::path(svg) / (name + ".svg"));
  for (const std::filesystem::path& file : files) {
    make_writable(file.parent_path());
    drawing.save(file);
  }
  return files;
}

}  // namespace stormsweep
