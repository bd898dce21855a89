// An experiment of the user's own, as a new user makes it: `stormsweep init command` and the next steps.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;

Ended search(const WorkFolder& folder, const std::string& space, const std::string& database, const Words& more = {}) {
  Words words{"run", space, "--results", database, "--workers", "2", "--device", "cpu"};
  words.insert(words.end(), more.begin(), more.end());
  return run_stormsweep(words, folder);
}

Rows outcomes(const std::filesystem::path& database) {
  return query(database, "SELECT configuration, status, metrics, rung FROM trials ORDER BY 1, 4");
}

/// What stormsweep-tend processes below `pid` have started.
std::vector<pid_t> commands(pid_t pid) {
  std::vector<pid_t> all;
  for (const pid_t tender : descendants(pid, "stormsweep-tend"))
    for (const pid_t each : descendants(tender)) all.push_back(each);
  return all;
}

/// A command that needs half a second per epoch, and continues where it was stopped.
const std::string slow = R"({"name": "slow", "summary": "s", "run": ["sh", "train.sh", "{epochs}", "{index}"],
  "files": ["train.sh"], "data": [], "milestone": "epochs", "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}],
  "hyperparameters": [{"name": "epochs", "type": "integer", "default": 1, "min": 1, "max": 99, "meaning": "m"},
                      {"name": "index", "type": "integer", "default": 0, "min": 0, "max": 99, "meaning": "m"},
                      {"name": "gpus", "type": "integer", "default": 1, "min": 1, "max": 99, "meaning": "m"}]})";
const std::string slow_script = R"(done=$(cat "$STORMSWEEP_CHECKPOINT/epoch" 2>/dev/null || echo 0)
echo "$2 from $done" >> "$STORMSWEEP_DIRECTORY/starts"
while [ $done -lt $1 ]; do
  done=$((done + 1)); sleep 0.3
  echo "{\"epoch\": $done, \"loss\": $2.$done}" >> "$STORMSWEEP_REPORT"
  echo $done > "$STORMSWEEP_CHECKPOINT/part"; mv "$STORMSWEEP_CHECKPOINT/part" "$STORMSWEEP_CHECKPOINT/epoch"
done
)";

void write_slow(const WorkFolder& folder, const std::string& method = "\"grid\"") {
  folder.write("experiment.json", slow);
  folder.write("train.sh", slow_script);
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "method": )" + method +
                             R"(, "parameters": {"epochs": [1, 3, 9], "index": [1, 2, 3]}})");
}

}  // namespace

TEST_CASE("from stormsweep init to a table: described, planned, run under both schedules with the same rows") {
  const WorkFolder folder;
  const Ended made = run_stormsweep({"init", "command", "mine"}, folder);
  CHECK(made.status == 0);
  CHECK(run_stormsweep({"init", "command", "mine"}, folder).status == 2);
  CHECK(run_stormsweep({"describe", "mine/experiment.json"}, folder).out.find("learning_rate") != std::string::npos);
  CHECK(run_stormsweep({"plan", "mine/space.json"}, folder).status == 0);
  const Ended one = search(folder, "mine/space.json", "one.db"),
              two = search(folder, "mine/space.json", "two.db", {"--schedule", "synchronous", "--keep-work"});
  CAPTURE(one.err);
  CHECK(one.status == 0);
  CAPTURE(two.err);
  CHECK(two.status == 0);
  CHECK(outcomes(folder / "one.db").size() == 12);
  CHECK(outcomes(folder / "one.db") == outcomes(folder / "two.db"));
  CHECK(run({"sh", "-c", "ls one.cache/work | wc -l; ls two.cache/work/*/stderr | wc -l"}, folder).out == "0\n6\n");
  CHECK(number(folder / "one.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 12);
  CHECK(run_stormsweep({"results", "one.db", "--best", "1"}, folder).out.find("mine") == std::string::npos);
  CHECK(count_lines(run_stormsweep({"results", "one.db", "--format", "optuna"}, folder).out) == 1 + 12);
}

TEST_CASE("in a job of Slurm that has its cores for itself, each worker keeps to its own, with what it starts") {
  const WorkFolder folder;
  folder.write("experiment.json", slow);
  folder.write("train.sh", R"(grep Cpus_allowed_list /proc/self/status >> "$STORMSWEEP_DIRECTORY/cores"; sleep 0.3
    echo '{"loss": 1}' >> "$STORMSWEEP_REPORT")");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json",
                             "parameters": {"index": {"min": 1, "max": 8, "step": 1}}})");
  int granted = std::stoi(run({"env", "-u", "OMP_NUM_THREADS", "nproc"}, folder).out), seen = granted > 1 ? 2 : 1;
  SUBCASE("all that it may run on") {}
  SUBCASE("others than these") {
    ++granted, seen = 1;
  }
  const Ended search = run({"env", "SLURM_CPUS_ON_NODE=" + std::to_string(granted), stormsweep_program(), "run",
                            "s.json", "--results", "s.db", "--workers", "2", "--device", "cpu"},
                           folder);
  CAPTURE(search.err);
  CHECK(search.status == 0);
  CHECK(run({"sh", "-c", "sort -u cores | wc -l"}, folder).out == std::to_string(seen) + "\n");
}

