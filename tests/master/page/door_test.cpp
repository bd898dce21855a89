#include "master/page/door.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace stormsweep;

namespace {

const PageTexts texts{"the page", "the report", "{}", "\"7\""};

HttpRequest get(const std::string& path, const std::string& query = "", const std::string& cookie = "") {
  return {"GET", path, query, "localhost:8080", cookie, ""};
}

std::string field(const HttpAnswer& answer, const std::string& name) {
  const auto found = std::find_if(answer.fields.begin(), answer.fields.end(), [&](auto& f) { return f.first == name; });
  return found == answer.fields.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("on a Unix socket the page, its data and the report are shown") {
  CHECK(answer(get("/"), {}, texts).body == "the page");
  CHECK(answer(get("/report.html"), {}, texts).body == "the report");
  const HttpAnswer data = answer(get("/api/data"), {}, texts);
  CHECK(data.body == "{}");
  CHECK(field(data, "ETag") == "\"7\"");
  HttpRequest again = get("/api/data");
  again.if_none_match = "\"7\"";
  CHECK(answer(again, {}, texts).status == 304);
  again.if_none_match = "\"6\"";
  CHECK(answer(again, {}, texts).status == 200);
}

TEST_CASE("whatever is not there, or would change something, is refused") {
  for (const char* path :
       {"/etc/passwd", "/../../etc/passwd", "/api/../../x.db", "/%2e%2e/", "//", "", "/api", "/api/data/"}) {
    CAPTURE(path);
    CHECK(answer(get(path), {}, texts).status == 404);
  }
  for (const char* method : {"POST", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT", "get"}) {
    CAPTURE(method);
    HttpRequest request = get("/");
    request.method = method;
    CHECK(answer(request, {}, texts).status == 405);
  }
}

TEST_CASE("another name of this machine is refused: a page elsewhere may have taken it") {
  for (const auto& [host, status] : {std::pair{"localhost", 200},
                                     {"127.0.0.1:1", 200},
                                     {"evil.example", 403},
                                     {"localhost.evil.example", 403},
                                     {"127.0.0.1.evil.example:8080", 403},
                                     {"", 403},
                                     {"[::1]:8080", 403},
                                     {"LOCALHOST", 403}}) {
    CAPTURE(host);
    HttpRequest request = get("/");
    request.host = host;
    CHECK(answer(request, {}, texts).status == status);
  }
}

TEST_CASE("on a port the token gives a cookie, and the cookie the page") {
  const Door door = Door::with_token(8080);
  CHECK(door.token.size() == 32);
  CHECK(door.cookie.starts_with("stormsweep_8080="));
  CHECK(door.token != Door::with_token(8080).token);
  for (const char* path : {"/", "/api/data", "/report.html", "/x"}) CHECK(answer(get(path), door, texts).status == 403);
  CHECK(answer(get("/", "token=" + std::string(32, '0')), door, texts).status == 403);
  CHECK(answer(get("/", "token="), door, texts).status == 403);
  CHECK(answer(get("/api/data", "token=" + door.token), door, texts).status == 403);
  const HttpAnswer in = answer(get("/", "token=" + door.token), door, texts);
  CHECK(in.status == 303);
  CHECK(field(in, "Location") == "/");
  CHECK(field(in, "Set-Cookie") == door.cookie + "; HttpOnly; SameSite=Strict; Path=/");
  CHECK(field(in, "Referrer-Policy") == "no-referrer");
  CHECK(answer(get("/", "", door.cookie), door, texts).body == "the page");
  CHECK(answer(get("/api/data", "", "other=1; " + door.cookie + "; more=2"), door, texts).body == "{}");
  for (const std::string& cookie : {"x" + door.cookie, door.cookie + "0", door.token, std::string("stormsweep_8080=")})
    CHECK(answer(get("/", "", cookie), door, texts).status == 403);
}

TEST_CASE("no answer may be framed, kept, read by others or taken for something else") {
  for (const HttpAnswer& one : {answer(get("/"), {}, texts), answer(get("/none"), {}, texts)}) {
    CHECK(field(one, "X-Content-Type-Options") == "nosniff");
    CHECK(field(one, "X-Frame-Options") == "DENY");
    CHECK(field(one, "Cache-Control") == "no-store");
    CHECK(field(one, "Access-Control-Allow-Origin").empty());
  }
}

TEST_CASE("texts are compared to their ends") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abcabc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", ""));
  CHECK_FALSE(equal_in_constant_time("", "abc"));
}
