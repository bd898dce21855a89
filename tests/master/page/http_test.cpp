#include "master/page/http.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("a browser's request is read") {
  const auto request = parse_request(
      "GET /?token=ab%20c HTTP/1.1\r\nHost: localhost:8080\r\nCookie: a=1; b=2\r\nIf-None-Match: \"7\"\r\n\r\n");
  REQUIRE(request);
  CHECK(request->method == "GET");
  CHECK(request->path == "/");
  CHECK(request->query == "token=ab%20c");
  CHECK(request->host == "localhost:8080");
  CHECK(request->cookie == "a=1; b=2");
  CHECK(request->if_none_match == "\"7\"");
}

TEST_CASE("other text, or an incomplete request, is not a request") {
  for (const char* text :
       {"", "GET / HTTP/1.1\r\n", "GET /\r\n\r\n", "hello\r\n\r\n", "\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_request(text));
  }
  CHECK_FALSE(parse_request("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n"));
}

TEST_CASE("an answer states its length and ends the connection") {
  const std::string text = to_text({404, "text/plain", "none\n", {{"ETag", "\"1\""}}});
  CHECK(text.starts_with("HTTP/1.1 404 Not Found\r\n"));
  CHECK(text.find("Content-Type: text/plain\r\n") != text.npos);
  CHECK(text.find("Content-Length: 5\r\n") != text.npos);
  CHECK(text.find("Connection: close\r\n") != text.npos);
  CHECK(text.find("ETag: \"1\"\r\n") != text.npos);
  CHECK(text.ends_with("\r\n\r\nnone\n"));
}