TEST_CASE("an edited script is another search, and says so") {
  const WorkFolder folder;
  write_slow(folder);
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {"index": [1, 2]}})");
  CHECK(search(folder, "s.json", "s.db").status == 0);
  folder.write("train.sh", slow_script + "true\n");
  const Ended again = search(folder, "s.json", "s.db");
  CHECK(again.status == 2);
  CHECK(count_lines(again.err) == 1);
}

TEST_CASE("a search ends where a file that it is trained by changes, and no row tells of another file") {
  const WorkFolder folder;
  std::string with_data = slow;
  folder.write("experiment.json", with_data.replace(with_data.find(R"("data": [])"), 10, R"("data": ["table"])"));
  folder.write("train.sh", R"(cat "$STORMSWEEP_DATA_TABLE" > seen; sleep 0.2; read loss < seen
    echo "{\"loss\": $loss}" >> "$STORMSWEEP_REPORT")");
  folder.write("table.csv", "1\n");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "data": {"table": "table.csv"},
                             "parameters": {"index": {"min": 1, "max": 20, "step": 1}}})");
  const auto complete = [&] {
    return number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete'");
  };
  std::string changed = "table.csv";
  SUBCASE("its data") {}
  SUBCASE("a script of its experiment") {
    changed = "train.sh";
  }
  const std::string before = run({"cat", changed}, folder).out;
  Command search({stormsweep_program(), "run", "s.json", "--results", "s.db", "--workers", "2", "--device", "cpu"},
                 folder);
  REQUIRE(eventually([&] { return complete() >= 2; }));
  run({"touch", "train.sh"}, folder);  // with the same bytes it stays the same script
  const auto rows = complete();
  REQUIRE(eventually([&] { return complete() >= rows + 2; }));
  folder.write(changed, changed == "train.sh" ? "echo '{\"loss\": 2}' >> $STORMSWEEP_REPORT" : "2.5\n");
  const Ended ended = search.wait();
  CHECK(ended.status == 2);
  CHECK(ended.err.find(changed + ": has changed since the search began to train by it; ") != std::string::npos);
  CHECK(complete() < 20);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM results WHERE loss <> 1") == 0);
  CHECK(run_stormsweep({"run", "s.json", "--results", "s.db"}, folder).status == 2);
  folder.write(changed, before);
  CHECK(run_stormsweep({"run", "s.json", "--results", "s.db", "--workers", "2"}, folder).status == 0);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM results WHERE loss = 1") == 20);
}

