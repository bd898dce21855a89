#include "master/slurm/batch_script.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;

namespace {

BatchJob job() {
  BatchJob job;
  job.name = "quick", job.folder = "/home/me/it's 5%", job.started_in = "/home/me/a b",
  job.program = "/opt/storm sweep/stormsweep";
  job.command = {"quick.json\nrm -r /"};
  job.arguments = {"/home/me/it's 5%/quick.json", "--workers", "8"};
  return job;
}

bool has(const std::string& script, const std::string& line) {
  return script.find('\n' + line + '\n') != std::string::npos;
}

}  // namespace

TEST_CASE("a script asks for what the job needs, the master for nothing") {
  BatchJob j = job();
  j.nodes = 2, j.ranks_per_node = 4, j.cores_per_rank = 3, j.gpus_per_node = 4, j.partition = "fast";
  j.time = Seconds(5400);
  const std::string script = batch_script(j);
  for (const char* line :
       {"#SBATCH --job-name=quick", "#SBATCH --nodes=2", "#SBATCH --ntasks=8", "#SBATCH --ntasks-per-node=4",
        "#SBATCH --cpus-per-task=3", "#SBATCH --gpus-per-node=4", "#SBATCH --time=01:30:00",
        "#SBATCH --partition=\"fast\"", "#SBATCH --requeue", "#SBATCH --chdir=\"/home/me/a b\"",
        "#SBATCH --output=\"/home/me/it's 5%%/quick-%j.log\"", "#SBATCH --signal=B:USR1@120"}) {
    CAPTURE(line);
    CHECK(has(script, line));
  }
  CHECK(has(script, "# Written by: stormsweep submit 'quick.json rm -r /'"));
  CHECK(script.find("--array") == std::string::npos);
  const std::string plain = batch_script(job());
  CHECK(plain.find("gpus") == std::string::npos);
  CHECK(plain.find("partition") == std::string::npos);
}

TEST_CASE("a job without an mpirun of its own finds that of the submission") {
  BatchJob j = job();
  j.mpi = "/opt/open mpi/bin";
  CHECK(has(batch_script(j), "PATH=$PATH:'/opt/open mpi/bin'"));
  CHECK_FALSE(batch_script(job()).find("PATH=") != std::string::npos);
}

TEST_CASE("quotes and backslashes of a folder reach sbatch as they are") {
  BatchJob folder_with_quotes = job();
  folder_with_quotes.folder = R"(/home/me/a "b" \c)";
  CHECK(has(batch_script(folder_with_quotes), R"(#SBATCH --output="/home/me/a \"b\" \\c/quick-%j.log")"));
}

TEST_CASE("options of sbatch become lines of the script, but for those that the job decides") {
  BatchJob j = job();
  j.further = {"--account=abc", "--exclusive", "--comment=for a \"paper\""};
  for (const std::string& option : j.further) check_further(option);
  const std::string script = batch_script(j);
  CHECK(has(script, "#SBATCH --account=\"abc\""));
  CHECK(has(script, "#SBATCH --exclusive"));
  CHECK(has(script, R"(#SBATCH --comment="for a \"paper\"")"));
  const auto refused = [](const std::string& option, const std::string& problem) {
    CAPTURE(option);
    CHECK_THROWS_WITH_AS(check_further(option), ("stormsweep submit: --sbatch is \"" + problem).c_str(), InputError);
  };
  refused("--time=2h", "--time=2h\", which submit decides itself; give --time");
  refused("--no-requeue", "--no-requeue\", which submit decides itself; give --requeues");
  refused("--signal=KILL", "--signal=KILL\", which submit decides itself; leave it out");
  const std::string form = "\"; give one option of sbatch by its long name, as in --sbatch \"--account=abc\"";
  refused("-A abc", "-A abc" + form);
  refused("account=abc", "account=abc" + form);
  refused("--account abc", "--account abc" + form);
  refused("--mem=1G\n#SBATCH --time=9", "--mem=1G #SBATCH --time=9" + form);
}

TEST_CASE("variables of sbatch stay but for those that would undo what the job asks for") {
  BatchJob j = job();
  for (const char* variable : {"SBATCH_TIMELIMIT", "SBATCH_ARRAY_INX", "SBATCH_GPUS_PER_NODE", "SBATCH_NO_REQUEUE"})
    CHECK(overrides(variable, j));
  for (const char* variable : {"SBATCH_ACCOUNT", "SBATCH_QOS", "SBATCH_PARTITION", "SBATCH_RESERVATION", "PARTITION"})
    CHECK_FALSE(overrides(variable, j));
  j.partition = "fast", j.further = {"--reservation=r", "--exclusive"};
  for (const char* variable : {"SBATCH_PARTITION", "SBATCH_RESERVATION", "SBATCH_EXCLUSIVE"})
    CHECK(overrides(variable, j));
}

TEST_CASE("a short job has less notice, and one without requeues asks for none") {
  BatchJob j = job();
  j.time = Seconds(60), j.requeues = 0, j.tasks = 3;
  const std::string script = batch_script(j);
  CHECK(has(script, "#SBATCH --signal=B:USR1@12"));
  CHECK(has(script, "#SBATCH --no-requeue"));
  CHECK(has(script, "#SBATCH --array=0-2"));
  CHECK(log_pattern(j) == "/home/me/it's 5%%/quick-%A_%a.log");
  CHECK(log_file(j, "12") == "/home/me/it's 5%/quick-12_0.log");
  CHECK(log_file(job(), "12") == "/home/me/it's 5%/quick-12.log");
}

TEST_CASE("the shell runs the body of search.sbatch with the job's own words") {
  TemporaryFolder folder;
  BatchJob j = job();
  j.tasks = 3, j.program = folder / "storm sweep";
  {
    std::ofstream program(j.program);
    program << "#!/bin/sh\nfor word; do echo \"[$word]\"; done > '" << (folder / "words").string() << "'\n";
  }
  std::filesystem::permissions(j.program, std::filesystem::perms::owner_all);
  std::ofstream(folder / "job") << batch_script(j);
  CHECK(std::system(("SLURM_ARRAY_TASK_ID=2 bash " + (folder / "job").string()).c_str()) == 0);
  CHECK(test::lines(folder / "words") ==
        std::vector<std::string>{"[run]", "[/home/me/it's 5%/quick.json]", "[--workers]", "[8]", "[--share]", "[2/3]"});
}
