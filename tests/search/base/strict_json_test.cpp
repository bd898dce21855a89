#include "search/base/strict_json.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

std::string problem(std::string_view text) {
  try {
    parse_json(text, "s.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("objects keep the order of the file") {
  const auto json = parse_json(R"({"z": 1, "a": {"y": [1, 2.5, "x"], "b": null}})", "s.json");
  CHECK(json.dump() == R"({"z":1,"a":{"y":[1,2.5,"x"],"b":null}})");
}

TEST_CASE("malformed JSON is reported with its line and column") {
  CHECK(problem("") == "s.json: line 1, column 1: the text is empty; give an object in braces");
  CHECK(problem(" \r\n\t\n") == "s.json: line 1, column 1: the text is empty; give an object in braces");
  CHECK(problem("{\n  \"a\": 1,\n}") ==
        "s.json: line 3, column 1: unexpected '}'; expected string literal; is the comma before it one too many?");
  CHECK(problem("{\"a\": 1\n \"b\": 2}") ==
        "s.json: line 2, column 4: unexpected string literal; expected '}' or a comma");
  CHECK(problem("{\n\n  \"a\": tru\n}") == "s.json: line 3, column 11: invalid literal");
  CHECK(problem("{} x") == "s.json: line 1, column 4: invalid literal; expected end of input");
  CHECK(problem("{\"a\": 1e999}").starts_with("s.json: line 1, column 12: number overflow parsing '1e999'"));
  CHECK(problem("{\"a\": \"\xff\"}").find("ill-formed UTF-8") != std::string::npos);
  for (const char* text : {"{", "[1,", "{\"a\" 1}", "'a'", "{\"a\": \"x\ny\"}", "nan"}) {
    CAPTURE(text);
    CHECK(problem(text).starts_with("s.json: line "));
    CHECK(problem(text).find('\n') == std::string::npos);
    CHECK(problem(text).find("exception") == std::string::npos);
  }
}

TEST_CASE("a NUL byte is not the end of the text, wherever it is") {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string> cases[] = {
      {"{}\0 rubbish"sv, "column 3"}, {"\0{}"sv, "column 1"}, {"{}\0"sv, "column 3"}, {"{\"a\0b\": 1}"sv, "column 4"}};
  for (const auto& [text, place] : cases) {
    CAPTURE(place);
    CHECK(problem(text) == "s.json: line 1, " + place + ": a NUL byte; give the text in UTF-8, without any");
  }
  CHECK(problem("{\n\0}"sv).starts_with("s.json: line 2, column 1: a NUL byte"));
  CHECK(problem("\xff\xfe{\0}\0"sv).starts_with("s.json: line 1, column 4: a NUL byte"));  // UTF-16
}

TEST_CASE("a key given twice in one object is refused, however deep") {
  CHECK(problem("{\"a\": 1,\n \"b\": 2, \"a\": 3}") ==
        "s.json: line 2, column 12: the key \"a\" is given twice; keep one");
  CHECK(problem(R"([{"x": {"k": 1, "k": 1}}])") == "s.json: line 1, column 19: the key \"k\" is given twice; keep one");
  CHECK(problem(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})") == "accepted");
}

TEST_CASE("nesting too deep for the stack of a writer is refused") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(problem(nested(100)) == "accepted");
  const std::string refused = "s.json: line 1, column 101: more than 100 lists or objects in each other; give fewer";
  CHECK(problem(nested(101)) == refused);
  CHECK(problem(nested(200'000)) == refused);
  std::string objects;
  for (int i = 0; i < 101; ++i) objects += R"({"a":)";
  CHECK(problem(objects).ends_with(": more than 100 lists or objects in each other; give fewer"));
}

TEST_CASE("texts are one line, without what would move a terminal's cursor or end a text") {
  for (const char* text : {R"("")", R"("a\nb")", R"("a\u001b[2Jb")", R"("a\u0000b")", R"("a\u009bb")"}) {
    CAPTURE(text);
    const auto json = parse_json(text, "s.json");
    CHECK_THROWS_WITH_AS(Field(json, "s.json").text(), doctest::Contains("give one line of text"), InputError);
  }
  const auto json = parse_json(R"("\u00b0C, 温度")", "s.json");
  CHECK(Field(json, "s.json").text() == "°C, 温度");
}

TEST_CASE("fields know their place") {
  const auto json = parse_json(R"({"a": {"b": [1, {"c": "x"}]}})", "s.json");
  const Field root(json, "s.json");
  CHECK(root.place() == "s.json");
  CHECK(root["a"]["b"][1]["c"].place() == "s.json: a.b[1].c");
  CHECK(root["a"]["b"][1]["c"].text() == "x");
  CHECK_THROWS_WITH_AS(root["d"], "s.json: d is missing; add it", InputError);
  CHECK_THROWS_WITH_AS(root["a"]["b"].text(), "s.json: a.b is [1,{\"c\":\"x\"}]; give a text in quotes", InputError);
  CHECK_THROWS_WITH_AS(root["a"].expect_keys({"x", "c"}), "s.json: a.b is not a known key; known are x, c", InputError);
}

TEST_CASE("messages stay short, and whole, whatever a key or a number is") {
  const std::string letters(1'000'000, 'k'), digits(1'000'000, '1');
  const std::string short_key = std::string(57, 'k') + "...";
  CHECK(problem("{\"" + letters + "\": 1, \"" + letters + "\": 2}") ==
        "s.json: line 1, column 2000010: the key \"" + short_key + "\" is given twice; keep one");
  CHECK(problem("[" + digits + "]") ==
        "s.json: line 1, column 1000002: number overflow parsing '" + std::string(48, '1') + "...");
  const auto json = parse_json("{\"a\": {\"" + letters + "\": 1}}", "s.json");
  const Field a = Field(json, "s.json")["a"];
  CHECK(a[letters].place() == "s.json: a." + short_key);
  CHECK_THROWS_WITH_AS(a.expect_keys({"x"}), ("s.json: a." + short_key + " is not a known key; known are x").c_str(),
                       InputError);
  CHECK_THROWS_WITH_AS(a[std::string("b\0c", 3)], "s.json: a.b c is missing; add it", InputError);
}

TEST_CASE("long values are abbreviated between characters") {
  // Appended, because GCC 14 gives false warnings about sums of short texts.
  const auto letters = [](std::size_t count, const char* end) { return std::string(count, 'a').append(end); };
  CHECK(abbreviated(letters(60, "")) == letters(60, ""));
  CHECK(abbreviated(letters(61, "")) == letters(57, "..."));
  CHECK(abbreviated(std::string("a\0b", 3)) == "a b");
  CHECK(abbreviated(letters(56,
                            "\xc3\xa9"
                            "aaaaaaaaaa")) == letters(56, "..."));
}