TEST_CASE("a command reports metrics along a coordinate, which are a view") {
  const WorkFolder folder;
  folder.write("experiment.json", R"({"name": "ahead", "summary": "s", "run": ["sh", "train.sh"], "files": ["train.sh"],
    "data": [], "metrics": [{"name": "mse", "goal": "minimize", "meaning": "m"}], "hyperparameters": [],
    "profiles": [{"name": "lead_time", "unit": "h", "at": [6, 12],
                  "metrics": [{"name": "mse", "goal": "minimize", "meaning": "m"}]}]})");
  folder.write("train.sh", R"(echo '{"mse": 2, "mse[6]": 1.5, "mse[12]": 2.5}' >> "$STORMSWEEP_REPORT")");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {}})");
  const Ended ended = search(folder, "s.json", "s.db");
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(query(folder / "s.db", "SELECT lead_time, CAST(mse AS TEXT) FROM lead_time ORDER BY 1") ==
        Rows{"6|1.5", "12|2.5"});
}

TEST_CASE("stopped in the middle, commands go on from their checkpoints, and nothing of them is left") {
  const WorkFolder folder;
  write_slow(folder);
  {
    Command stopped({stormsweep_program(), "run", "s.json", "--results", "s.db", "--workers", "2", "--device", "cpu"},
                    folder);
    const Words begun{"find", "s.cache/checkpoints", "-name", "epoch"};
    REQUIRE(eventually([&] { return count_lines(run(begun, folder).out) >= 1; }));
    const auto all = commands(stopped.pid());
    CHECK(!all.empty());
    stopped.signal(SIGTERM);
    CHECK(stopped.wait().status == 85);
    for (const pid_t each : all) CHECK(!alive(each));
  }
  CHECK(search(folder, "s.json", "s.db").status == 0);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 9);
  const Ended starts = run({"grep", "-c", "from [1-9]", "starts"}, folder);
  CHECK(std::stoi(starts.out) >= 1);
}

TEST_CASE("the example that ships, stopped in the middle, goes on: nothing is lost, no row is made twice") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"init", "command", "mine"}, folder).status == 0);
  folder.write("mine/space.json", R"({"name": "s", "experiment": "./experiment.json",
    "parameters": {"epochs": [1, 300], "learning_rate": [0.01, 0.03], "days": [1, 4]}})");
  REQUIRE(search(folder, "mine/space.json", "calm.db").status == 0);
  const std::string ended = "SELECT configuration, metrics, finished FROM trials WHERE status = 'complete'";
  {
    Command stopped(
        {stormsweep_program(), "run", "mine/space.json", "--results", "s.db", "--workers", "2", "--device", "cpu"},
        folder);
    const Words early{"grep", "-rqE", R"("epoch": [1-4]?[0-9],)", "s.cache/checkpoints", "--include", "state.json"};
    REQUIRE(eventually([&] {
      return number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete'") >= 2 &&
             run(early, folder).status == 0;
    }));
    stopped.signal(SIGTERM);
    CHECK(stopped.wait().status == 85);
  }
  const Rows before = query(folder / "s.db", ended);
  CHECK((before.size() >= 2 && before.size() < 8));
  CHECK(run({"sh", "-c", "find s.cache/checkpoints -name state.json | grep -c ."}, folder).status == 0);
  REQUIRE(search(folder, "mine/space.json", "s.db").status == 0);
  CHECK(outcomes(folder / "s.db") == outcomes(folder / "calm.db"));
  const Rows after = query(folder / "s.db", ended);
  for (const std::string& row : before) CHECK(std::ranges::count(after, row) == 1);
  const std::string curves =
      "SELECT configuration, epoch, validation_loss FROM curves JOIN trials ON trials.id = trial ORDER BY 1, 2";
  CHECK(query(folder / "s.db", curves) == query(folder / "calm.db", curves));
}

