#include "master/page/page_server.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <optional>
#include <vector>

#include "master/page/listening.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  return address;
}

Descriptor connected(const std::filesystem::path& path) {
  Descriptor client(socket(AF_UNIX, SOCK_STREAM, 0));
  const sockaddr_un address = address_of(path);
  REQUIRE(connect(*client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return client;
}

Descriptor connected(int port) {
  Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(*client, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  return client;
}

/// What the server at the socket says to `text`.
std::string say(const std::filesystem::path& path, const std::string& text) {
  const Descriptor client = connected(path);
  REQUIRE(write_all(client, text));
  shutdown(*client, SHUT_WR);
  std::string all;
  char bytes[4096];
  for (ssize_t count; (count = read(*client, bytes, sizeof(bytes))) > 0;) all.append(bytes, std::size_t(count));
  return all;
}

}  // namespace

TEST_CASE("every connection is answered, even if its request comes in pieces, and other text is refused") {
  const TemporaryFolder folder;
  const UnixSocket socket(folder / "s.sock");
  const std::string large(3'000'000, 'x');
  const PageServer server(socket.descriptor(), [&](const HttpRequest& r) {
    return HttpAnswer{200, "text/plain", r.path == "/large" ? large : "you want " + r.path};
  });
  CHECK(say(socket.path(), "GET /a HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("you want /a"));
  CHECK(say(socket.path(), "GET /large HTTP/1.1\r\n\r\n").ends_with(large));
  CHECK(say(socket.path(), "nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(say(socket.path(), "GET / HTTP/1.1\r\n").starts_with("HTTP/1.1 400"));
  CHECK(say(socket.path(), std::string(100'000, 'y')).starts_with("HTTP/1.1 400"));
}

TEST_CASE("who sends a byte now and then is refused when the time for a request is up") {
  const Descriptor listening = listen_at_port(0);
  const PageServer server(
      listening, [](const HttpRequest&) { return HttpAnswer(); }, Seconds(0.3));
  const Descriptor client = connected(port_of(listening));
  const Seconds begin = steady_time();
  char bytes[4096];
  ssize_t count = -1;
  for (; count < 0 && steady_time() < begin + Seconds(60); usleep(20'000)) {
    send(*client, "G", 1, MSG_NOSIGNAL);
    count = recv(*client, bytes, sizeof(bytes), MSG_DONTWAIT);
  }
  CHECK(std::string_view(bytes, std::size_t(std::max<ssize_t>(count, 0))).starts_with("HTTP/1.1 400"));
  CHECK(steady_time() - begin >= Seconds(0.29));
}

TEST_CASE("a server ends at once, whoever has connected and said nothing, or half of a request") {
  const TemporaryFolder folder;
  const UnixSocket socket(folder / "s.sock");
  const Descriptor port = listen_at_port(0);
  for (const Descriptor* listening : {&socket.descriptor(), &port}) {
    std::optional<PageServer> server;
    server.emplace(
        *listening, [](const HttpRequest&) { return HttpAnswer(); }, Seconds(1000));
    std::vector<Descriptor> clients;
    for (int i = 0; i < 6; ++i) {  // more than there are threads
      clients.push_back(listening == &port ? connected(port_of(port)) : connected(socket.path()));
      if (i % 2 == 0) REQUIRE(write_all(clients.back(), std::string("GET / HT")));
    }
    usleep(100'000);
    const Seconds begin = steady_time();
    server.reset();
    CHECK(steady_time() - begin < Seconds(60));
  }
}

TEST_CASE("a server without descriptors waits for some without work, and can be ended") {
  const TemporaryFolder folder;
  const UnixSocket listening(folder / "s.sock");
  std::optional<PageServer> server;
  server.emplace(
      listening.descriptor(), [](const HttpRequest&) { return HttpAnswer(); }, Seconds(1000));
  const Descriptor client(socket(AF_UNIX, SOCK_STREAM, 0));
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{static_cast<rlim_t>(*Descriptor(dup(0))), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const sockaddr_un address = address_of(listening.path());
  CHECK(connect(*client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  const std::clock_t begin = std::clock();
  usleep(500'000);
  CHECK(std::clock() - begin < CLOCKS_PER_SEC / 4);
  server.reset();
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("a socket is this user's alone, and goes with its server") {
  const TemporaryFolder folder;
  const auto path = folder / "s.sock";
  {
    const UnixSocket socket(path);
    struct stat found {};
    REQUIRE(stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    CHECK_THROWS_WITH_AS(UnixSocket again(path), doctest::Contains("another stormsweep serve listens there"),
                         InputError);
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a socket that a killed server has left is no obstacle; a file is one") {
  const TemporaryFolder folder;
  const auto path = folder / "s.sock";
  {
    UnixSocket socket(path);
    std::filesystem::rename(path, folder / "left.sock");
  }
  CHECK_NOTHROW(UnixSocket(folder / "left.sock"));
  std::ofstream(path) << "text";
  CHECK_THROWS_WITH_AS(UnixSocket{path}, doctest::Contains("s.sock: no socket can be made there"), InputError);
  CHECK(text_of(path) == "text");
  CHECK_THROWS_WITH_AS(UnixSocket{folder / std::string(200, 'a')}, doctest::Contains("at most 107 characters"),
                       InputError);
}

TEST_CASE("a port is only on 127.0.0.1, and cannot be taken twice") {
  const Descriptor listening = listen_at_port(0);
  const int port = port_of(listening);
  CHECK(port > 0);
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  REQUIRE(getsockname(*listening, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  CHECK(ntohl(address.sin_addr.s_addr) == INADDR_LOOPBACK);
  CHECK_THROWS_WITH_AS(listen_at_port(port), doctest::Contains("it is not available"), InputError);
}
