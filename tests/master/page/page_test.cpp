#include "master/page/page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace stormsweep;
using Json = nlohmann::ordered_json;

namespace {

Json data_with(const std::string& name) {
  const Json trial{{"name", "trial"}, {"values", {7, 8, 9, 10, 11}}};
  const Json word{{"name", "loss"}, {"words", {name, "mse"}}, {"values", {1, 0, nullptr, 1, 1}}};
  const Json score{{"name", "score"}, {"values", {0.25, 0.5, nullptr, 0.9, 0.5}}};
  const Json status{{"name", "status"}, {"words", {"complete", "diverged"}}, {"values", {0, 0, 1, 1, 0}}};
  const Json training{{"name", "training"}, {"values", {0, 3, 2, 1, 1}}};
  return {{"searches",
           {{{"name", name},
             {"goal", "maximize"},
             {"choice", "score"},
             {"columns", {trial, word, score, status, training}}}}}};
}

/// The text between two texts.
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

TEST_CASE("without scripts there is a table of the best complete trials, at a tie the first training before others") {
  const std::string table = between(page(data_with("n"), ""), "<noscript>", "</noscript>");
  const std::string first = "<tr><td>11</td><td>mse</td><td>0.5</td><td>complete</td><td>1</td></tr>\n",
                    second = "<tr><td>8</td><td>n</td><td>0.5</td><td>complete</td><td>3</td></tr>\n",
                    third = "<tr><td>7</td><td>mse</td><td>0.25</td><td>complete</td><td>0</td></tr>\n";
  CHECK(table.find("</th></tr>\n" + first + second + third + "</table>") != table.npos);
}

TEST_CASE("the page makes no network requests") {
  const std::string text = page(data_with("n"), "");
  CHECK(text.find("default-src 'none'") != text.npos);
  for (const char* way : {"src=", "href=\"", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket"}) {
    CAPTURE(way);
    CHECK(text.find(way) == text.npos);
  }
}