TEST_CASE("the example that ships trains in a gang, whose ranks share the folder of its checkpoint") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"init", "command", "mine"}, folder).status == 0);
  const std::string gpus = R"({"name": "gpus", "type": "integer", "default": 1, "min": 1, "max": 9, "meaning": "m"},)";
  REQUIRE(run({"sed", "-i", "s/\"hyperparameters\": \\[/&" + gpus + "/", "mine/experiment.json"}, folder).status == 0);
  folder.write("mine/space.json", R"({"name": "s", "experiment": "./experiment.json",
    "parameters": {"epochs": 100, "gpus": [1, 2]}})");
  const Ended ended = search(folder, "mine/space.json", "s.db");
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(query(folder / "s.db",
              "SELECT count(*), count(DISTINCT validation_loss), max(gang) FROM results WHERE status = 'complete'") ==
        Rows{"2|1|2"});
}

TEST_CASE("trainings of one configuration that run at once have the rows of those that share epochs") {
  const WorkFolder folder;
  write_slow(folder);
  const std::string space = R"({"name": "s", "experiment": "./experiment.json",
                                "parameters": {"epochs": [3, 6], "index": [1, 2]}, "share_epochs": )";
  folder.write("shared.json", space + "true}");
  folder.write("apart.json", space + "false}");
  CHECK(search(folder, "shared.json", "shared.db").status == 0);
  CHECK(search(folder, "apart.json", "apart.db").status == 0);
  const Rows rows = outcomes(folder / "apart.db");
  CHECK(rows.size() == 4);
  CHECK(rows == outcomes(folder / "shared.db"));
  CHECK(number(folder / "apart.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 4);
}

TEST_CASE("two searches on one database train the same configurations at once, and both have all rows") {
  const WorkFolder folder;
  write_slow(folder);
  const std::string space =
      R"(", "experiment": "./experiment.json", "parameters": {"epochs": [1, 6], "index": [1, 2]}})";
  folder.write("a.json", R"({"name": "a)" + space);
  folder.write("b.json", R"({"name": "b)" + space);
  Command beside({stormsweep_program(), "run", "a.json", "--results", "s.db", "--workers", "2", "--device", "cpu"},
                 folder);
  REQUIRE(eventually([&] { return number(folder / "s.db", "SELECT count(*) FROM trials") >= 1; }));
  CHECK(search(folder, "b.json", "s.db").status == 0);
  CHECK(beside.wait().status == 0);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 8);
  CHECK(run({"sort", "starts"}, folder).out == "1 from 0\n1 from 0\n2 from 0\n2 from 0\n");
}

TEST_CASE("limits.trial_hours is of all starts of a command together") {
  const WorkFolder folder;
  write_slow(folder);
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {"epochs": 18},
                             "limits": {"trial_hours": 0.00112}})");  // 4 s; it takes 5.4
  {
    Command stopped({stormsweep_program(), "run", "s.json", "--results", "s.db", "--workers", "1", "--device", "cpu"},
                    folder);
    const auto epochs = [&] { return run({"sh", "-c", "cat s.cache/checkpoints/*/report.jsonl"}, folder).out; };
    REQUIRE(eventually([&] { return count_lines(epochs()) >= 5; }));
    stopped.signal(SIGTERM);
    CHECK(stopped.wait().status == 85);
  }
  CHECK(search(folder, "s.json", "s.db").status == 1);
  CHECK(query(folder / "s.db", "SELECT status, error LIKE 'took longer than limits.trial_hours%' FROM trials") ==
        Rows{"failed|1"});
  CHECK(number(folder / "s.db", "SELECT wall_seconds > 4 FROM results") == 1);  // as the limit is
}

