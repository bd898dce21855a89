#pragma once

#include <string>
#include <string_view>

#include "master/page/page_data.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// The file of a page, opened before the work that the page will show, so that a bad name is refused early.
class PageFile {
 public:
  /// `option`: the one that gave `file`, for messages. Throws InputError where `file` is not the name of a page, or
  /// cannot be written.
  PageFile(std::string_view option, const std::string& file);

  /// Call once: the page appears under its name. `command`: the command that made it. Returns a line with its size.
  std::string write(nlohmann::ordered_json data, const std::string& command);

 private:
  std::string name_;
  AtomicFile file_;
};

}  // namespace stormsweep
