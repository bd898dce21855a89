#include "search/base/text.hpp"

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <charconv>
#include <cstdlib>

namespace stormsweep {

std::string one_line(std::string_view text) {
  namespace utf = boost::locale::utf;
  if (std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; })) return std::string(text);  // mostly
  std::string line;
  for (auto rest = text.begin(); rest != text.end();) {
    auto next = rest;
    const utf::code_point c = utf::utf_traits<char>::decode(next, text.end());
    if (!utf::is_valid_codepoint(c)) {
      line += "\uFFFD";
      next = rest + 1;
    } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
      line += ' ';
    } else {
      line.append(rest, next);
    }
    rest = next;
  }
  return line;
}

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& c : all)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return all;
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view word = list.substr(0, comma);
    const std::size_t begin = std::min(word.find_first_not_of(' '), word.size());
    words.emplace_back(word.substr(begin, word.find_last_not_of(' ') + 1 - begin));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return words;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void add_missing(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const std::string& name : more)
    if (!contains(names, name)) names.push_back(name);
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace stormsweep
