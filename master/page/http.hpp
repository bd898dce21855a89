#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stormsweep {

/// What a browser asks. Names of fields that were not sent are empty.
struct HttpRequest {
  std::string method, path, query;  ///< path and query: what stands before and after '?', as sent
  std::string host, cookie, if_none_match;
};

struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8", body;
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< further ones
};

/// The request that `head` is, which ends in an empty line; nothing where it is none of HTTP.
std::optional<HttpRequest> parse_request(std::string_view head);

/// An answer as it is sent; the connection ends with it.
std::string to_text(const HttpAnswer& answer);

}  // namespace stormsweep
