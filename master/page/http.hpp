#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stormsweep {

/// A browser's request. Fields that were not sent are empty.
struct HttpRequest {
  std::string method, path, query;  ///< path and query: before and after the '?', as sent
  std::string host, cookie, if_none_match;
};

struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8", body;
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< further header fields
};

/// Parses `head`, which ends in an empty line; nothing where it is not an HTTP request.
std::optional<HttpRequest> parse_request(std::string_view head);

/// The answer as sent, after which the connection is closed.
std::string to_text(const HttpAnswer& answer);

}  // namespace stormsweep
