#pragma once

#include <filesystem>

#include "search/base/file.hpp"

namespace stormsweep {

/// A Unix socket that only this user can open (mode 0600), removed with the object. Throws InputError: a longer path
/// than sockets have, somebody who listens there already, a folder that is not there.
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

/// A port of 127.0.0.1, and of no other address; 0: one that is free. Throws InputError where it is taken.
Descriptor listen_at_port(int port);
int port_of(const Descriptor& descriptor);

}  // namespace stormsweep