TEST_CASE("Ctrl-Z pauses commands too, and the pause is no silence") {
  const WorkFolder folder;
  write_slow(folder);
  std::string impatient = slow;
  folder.write("experiment.json", impatient.replace(impatient.find("\"data\""), 0, R"("timeout": 2, )"));
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {"epochs": 9}})");
  Command search({stormsweep_program(), "run", "s.json", "--results", "s.db", "--workers", "1", "--device", "cpu"},
                 folder);
  const auto epochs = [&] { return run({"sh", "-c", "cat s.cache/checkpoints/*/report.jsonl"}, folder).out; };
  REQUIRE(eventually([&] { return count_lines(epochs()) >= 1; }));
  const auto all = commands(search.pid());
  REQUIRE(!all.empty());
  search.signal(SIGTSTP);
  REQUIRE(eventually([&] { return is_stopped(search.pid()); }));
  CHECK(eventually([&] { return is_stopped(all[0]); }));
  std::this_thread::sleep_for(std::chrono::seconds(4));
  search.signal(SIGCONT);
  CHECK(search.wait().status == 0);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 1);
  CHECK(number(folder / "s.db", "SELECT wall_seconds < 5.5 FROM results") == 1);  // 2.7, and no pause
}

TEST_CASE("a worker that is killed takes its command along, and another trains it anew") {
  const WorkFolder folder;
  write_slow(folder);
  Command search({stormsweep_program(), "run", "s.json", "--results", "s.db", "--workers", "2", "--device", "cpu",
                  "--lost-after", "1"},
                 folder);
  REQUIRE(eventually([&] { return number(folder / "s.db", "SELECT count(*) FROM trials") >= 1; }));
  const auto workers = trainers(search.pid());
  REQUIRE(!workers.empty());
  const auto its = commands(workers[0]);
  CHECK(!its.empty());
  kill(workers[0], SIGKILL);
  CHECK(eventually([&] { return std::ranges::none_of(its, alive); }, std::chrono::seconds(15)));
  CHECK(search.wait().status == 0);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete'") == 9);
}

TEST_CASE(
    "each worker's commands have a GPU of their own, also by a LibTorch for processors; without any, cuda is refused") {
  const WorkFolder folder;
  folder.write("experiment.json", slow);
  folder.write("train.sh", R"(echo "{\"loss\": $CUDA_VISIBLE_DEVICES}" >> "$STORMSWEEP_REPORT"; sleep 0.5)");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {"index": [1, 2, 3, 4]}})");
  const auto search = [&](const std::string& visible) {
    return run({"env", "CUDA_VISIBLE_DEVICES=" + visible, stormsweep_program(), "run", "s.json", "--results", "s.db",
                "--device", "cuda"},
               folder);
  };
  const Ended none = search("");
  CHECK(none.status == 2);
  CHECK(none.err == "stormsweep run: --device is cuda, but no GPU is seen here; give --device cpu\n");
  const Ended two = search("7,5");
  CAPTURE(two.err);
  CHECK(two.status == 0);
  CHECK(query(folder / "s.db", "SELECT DISTINCT worker, device, CAST(loss AS INTEGER) FROM results ORDER BY 1") ==
        Rows{"1|cuda:0|7", "2|cuda:1|5"});
}

