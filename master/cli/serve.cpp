#include "master/cli/serve.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>

#include "master/page/door.hpp"
#include "master/page/listening.hpp"
#include "master/page/live_page.hpp"
#include "master/page/page_server.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/shell_word.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

struct ServeQuestion {
  std::vector<std::string> databases;
  std::string search, socket;
  std::optional<std::string> port;
};

Syntax syntax_of(ServeQuestion& q) {
  const auto set_port = [&q](const std::string& text) { q.port = text; };
  return {
      .command = "stormsweep serve",
      .usage = "DATABASE... [options]",
      .summary =
          "Shows the page of `report` as the search goes on. It only reads. Nobody but this user can open it: on a\n"
          "Unix socket that ssh brings to your browser, or with --port on 127.0.0.1, with a token. Ctrl-C ends it.",
      .example =
          "stormsweep serve tornado.db\n"
          "stormsweep serve tornado.db --port 8080",
      .operands = {{"database", po::value(&q.databases)->required()->composing(), "files that `run` writes"}},
      .options = {
          {"socket", po::value(&q.socket), "the Unix socket (default: one in a folder of your own)"},
          {"port", po::value<std::string>()->notifier(set_port), "a port of 127.0.0.1 instead; 0: one that is free"},
          {"search", po::value(&q.search)->default_value(""), "only this search (default: all)"},
      }};
}

constexpr timespec between_looks{2, 0};
constexpr int politeness = 10;  ///< niceness

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

/// Answers requests until one of the signals `ending`, which are blocked, comes.
void serve(LivePage& live, const Descriptor& listening, const Door& door, const sigset_t& ending) {
  const PageServer server(listening, [&](const HttpRequest& r) { return answer(r, door, *live.shown()); });
  while (sigtimedwait(&ending, nullptr, &between_looks) < 0) live.renew(steady_time());
}

/// `name` with "_" for every character that a shell or ssh's -L could interpret.
std::string plain(std::string name) {
  const auto fit = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
  std::ranges::replace_if(name, std::not_fn(fit), '_');
  return name;
}

/// The socket in the user's runtime folder; `otherwise` where there is none, as in a job or after su.
std::filesystem::path usual_socket(const std::string& database, const std::filesystem::path& otherwise) {
  const std::string name = plain(std::filesystem::path(database).stem().string()) + ".sock";
  const std::string_view runtime = environment("XDG_RUNTIME_DIR");
  if (runtime.empty()) return otherwise / name;
  const std::filesystem::path folder = std::filesystem::path(runtime) / "stormsweep";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!failed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  return (failed ? otherwise : folder) / name;
}

void serve_socket(LivePage& live, const ServeQuestion& q, const sigset_t& ending) {
  const PrivateFolder folder;
  const UnixSocket socket(std::filesystem::absolute(q.socket.empty() ? usual_socket(q.databases[0], folder.path())
                                                                     : std::filesystem::path(q.socket)));
  std::cout << fmt::format("type at home:  ssh -N -L {} {}\nthen open:     http://localhost:8080/\n",
                           shell_word("8080:" + socket.path().string()), host_name())
            << std::flush;
  serve(live, socket.descriptor(), {}, ending);
}

void serve_port(LivePage& live, const std::string& text, const sigset_t& ending) {
  const auto port = whole_number(text);
  if (!port || *port > 65535) throw InputError(fmt::format("--port is {}; give 0 to 65535", text));
  const Descriptor listening = listen_at_port(static_cast<int>(*port));
  const int found = port_of(listening);
  const Door door = Door::with_token(found);
  std::cout << fmt::format("open:  http://127.0.0.1:{}/?token={}\n", found, door.token) << std::flush;
  serve(live, listening, door, ending);
}

}  // namespace

int serve_command(const Arguments& arguments) {
  ServeQuestion q;
  if (!parse_options(arguments, syntax_of(q))) return exit_done;
  if (q.port && !q.socket.empty()) throw InputError("stormsweep serve: --port and --socket are two doors; give one");
  const sigset_t ending = ending_signals();
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // inherited by later threads
  setpriority(PRIO_PROCESS, 0, politeness);      // a search on the same cores comes first
  LivePage live({{q.databases.begin(), q.databases.end()}, q.search}, "stormsweep serve " + shell_words(arguments));
  q.port ? serve_port(live, *q.port, ending) : serve_socket(live, q, ending);
  return exit_done;
}

}  // namespace stormsweep
