#include "master/page/page_server.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <string>

namespace stormsweep {

namespace {

constexpr int threads = 4;
constexpr std::size_t longest_head = 16'384;
constexpr timeval patience{10, 0};  ///< with a client that neither sends nor reads

/// Reads up to the empty line; returns what has come where the client stops sending.
std::string read_head(const Descriptor& connection) {
  std::string head;
  char bytes[4096];
  while (head.size() < longest_head && head.find("\r\n\r\n") == head.npos) {
    const ssize_t count = recv(*connection, bytes, sizeof(bytes), 0);
    if (count <= 0) break;
    head.append(bytes, static_cast<std::size_t>(count));
  }
  return head;
}

void send_all(const Descriptor& connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(*connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;  // the browser has gone
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

PageServer::PageServer(const Descriptor& listening, std::function<HttpAnswer(const HttpRequest&)> answer)
    : listening_(listening), answer_(std::move(answer)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

PageServer::~PageServer() {
  shutdown(*listening_, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
}

void PageServer::serve() {
  for (;;) {
    const Descriptor connection(accept4(*listening_, nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection && errno == EINVAL) return;  // shut down
    if (!connection) continue;
    for (const int direction : {SO_RCVTIMEO, SO_SNDTIMEO})
      setsockopt(*connection, SOL_SOCKET, direction, &patience, sizeof(patience));
    const auto request = parse_request(read_head(connection));
    send_all(connection, to_text(request ? answer_(*request) : HttpAnswer{400}));
  }
}

}  // namespace stormsweep
