#include "master/page/listening.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr int waiting = 64;  ///< backlog of connections not accepted yet

Descriptor make_socket(int family) {
  Descriptor made(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!made) throw std::system_error(errno, std::generic_category(), "socket");
  return made;
}

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof(address.sun_path))
    throw InputError(fmt::format("{}: a socket's path has at most {} characters; give a shorter one with --socket",
                                 path.string(), sizeof(address.sun_path) - 1));
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// Removes the socket of a killed server; throws where a server still answers.
void clear(const sockaddr_un& address, const std::filesystem::path& path) {
  if (!std::filesystem::is_socket(path)) return;
  const Descriptor probe = make_socket(AF_UNIX);
  if (connect(*probe, generic(address), sizeof(address)) == 0)
    throw InputError(path.string() + ": another stormsweep serve listens there; end it, or give another --socket");
  std::filesystem::remove(path);
}

}  // namespace

UnixSocket::UnixSocket(std::filesystem::path path) : path_(std::move(path)), descriptor_(make_socket(AF_UNIX)) {
  const sockaddr_un address = address_of(path_);
  clear(address, path_);
  const mode_t before = umask(0177);
  const int bound = bind(*descriptor_, generic(address), sizeof(address));
  umask(before);
  if (bound != 0) refuse_file(path_, "no socket can be made there", AtomicFile::usual_remedy);
  if (listen(*descriptor_, waiting) != 0) throw std::system_error(errno, std::generic_category(), "listen");
}

UnixSocket::~UnixSocket() {
  unlink(path_.c_str());
}

Descriptor listen_at_port(int port) {
  Descriptor made = make_socket(AF_INET);
  const int on = 1;
  setsockopt(*made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(*made, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 || listen(*made, waiting) != 0)
    throw InputError(fmt::format("--port is {}: it is not available ({}); give another, or 0 for one that is free",
                                 port, std::strerror(errno)));
  return made;
}

int port_of(const Descriptor& descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(*descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::system_error(errno, std::generic_category(), "getsockname");
  return ntohs(address.sin_port);
}

}  // namespace stormsweep
