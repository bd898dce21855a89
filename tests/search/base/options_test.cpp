#include "search/base/options.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

namespace po = boost::program_options;

/// "<space> <at> <format>" of `stormsweep plan`'s options, or the message.
std::string parse(const Arguments& arguments) {
  Syntax syntax{"stormsweep plan", "SPACE [options]", "Tells.", "stormsweep plan a.json", {}, {}};
  syntax.operands.add_options()("space", po::value<std::string>()->required(), "a search space");
  syntax.options.add_options()("at", po::value<int>()->default_value(0), "which")(
      "seed", po::value<std::uint64_t>(), "s")("share", po::value<double>(), "how much")(
      "format", po::value<std::string>()->default_value("text"), "how");
  try {
    const auto values = parse_options(arguments, syntax);
    if (!values) return "help";
    return (*values)["space"].as<std::string>() + ' ' + std::to_string((*values)["at"].as<int>()) + ' ' +
           one_of({"text", "json"}, "format", *values);
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("options stand before or after operands") {
  CHECK(parse({"a.json"}) == "a.json 0 text");
  CHECK(parse({"a.json", "--at", "3", "--format", "json"}) == "a.json 3 json");
  CHECK(parse({"--at=-3", "a.json"}) == "a.json -3 text");
}

TEST_CASE("a wrong command line is one line that says what to mend") {
  CHECK(parse({}) == "stormsweep plan: an operand is missing; usage: stormsweep plan SPACE [options]");
  CHECK(parse({"a", "b"}) == "stormsweep plan: 'b' is one word too many; usage: stormsweep plan SPACE [options]");
  CHECK(parse({"a", "--fromat", "json"}) == "stormsweep plan: --fromat is not an option; did you mean --format?");
  CHECK(parse({"a", "--form", "json"}) == "stormsweep plan: --form is not an option; did you mean --format?");
  CHECK(parse({"a", "--temperature"}) ==
        "stormsweep plan: --temperature is not an option; known are --at, --seed, --share, --format, --help");
  CHECK(parse({"a", "--format", "xml"}) == "--format is xml; give text or json");
  for (const Arguments& wrong : {Arguments{"a", "--at"}, {"a", "--at", "1", "--at", "2"}}) {
    CHECK(parse(wrong).starts_with("stormsweep plan: "));
    CHECK(parse(wrong).ends_with("; see stormsweep plan --help"));
    CHECK(parse(wrong).find("--at") != std::string::npos);
  }
}

TEST_CASE("a value that is no number is refused with what to give") {
  CHECK(parse({"a", "--at", "x"}) == "stormsweep plan: --at is x; give a whole number");
  CHECK(parse({"a", "--at", "1.5"}) == "stormsweep plan: --at is 1.5; give a whole number");
  CHECK(parse({"a", "--at=1e4"}) == "stormsweep plan: --at is 1e4; give a whole number");
  CHECK(parse({"a", "--at", "99999999999"}) == "stormsweep plan: --at is 99999999999; give a smaller number");
  CHECK(parse({"a", "--share", "0,2"}) == "stormsweep plan: --share is 0,2; give a number, such as 0.5");
}

TEST_CASE("a seed below 0 is refused, not taken for another seed") {
  CHECK(parse({"a", "--seed=-1"}) == "stormsweep plan: --seed is -1; give a whole number, 0 or more");
  CHECK(parse({"a", "--seed=18446744073709551615"}) == "a 0 text");
}

TEST_CASE("an empty value is refused, such as that of a shell variable that is not set") {
  CHECK(parse({""}) == "stormsweep plan: space is empty (a search space); give a value");
  CHECK(parse({"a", "--format", ""}) == "stormsweep plan: --format is empty (how); give a value");
  CHECK(parse({"a", "--at", ""}) == "stormsweep plan: --at is empty (which); give a value");
}

TEST_CASE("the refusal of what is no option tells what else it may be") {
  const Syntax syntax{.command = "stormsweep plan",
                      .usage = "[options]",
                      .summary = "Tells.",
                      .example = "stormsweep plan",
                      .operands = {},
                      .options = {{"at", po::value<int>(), "which"}},
                      .otherwise = "ask elsewhere"};
  CHECK_THROWS_WITH_AS(parse_options({"--temperature"}, syntax),
                       "stormsweep plan: --temperature is not an option; ask elsewhere; known are --at, --help",
                       InputError);
  CHECK_THROWS_WITH_AS(parse_options({"-A", "me"}, syntax),
                       "stormsweep plan: -A is not an option; ask elsewhere; known are --at, --help", InputError);
}

TEST_CASE("options are written to what they are bound to, those of groups too") {
  std::vector<std::string> files;
  std::string folder;
  int size = 0, seed = 0;
  const Syntax syntax{.command = "stormsweep make",
                      .usage = "FILE... -o DIR [options]",
                      .summary = "Makes.",
                      .example = "stormsweep make a -o b",
                      .operands = {{"file", po::value(&files)->required()->composing(), "what to read"}},
                      .options = {{"output,o", po::value(&folder)->required(), "where to"},
                                  {"size", po::value(&size)->default_value(256), "how large"}},
                      .groups = {{"more", {{"seed", po::value(&seed), "another"}}}}};
  REQUIRE(parse_options({"a", "--seed", "7", "b", "-o", "c"}, syntax));
  CHECK(files == std::vector<std::string>{"a", "b"});
  CHECK(folder == "c");
  CHECK(size == 256);
  CHECK(seed == 7);
  const auto message = [&](const Arguments& arguments) -> std::string {
    try {
      parse_options(arguments, syntax);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  CHECK(message({"a"}) == "stormsweep make: --output is missing; usage: stormsweep make FILE... -o DIR [options]");
  CHECK(message({"-o", "c"}) ==
        "stormsweep make: an operand is missing; usage: stormsweep make FILE... -o DIR [options]");
  CHECK(message({"a", "-o", "c", "--sed", "1"}) == "stormsweep make: --sed is not an option; did you mean --seed?");
}

TEST_CASE("a number outside its range is refused with the range") {
  CHECK_NOTHROW(check_range("stormsweep make", "size", 256, 1, 256));
  for (const int size : {0, 257})
    CHECK(refusal([&] { check_range("stormsweep make", "size", size, 1, 256); }) ==
          "stormsweep make: --size is " + std::to_string(size) + "; give 1 to 256");
}
