#pragma once

#include <filesystem>

#include "search/base/file.hpp"

namespace stormsweep {

/// A Unix socket that only this user can open (mode 0600), removed with the object. Throws InputError: the path is too
/// long for a socket, another process listens there, the folder does not exist.
class UnixSocket {
 public:
  explicit UnixSocket(std::filesystem::path path);
  ~UnixSocket();
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;

  const Descriptor& descriptor() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  Descriptor descriptor_;
};

/// Listens on a port of 127.0.0.1 only; 0: any free port. Throws InputError where it is taken.
Descriptor listen_at_port(int port);
int port_of(const Descriptor& descriptor);

}  // namespace stormsweep
