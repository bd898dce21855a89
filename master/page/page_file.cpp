#include "master/page/page_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "master/page/page.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

std::string page_name(std::string_view option, const std::string& file) {
  if (!file.ends_with(".html"))
    throw InputError(fmt::format("--{} is {}: a page is HTML; let the name end in .html", option, file));
  return file;
}

}  // namespace

PageFile::PageFile(std::string_view option, const std::string& file) : name_(page_name(option, file)), file_(file) {}

std::string PageFile::write(nlohmann::ordered_json data, const std::string& command) {
  const std::string text = page(std::move(data), command);
  file_.write(text);
  file_.commit();
  return fmt::format("{}: {:.1f} MB", name_, static_cast<double>(text.size()) / 1e6);
}

}  // namespace stormsweep