TEST_CASE("halving goes on with the configurations that are left, from their checkpoints") {
  const WorkFolder folder;
  write_slow(folder, R"({"name": "halving", "eta": 3, "brackets": 1})");
  CHECK(search(folder, "s.json", "s.db").status == 0);
  CHECK(query(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'complete' AND rung = 2") == Rows{"1"});
  CHECK(run({"grep", "-c", "from 3", "starts"}, folder).out == "1\n");
}

TEST_CASE("a command that fills the disk leaves it to the others") {
  const WorkFolder folder;
  folder.write("experiment.json", slow);
  folder.write("train.sh", "[ $2 = 2 ] && { head -c 9M /dev/zero > big || exit 3; }\n" +
                               std::string(R"(echo "{\"epoch\": 1, \"loss\": $2}" >> "$STORMSWEEP_REPORT")"));
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {"index": [1, 2, 3, 4]}})");
  const Ended ended =
      run({"unshare", "--mount", "sh", "-c",
           "mkdir small && mount -t tmpfs -o size=4m none small || exit 99; " + stormsweep_program() +
               " run s.json --results small/s.db --workers 1 --device cpu; echo $?; ls small/s.cache/work; " +
               "sqlite3 small/s.db 'SELECT status, error FROM trials ORDER BY configuration'"},
          folder);
  if (ended.status == 99 || ended.err.find("unshare") != std::string::npos) {
    MESSAGE("SKIPPED: no disk can be mounted here");
    return;
  }
  CAPTURE(ended.err);
  CHECK(ended.out ==
        "1\ncomplete|\nfailed|sh: it ended with exit status 3; the disk was full, so its folder is not kept\n"
        "complete|\ncomplete|\n");
}

TEST_CASE("a command finds all that its page promises in its environment") {
  const WorkFolder folder;
  folder.write("experiment.json", R"({"name": "own", "summary": "s", "run": ["sh", "train.sh"], "files": ["train.sh"],
    "data": ["days"], "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": [
    {"name": "index", "type": "integer", "default": 0, "min": 0, "max": 99, "meaning": "m"},
    {"name": "gpus", "type": "integer", "default": 1, "min": 1, "max": 9, "meaning": "m"},
    {"name": "replicate", "type": "integer", "default": 0, "min": 0, "max": 99, "meaning": "m"}]})");
  folder.write("train.sh", R"sh(grep -q '"index": 7' "$STORMSWEEP_CONFIG" && test -d "$STORMSWEEP_CHECKPOINT" || exit 3
test "$(cat "$STORMSWEEP_DATA_DAYS")" = sunny && test -e "$STORMSWEEP_DIRECTORY/experiment.json" || exit 4
test "$STORMSWEEP_THREADS $OMP_NUM_THREADS" = "1 1" && test "$STORMSWEEP_HOSTS" || exit 5
if [ $STORMSWEEP_WORLD = 1 ]; then
  test "$STORMSWEEP_RANK$RANK$WORLD_SIZE$LOCAL_RANK$MASTER_ADDR$MASTER_PORT" = 0 || exit 6
else
  test "$RANK $WORLD_SIZE $LOCAL_RANK" = "$STORMSWEEP_RANK 2 $STORMSWEEP_RANK" && test "$MASTER_PORT" || exit 7
fi
[ $STORMSWEEP_RANK != 0 ] || echo "{\"loss\": $STORMSWEEP_SEED}" >> "$STORMSWEEP_REPORT"
)sh");
  folder.write("days", "sunny");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "data": {"days": "days"},
    "parameters": {"index": 7, "gpus": [1, 2], "replicate": [0, 1]}})");
  const Ended ended = search(folder, "s.json", "s.db", {"--threads", "1"});
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  // The seed depends on the search and the replicate, not on who trains.
  CHECK(number(folder / "s.db", "SELECT count(DISTINCT loss) FROM results") == 2);
  CHECK(number(folder / "s.db", "SELECT count(DISTINCT loss) FROM results WHERE replicate = 0") == 1);
  CHECK(number(folder / "s.db", "SELECT count(*) FROM results WHERE loss BETWEEN 0 AND 2147483647") == 4);
}

TEST_CASE("a gang starts a copy a rank, which can meet; one that fails ends all") {
  const WorkFolder folder;
  folder.write("experiment.json", slow);
  folder.write("train.sh", R"(test "$WORLD_SIZE $MASTER_ADDR" = "2 127.0.0.1" && test "$LOCAL_RANK" = "$RANK" || exit 4
echo "$RANK $MASTER_PORT" >> "$STORMSWEEP_DIRECTORY/ranks"
if [ "$2" = 2 ] && [ "$RANK" = 1 ]; then until grep -q "^0 $MASTER_PORT" "$STORMSWEEP_DIRECTORY/ranks"; do sleep 0.05; done; echo lost my way >&2; exit 5; fi
if [ "$2" = 2 ]; then sleep 100; fi
[ "$RANK" = 0 ] && echo "{\"epoch\": 1, \"loss\": 1}" >> "$STORMSWEEP_REPORT"
exit 0
)");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json",
    "parameters": {"index": [1, 2], "gpus": 2}})");
  CHECK(search(folder, "s.json", "s.db").status == 1);
  CHECK(query(folder / "s.db", "SELECT status FROM trials ORDER BY configuration") == Rows{"complete", "failed"});
  CHECK(number(folder / "s.db", "SELECT count(*) FROM trials WHERE error LIKE '%lost my way%'") == 1);
  CHECK(run({"sh", "-c", "cut -d' ' -f2 ranks | sort | uniq -c | grep -c '2 '"}, folder).out == "2\n");
}

