#include "master/page/door.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>
#include <system_error>

namespace stormsweep {

namespace {

std::string secret() {
  std::array<std::uint64_t, 2> bits;
  if (getrandom(bits.data(), sizeof(bits), 0) != sizeof(bits))
    throw std::system_error(errno, std::generic_category(), "getrandom");
  return fmt::format("{:016x}{:016x}", bits[0], bits[1]);
}

/// Ignores the port.
bool is_this_machine(const std::string& host) {
  const std::string name = host.substr(0, host.find(':'));
  return name == "localhost" || name == "127.0.0.1";
}

/// Whether one of "a=1; b=2" is `cookie`.
bool brings(const std::string& cookies, const std::string& cookie) {
  for (std::size_t at = 0; at < cookies.size();) {
    const std::size_t end = std::min(cookies.find(';', at), cookies.size());
    const std::size_t begin = std::min(cookies.find_first_not_of(' ', at), end);
    if (equal_in_constant_time(std::string_view(cookies).substr(begin, end - begin), cookie)) return true;
    at = end + 1;
  }
  return false;
}

HttpAnswer refusal(int status, std::string why) {
  return {status, "text/plain; charset=utf-8", std::move(why) + "\n"};
}

HttpAnswer let_in(const Door& door) {
  HttpAnswer answer{303};
  answer.fields = {{"Location", "/"}, {"Set-Cookie", door.cookie + "; HttpOnly; SameSite=Strict; Path=/"}};
  return answer;
}

HttpAnswer show(const HttpRequest& request, const PageTexts& shown) {
  if (request.path == "/") return {200, "text/html; charset=utf-8", shown.page};
  if (request.path == "/report.html")
    return {200, "text/html; charset=utf-8", shown.report, {{"Content-Disposition", "attachment"}}};
  if (request.path != "/api/data") return refusal(404, "there is no such page; see /");
  if (request.if_none_match == shown.tag) return {304, "application/json", "", {{"ETag", shown.tag}}};
  return {200, "application/json", shown.data, {{"ETag", shown.tag}}};
}

HttpAnswer decide(const HttpRequest& request, const Door& door, const PageTexts& shown) {
  if (request.method != "GET") return refusal(405, "this page changes nothing; only GET is answered");
  if (!is_this_machine(request.host))
    return refusal(403, "this page is for localhost alone; open http://localhost with its port");
  if (door.token.empty()) return show(request, shown);
  if (request.path == "/" && equal_in_constant_time(request.query, "token=" + door.token)) return let_in(door);
  if (!brings(request.cookie, door.cookie))
    return refusal(403, "open the address with the token that stormsweep serve has printed");
  return show(request, shown);
}

}  // namespace

Door Door::with_token(int port) {
  return {secret(), fmt::format("stormsweep_{}={}", port, secret())};
}

HttpAnswer answer(const HttpRequest& request, const Door& door, const PageTexts& shown) {
  HttpAnswer answer = decide(request, door, shown);
  answer.fields.insert(answer.fields.end(), {{"X-Content-Type-Options", "nosniff"},
                                             {"Referrer-Policy", "no-referrer"},
                                             {"Cache-Control", "no-store"},
                                             {"Cross-Origin-Resource-Policy", "same-origin"},
                                             {"X-Frame-Options", "DENY"}});
  return answer;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
  return difference == 0;
}

}  // namespace stormsweep
