#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "master/page/http.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// Answers connections to a listening socket, with one request each, in threads of its own.
class PageServer {
 public:
  /// `listening` outlives the server. `answer` is called by several threads.
  PageServer(const Descriptor& listening, std::function<HttpAnswer(const HttpRequest&)> answer);
  ~PageServer();  ///< ends the threads; requests in progress are still answered
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

 private:
  void serve();

  const Descriptor& listening_;
  std::function<HttpAnswer(const HttpRequest&)> answer_;
  std::vector<std::thread> threads_;
};

}  // namespace stormsweep
