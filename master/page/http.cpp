#include "master/page/http.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>
#include <sstream>

namespace stormsweep {

namespace {

namespace http = boost::beast::http;

std::string text_of(boost::beast::string_view view) {
  return {view.data(), view.size()};
}

}  // namespace

std::optional<HttpRequest> parse_request(std::string_view head) {
  http::request_parser<http::empty_body> parser;
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(head), error);
  if (error || !parser.is_header_done()) return std::nullopt;
  const auto& message = parser.get();
  const std::string target = text_of(message.target());
  const std::size_t mark = target.find('?');
  return HttpRequest{text_of(message.method_string()),
                     target.substr(0, mark),
                     mark == target.npos ? "" : target.substr(mark + 1),
                     text_of(message[http::field::host]),
                     text_of(message[http::field::cookie]),
                     text_of(message[http::field::if_none_match])};
}

std::string to_text(const HttpAnswer& answer) {
  http::response<http::string_body> message(static_cast<http::status>(answer.status), 11);
  message.set(http::field::content_type, answer.type);
  for (const auto& [name, value] : answer.fields) message.set(name, value);
  message.keep_alive(false);
  message.body() = answer.body;
  message.prepare_payload();
  std::ostringstream out;
  out << message;
  return out.str();
}

}  // namespace stormsweep
