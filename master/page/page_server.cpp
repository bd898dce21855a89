#include "master/page/page_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace stormsweep {

namespace {

constexpr int threads = 4;
constexpr std::size_t longest_head = 16'384;
constexpr timeval longest_wait{10, 0};  ///< for a client that reads nothing of an answer

void send_all(const Descriptor& connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(*connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;  // the browser has gone
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

PageServer::PageServer(const Descriptor& listening, std::function<HttpAnswer(const HttpRequest&)> answer,
                       Seconds patience)
    : listening_(listening), answer_(std::move(answer)), patience_(patience) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

PageServer::~PageServer() {
  shutdown(*listening_, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
}

void PageServer::serve() {
  for (;;) {
    const Descriptor connection(accept4(*listening_, nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) {  // the server ends, or there are no descriptors for now
      pollfd end{*listening_, 0, 0};
      if (poll(&end, 1, 100) > 0) return;
      continue;
    }
    setsockopt(*connection, SOL_SOCKET, SO_SNDTIMEO, &longest_wait, sizeof(longest_wait));
    const auto request = parse_request(read_head(connection));
    send_all(connection, to_text(request ? answer_(*request) : HttpAnswer{400}));
  }
}

/// Reads up to the empty line; less where the sender stops, takes too long, sends too much, or the server ends.
std::string PageServer::read_head(const Descriptor& connection) const {
  const Seconds end = steady_time() + patience_;
  std::array<pollfd, 2> either{{{*connection, POLLIN, 0}, {*listening_, 0, 0}}};  // shutting the latter wakes poll
  std::string head;
  char bytes[4096];
  while (head.size() < longest_head && head.find("\r\n\r\n") == head.npos) {
    const double left = std::max(1e3 * (end - steady_time()).count(), 0.0);  // milliseconds
    if (poll(either.data(), either.size(), static_cast<int>(left)) <= 0 || either[1].revents != 0) break;
    const ssize_t count = recv(*connection, bytes, sizeof(bytes), 0);
    if (count <= 0) break;
    head.append(bytes, static_cast<std::size_t>(count));
  }
  return head;
}

}  // namespace stormsweep