TEST_CASE("what rank 0 has reported stays complete when another rank's command fails later, by both schedules") {
  const WorkFolder folder;
  folder.write("experiment.json", slow);
  folder.write("train.sh", R"(if [ "$RANK" = 0 ]; then
  for epoch in 1 2 3 4; do echo "{\"epoch\": $epoch, \"loss\": 0.$epoch}" >> "$STORMSWEEP_REPORT"; done
  touch "$STORMSWEEP_DIRECTORY/said"; sleep 100
fi
until [ -e "$STORMSWEEP_DIRECTORY/said" ]; do sleep 0.05; done
echo lost my way >&2; exit 5
)");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json",
    "parameters": {"epochs": [1, 3, 9], "index": 1, "gpus": 2}})");
  for (const std::string schedule : {"master-worker", "synchronous"}) {
    CAPTURE(schedule);
    std::filesystem::remove(folder / "said");
    CHECK(search(folder, "s.json", schedule + ".db", {"--schedule", schedule}).status == 1);
    CHECK(query(folder / (schedule + ".db"), "SELECT milestone, status, metrics FROM trials ORDER BY 1") ==
          Rows{R"(1|complete|{"loss":0.1})", R"(3|complete|{"loss":0.3})", "9|failed|{}"});
  }
}

TEST_CASE("PyTorch's DistributedDataParallel trains in a gang as it does under torchrun") {
  const WorkFolder folder;
  if (run({"/usr/bin/python3", "-c", "import torch.distributed"}, folder).status != 0) {
    MESSAGE("SKIPPED: python3-torch is not here");
    return;
  }
  folder.write("experiment.json", R"({"name": "ddp", "summary": "s", "run": ["/usr/bin/python3", "train.py"],
    "files": ["train.py"], "data": [], "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}],
    "hyperparameters": [{"name": "gpus", "type": "integer", "default": 1, "min": 1, "max": 9, "meaning": "m"}]})");
  folder.write("train.py", R"(import json, os, torch
import torch.distributed as dist
if int(os.environ["STORMSWEEP_WORLD"]) > 1:
    dist.init_process_group("gloo")
torch.manual_seed(0)
x = torch.randn(8, 3)
y = x.sum(1, keepdim=True)
rank, world = int(os.environ["STORMSWEEP_RANK"]), int(os.environ["STORMSWEEP_WORLD"])
model = net = torch.nn.Linear(3, 1)
if world > 1:
    model = torch.nn.parallel.DistributedDataParallel(net)
optimizer = torch.optim.SGD(net.parameters(), 0.1)
for step in range(20):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(x[rank::world]), y[rank::world]).backward()
    optimizer.step()
loss = torch.nn.functional.mse_loss(net(x), y).item()
if rank == 0:
    open(os.environ["STORMSWEEP_REPORT"], "a").write(json.dumps({"loss": loss}) + "\n")
)");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {"gpus": [1, 2]}})");
  const Ended ended = search(folder, "s.json", "s.db");
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  const auto loss = [&](const std::string& gpus) {
    return std::stod(query(folder / "s.db", "SELECT loss FROM results WHERE gpus = " + gpus).at(0));
  };
  CHECK(loss("2") == doctest::Approx(loss("1")).epsilon(1e-5));  // k ranks = one rank on the whole batch
}
