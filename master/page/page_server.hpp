#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "master/page/http.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// Answers whoever connects to a listening socket, a request a connection, by some threads of its own.
class PageServer {
 public:
  /// `listening` outlives the server. `answer` is called by several threads.
  PageServer(const Descriptor& listening, std::function<HttpAnswer(const HttpRequest&)> answer);
  ~PageServer();  ///< ends them; a request that is being answered still is
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

 private:
  void serve();

  const Descriptor& listening_;
  std::function<HttpAnswer(const HttpRequest&)> answer_;
  std::vector<std::thread> threads_;
};

}  // namespace stormsweep
