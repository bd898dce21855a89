#pragma once

#include <string>

#include "master/page/http.hpp"

namespace stormsweep {

/// What is shown at the moment.
struct PageTexts {
  std::string page;    ///< the live one
  std::string report;  ///< the same as a file of its own
  std::string data;    ///< JSON
  std::string tag;     ///< of the data: another one, another tag
};

/// Who may come in. On a Unix socket that is decided by its mode, and both are empty. On a port, which every user of
/// the machine reaches, whoever brings the token, once in the address and from then on the cookie that it gave them.
struct Door {
  std::string token, cookie;

  /// 128 bits each from the kernel's generator.
  static Door with_token(int port);
};

/// Answers GET alone, for / and /api/data, and /report.html to be kept; refuses another Host than this machine's own
/// names, so that no page elsewhere reads it under a name of its own (DNS rebinding). Nothing that is asked changes
/// anything.
HttpAnswer answer(const HttpRequest& request, const Door& door, const PageTexts& shown);

/// Whether two texts are the same, in a time that does not tell where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace stormsweep
