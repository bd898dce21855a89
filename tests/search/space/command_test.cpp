#include "search/space/command.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"

using namespace stormsweep;

namespace {

Experiment command_experiment(const std::string& run, const std::string& more = "") {
  return parse_experiment(
      R"({"name": "mine", "summary": "s", "data": [], "run": )" + run + more +
          R"(, "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": [
      {"name": "rate", "type": "real", "default": 0.1, "min": 0, "max": 1, "meaning": "m"},
      {"name": "word", "type": "choice", "default": "a b", "choices": ["a b", "$(rm x);"], "meaning": "m"}]
})",
      "e.json");
}

std::vector<std::string> words(const Experiment& experiment) {
  Configuration configuration;
  for (const Hyperparameter& h : experiment.hyperparameters) configuration.values.push_back(h.fallback);
  return words_of(*experiment.command, [&](const std::string& name) {
    return to_string(configuration.values[experiment.find(name).value()]);
  });
}

}  // namespace

TEST_CASE("a command's words take the values of hyperparameters, each as one word whatever is in it") {
  CHECK(words(command_experiment(
            R"(["t", "--rate={rate}", "{word}{rate}", "{{rate}}", "{", "}", "{\"loss\": {\"a\": 1}}", "${HOME}"])")) ==
        std::vector<std::string>{"t", "--rate=0.1", "a b0.1", "{rate}", "{", "}", R"({"loss": {"a": 1}})", "${HOME}"});
}

TEST_CASE("braces that hold no name stay, however many or long") {
  const std::string kept = R"(["{{}}", "{Rate}", "{rate", "a{{{rate}}}b", "{{rate}"])";
  CHECK(words(command_experiment(kept)) == std::vector<std::string>{"{{}}", "{Rate}", "{rate", "a{{rate}}b", "{0.1"});
  const std::string letters(1'000'000, 'a');
  CHECK(words(command_experiment(R"(["{)" + letters + R"("])")) == std::vector<std::string>{"{" + letters});
}

TEST_CASE("a word that names one of the files is its path") {
  CHECK(words(command_experiment(R"(["python3", "train.py"])",
                                 R"(, "files": ["train.py"], "directory": "/home/me/mine")")) ==
        std::vector<std::string>{"python3", "/home/me/mine/train.py"});
}

TEST_CASE("what a command cannot be") {
  const auto refused = [](const std::string& run, const std::string& more, const std::string& why) {
    CAPTURE(run);
    CAPTURE(more);
    CHECK_THROWS_WITH_AS(command_experiment(run, more), doctest::Contains(why.c_str()), InputError);
  };
  refused("[]", "", "give a program");
  refused(R"(["t", "{ratte}"])", "", "e.json: run[1] is \"{ratte}\"; {ratte} is no hyperparameter: did you mean rate?");
  refused(R"(["t"])", R"(, "files": ["../x"])", "files[0]");
  refused(R"(["t"])", R"(, "files": ["/etc/passwd"])", "files[0]");
  refused(R"(["t"])", R"(, "timeout": 0)", "timeout");
  refused(R"(["t"])", R"(, "graze": 1)", "graze");
}
