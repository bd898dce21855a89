#include "search/base/strict_json.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "search/base/deepest_json.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// Reads `text` and leaves in `*read` how far the parser has come.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** read) : at_(at), read_(read) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *read_ = ++at_;
    return *this;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** read_;
};

/// "line 3, column 5" of the last character before `end`.
std::string position(std::string_view read) {
  if (!read.empty()) read.remove_suffix(1);
  const auto line = 1 + std::count(read.begin(), read.end(), '\n');
  const std::size_t start = read.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(read.size() - start + 1);
}

/// What follows " - " in nlohmann's messages is plain: "unexpected '}'; expected string literal".
std::string plain(std::string message) {
  message.erase(0, message.find("] ") + 2);
  if (const std::size_t dash = message.find(" - "); dash != std::string::npos) message.erase(0, dash + 3);
  // The last read is everything since the last string or number, and the position says enough.
  if (const std::size_t read = message.find("; last read: '"); read != std::string::npos) {
    const std::size_t end = message.find("'; expected", read);
    message.erase(read, end == std::string::npos ? end : end + 1 - read);
  }
  if (const std::size_t number = message.find("parsing '"); number != std::string::npos)
    message.replace(number, std::string::npos, abbreviated(message.substr(number)));
  if (message.find("; expected '}'") != std::string::npos || message.find("; expected ']'") != std::string::npos)
    message += " or a comma";
  else if (message.starts_with("unexpected ']'") || message.starts_with("unexpected '}'"))
    message += "; is the comma before it one too many?";
  return message;
}

}  // namespace

nlohmann::ordered_json parse_json(std::string_view text, const std::string& file) {
  using Json = nlohmann::ordered_json;
  const char* read = text.data();
  const auto here = [&] { return file + ": " + position(text.substr(0, read - text.data())) + ": "; };
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto check_part = [&](int depth, Json::parse_event_t event, Json& parsed) {
    const bool opens = event == Json::parse_event_t::array_start || event == Json::parse_event_t::object_start;
    if (opens && depth == deepest_json)
      throw InputError(here() + "more than " + std::to_string(deepest_json) +
                       " lists or objects in each other; give fewer");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      throw InputError(here() + "the key \"" + abbreviated(parsed.get<std::string>()) + "\" is given twice; keep one");
    return true;
  };
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw InputError(here() + "the text is empty; give an object in braces");
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {  // the parser's end of the text
    read += nul + 1;
    throw InputError(here() + "a NUL byte; give the text in UTF-8, without any");
  }
  const char *const begin = text.data(), *const end = begin + text.size();
  try {
    return Json::parse(Cursor(begin, &read), Cursor(end, &read), check_part);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(here() + plain(error.what()));
  }
}

void Field::refuse(const std::string& remedy) const {
  throw InputError(place() + " is " + abbreviated(json_->dump()) + "; " + remedy);
}

void Field::expect_keys(const std::vector<std::string>& known, const std::vector<std::string>& required) const {
  if (!json_->is_object()) refuse("give an object with the keys " + join(known));
  for (const auto& [key, value] : json_->items())
    if (!contains(known, key))
      throw InputError((*this)[key].place() + " is not a known key; " + suggestion(key, known));
  for (const std::string& key : required) (*this)[key];
}

Field Field::operator[](const std::string& key) const {
  Field field = *this;
  field.path_ += (path_.empty() ? "" : ".") + abbreviated(key);
  if (!has(key)) throw InputError(field.place() + " is missing; add it");
  field.json_ = &(*json_)[key];
  return field;
}

Field Field::operator[](std::size_t index) const {
  Field field = *this;
  field.json_ = &json_->at(index);
  field.path_ += '[' + std::to_string(index) + ']';
  return field;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  if (!json_->is_object()) refuse("give an object");
  std::vector<std::pair<std::string, Field>> result;
  for (const auto& [key, value] : json_->items()) result.emplace_back(key, (*this)[key]);
  return result;
}

std::vector<Field> Field::elements() const {
  if (!json_->is_array()) refuse("give a list");
  std::vector<Field> result;
  for (std::size_t i = 0; i < json_->size(); ++i) result.push_back((*this)[i]);
  return result;
}

std::string Field::text() const {
  if (!json_->is_string()) refuse("give a text in quotes");
  auto result = json_->get<std::string>();
  auto shown = result;
  std::erase(shown, '\t');  // a command may contain tabs
  if (result.empty() || one_line(shown) != shown) refuse("give one line of text, without control characters");
  return result;
}

bool Field::flag() const {
  if (!json_->is_boolean()) refuse("give true or false");
  return json_->get<bool>();
}

double Field::real() const {
  if (!json_->is_number()) refuse("give a number");
  return json_->get<double>();
}

double Field::positive() const {
  if (!json_->is_number() || json_->get<double>() <= 0) refuse("give a number greater than 0");
  return json_->get<double>();
}

std::int64_t Field::integer(std::int64_t least) const {
  const bool fits = json_->is_number_integer() &&
                    (!json_->is_number_unsigned() || json_->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (!fits || json_->get<std::int64_t>() < least) refuse("give an integer of at least " + std::to_string(least));
  return json_->get<std::int64_t>();
}

std::string abbreviated(std::string text) {
  constexpr std::size_t longest = 60;
  text = one_line(text);
  if (text.size() <= longest) return text;
  std::size_t end = longest - 3;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // not in the middle of a UTF-8 character
  return text.substr(0, end) + "...";
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "known are " + join(known) : "did you mean " + near + "?";
}

std::string join(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += (result.empty() ? "" : ", ") + word;
  return result;
}

}  // namespace stormsweep
