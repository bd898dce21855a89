#include "search/base/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "search/base/process.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

int status_of(const char* program, const std::function<int()>& work, ExitStatus unexpected) {
  try {
    process::check_surroundings();
    return work();
  } catch (const InputError& error) {
    remark("{}\n", one_line(error.what()));
    return exit_bad_input;
  } catch (const std::filesystem::filesystem_error& error) {
    remark("{}\n", one_line(refusal(error)));
    return exit_bad_input;
  } catch (const std::exception& error) {
    if (std::ferror(stdout)) return exit_some_failed;
    constexpr int no_utf8 = 316;  // of nlohmann::json
    if (const auto* json = dynamic_cast<const nlohmann::json::type_error*>(&error); json && json->id == no_utf8) {
      remark("{}: {}; give names and values in UTF-8\n", program, one_line(error.what()));
      return exit_bad_input;
    }
    remark("{}: {}\n", program, unforeseen(error));
    return unexpected;
  }
}

}  // namespace

int run_program(const char* program, const std::function<int()>& work, ExitStatus unexpected) {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  const int status = status_of(program, work, unexpected);
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
  remark("{}: standard output cannot be written ({}); free some space, or send it elsewhere\n", program,
         errno == 0 ? "an earlier part of it was lost" : std::strerror(errno));
  return status == exit_done ? exit_some_failed : status;
}

}  // namespace stormsweep
