#include "master/loop/job_output.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace stormsweep;
using launch::JobOutput;

namespace {

const std::string mark = "[/tmp/stormsweep-node7-Ab3/status] ";
const std::string noise =
    "[node7:08045] PMIX ERROR: BAD-PARAM in file ../../../src/event/notification.c at line 1033\n";
const std::string said =
    "n: 3/30 done\rn: 4/30 done\r\n[node7:14] PML ucx cannot be selected\n[W Context.cpp:70] a warning\n" + noise +
    "worker 2 on node7 is lost\n" + noise;
const std::string noiseless =
    "n: 3/30 done\rn: 4/30 done\r\n[node7:14] PML ucx cannot be selected\n[W Context.cpp:70] a warning\n"
    "worker 2 on node7 is lost\n";

}  // namespace

TEST_CASE("what PMIx says to its developers is left out, and all else stays, however it arrives") {
  for (std::size_t piece = 1; piece <= said.size(); ++piece) {
    JobOutput output(mark);
    std::string text;
    for (std::size_t at = 0; at < said.size(); at += piece)
      text += output.add(std::string_view(said).substr(at, piece));
    CHECK(text + output.rest() == noiseless);
  }
}

TEST_CASE("mpirun's word of a signal is left out, and a search whose name begins like it is not") {
  JobOutput output(mark);
  CHECK(output.add("mpirun: Forw") == "");
  CHECK(output.add("arding signal 10 to job\nm") == "");
  CHECK(output.add("pi: 3/30 done\r") == "mpi: 3/30 done\r");
  CHECK(output.add("mpirun: Forwarding signal 18 to job\n") == "mpirun: Forwarding signal 18 to job\n");
  CHECK(output.rest() == "");
}

TEST_CASE("a line that goes on is shown at once, and one that may be noise when it is over") {
  JobOutput output(mark);
  CHECK(output.add("n: 3/30") == "n: 3/30");
  CHECK(output.add(" [done]") == " [done]");
  CHECK(output.add("\n[vm:1] no") == "\n");
  CHECK(output.add("ise") == "");
  CHECK(output.rest() == "[vm:1] noise");
}

TEST_CASE("lines with the mark are taken, wherever they are cut, and not shown") {
  const std::string text = "n: 3/30 done\n" + mark + "started 14\n[/tmp/other] 0\n" + mark + "0 0 1 2\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    JobOutput output(mark);
    std::string shown;
    std::vector<std::string> marked;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      shown += output.add(std::string_view(text).substr(at, piece));
      for (const std::string& line : output.take_marked()) marked.push_back(line);
    }
    CHECK(shown + output.rest() == "n: 3/30 done\n[/tmp/other] 0\n");
    CHECK(marked == std::vector<std::string>{"started 14", "0 0 1 2"});
  }
}
