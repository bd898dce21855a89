#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "master/page/http.hpp"
#include "search/base/file.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// Answers connections to a listening socket, with one request each, in threads of its own.
class PageServer {
 public:
  /// `listening` outlives the server. `answer` is called by several threads. `patience`: how long a client may take to
  /// send a whole request; any user of the machine can connect to a port.
  PageServer(const Descriptor& listening, std::function<HttpAnswer(const HttpRequest&)> answer,
             Seconds patience = Seconds(10));
  ~PageServer();  ///< ends the threads; requests in progress are still answered, incomplete ones are dropped
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

 private:
  void serve();
  std::string read_head(const Descriptor& connection) const;

  const Descriptor& listening_;
  std::function<HttpAnswer(const HttpRequest&)> answer_;
  Seconds patience_;
  std::vector<std::thread> threads_;
};

}  // namespace stormsweep
