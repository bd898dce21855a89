#pragma once

#include <string>

#include "master/page/http.hpp"

namespace stormsweep {

/// The current contents of the page.
struct PageTexts {
  std::string page;    ///< the live page
  std::string report;  ///< the same page as a stand-alone file
  std::string data;    ///< JSON
  std::string tag;     ///< changes whenever the data does
};

/// Who may see the page. For a Unix socket its mode decides, and both members are empty. A port, which every user of
/// the machine can reach, admits whoever has the token in the address and, from then on, the cookie given in exchange.
struct Door {
  std::string token, cookie;

  /// 128 bits each from the kernel's generator.
  static Door with_token(int port);
};

/// Answers only GET: /, /api/data, and /report.html for download. No request changes anything. Refuses any Host but
/// this machine's own names, so that no foreign page can read it under its own name (DNS rebinding).
HttpAnswer answer(const HttpRequest& request, const Door& door, const PageTexts& shown);

/// Whether two texts are the same, in a time that does not depend on where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace stormsweep
