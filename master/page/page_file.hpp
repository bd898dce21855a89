#pragma once

#include <string>
#include <string_view>

#include "master/page/page_data.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// Where a page goes. Made before the work that it is to show, so that it is refused early.
class PageFile {
 public:
  /// `option`: what the user gave `file` as. Throws InputError where that is no name of a page, or cannot be written.
  PageFile(std::string_view option, const std::string& file);

  /// Once: the page appears under its name. `command` is what made it. Returns a line that tells its size.
  std::string write(nlohmann::ordered_json data, const std::string& command);

 private:
  std::string name_;
  AtomicFile file_;
};

}  // namespace stormsweep
