#include "master/page/page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace stormsweep;
using Json = nlohmann::ordered_json;

namespace {

Json data_with(const std::string& name) {
  const Json trial{{"name", "trial"}, {"values", {7, 8, 9}}};
  const Json word{{"name", "loss"}, {"words", {name, "mse"}}, {"values", {1, 0, nullptr}}};
  const Json score{{"name", "score"}, {"values", {0.25, 0.5, nullptr}}};
  return {
      {"searches", {{{"name", name}, {"goal", "maximize"}, {"choice", "score"}, {"columns", {trial, word, score}}}}}};
}

/// What stands between two texts.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto from = text.find(before) + before.size();
  return text.substr(from, text.find(after, from) - from);
}

}  // namespace

TEST_CASE("the page holds its data as it is, and nothing of it as markup") {
  const std::string hostile = "</script><!--<script>alert(1)</script>&";
  const std::string text = page(data_with(hostile), "stormsweep report a.db");
  const Json read = Json::parse(between(text, "id=\"data\">", "</script>"));
  CHECK(read["searches"] == data_with(hostile)["searches"]);
  CHECK(read["command"] == "stormsweep report a.db");
  CHECK(text.find("alert(1)</script>") == text.npos);
  CHECK(text.find(hostile) == text.npos);
  CHECK(between(text, "<title>", "</title>") ==
        "&lt;/script&gt;&lt;!--&lt;script&gt;alert(1)&lt;/script&gt;&amp; - stormsweep");
}

TEST_CASE("without scripts there is a table of the best trials") {
  const std::string table = between(page(data_with("n"), ""), "<noscript>", "</noscript>");
  CHECK(
      table.find("<tr><td>8</td><td>n</td><td>0.5</td></tr>\n<tr><td>7</td><td>mse</td><td>0.25</td></tr>\n</table>") !=
      table.npos);
}

TEST_CASE("the page asks nothing of anybody") {
  const std::string text = page(data_with("n"), "");
  CHECK(text.find("default-src 'none'") != text.npos);
  for (const char* way : {"src=", "href=\"", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket"}) {
    CAPTURE(way);
    CHECK(text.find(way) == text.npos);
  }
}
