#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// `text` as JSON, objects in the order of the file. Throws InputError with line and column where it is malformed,
/// where an object has a key twice, and where lists or objects nest deeper than 100: "space.json: line 3, column 5:
/// ...".
nlohmann::ordered_json parse_json(std::string_view text, const std::string& file);

/// A value in a JSON file that knows its place, for messages: "space.json: parameters.epochs.values[2]".
class Field {
 public:
  Field(const nlohmann::ordered_json& json, std::string file) : json_(&json), file_(std::move(file)) {}

  const nlohmann::ordered_json& json() const { return *json_; }
  /// File and path, as InputErrors begin.
  std::string place() const { return path_.empty() ? file_ : file_ + ": " + path_; }
  /// Throws InputError "<place> is <value>; <remedy>".
  [[noreturn]] void refuse(const std::string& remedy) const;

  /// Throws InputError unless it is an object with all keys of `required` and none outside `known`.
  void expect_keys(const std::vector<std::string>& known, const std::vector<std::string>& required = {}) const;
  bool has(const std::string& key) const { return json_->is_object() && json_->contains(key); }
  /// Throws InputError where it is missing.
  Field operator[](const std::string& key) const;
  Field operator[](std::size_t index) const;
  /// The members of an object, in the order of the file; the elements of an array.
  std::vector<std::pair<std::string, Field>> members() const;
  std::vector<Field> elements() const;

  /// The value, of that type; an empty string is refused, and so are line breaks and other control characters in one.
  std::string text() const;
  bool flag() const;
  double real() const;
  double positive() const;
  /// An integer from `least` to 2^63 - 1.
  std::int64_t integer(std::int64_t least) const;

 private:
  const nlohmann::ordered_json* json_;
  std::string file_, path_;
};

/// At most 60 characters of one_line(`text`), with "..." where that is not all.
std::string abbreviated(std::string text);

/// "did you mean <nearest>?", or, where nothing is near, "known are <all>".
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

/// "a, b, c".
std::string join(const std::vector<std::string>& words);

}  // namespace stormsweep
