#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// The words after a command's name.
using Arguments = std::vector<std::string>;

/// Options, or operands, as a table.
class OptionTable : public boost::program_options::options_description {
 public:
  struct Row {
    const char* name;                               ///< "output,o" is --output, and -o for short
    boost::program_options::value_semantic* value;  ///< po::value(&member)->...; the table owns it
    const char* meaning;                            ///< for --help
  };

  OptionTable(std::initializer_list<Row> rows = {}) : OptionTable("options", rows) {}
  /// `caption` stands above them in --help.
  OptionTable(const std::string& caption, std::initializer_list<Row> rows);
};

/// What may follow a command's name, and the text of its --help.
struct Syntax {
  std::string command;   ///< "stormsweep plan"
  std::string usage;     ///< "SPACE [options]"
  std::string summary;   ///< what it does; one or more lines
  std::string example;   ///< one or more lines, to be typed as they are
  OptionTable operands;  ///< words without dashes, in order; ->required() where must be; the last, a ->composing()
                         ///< vector, takes all further words
  OptionTable options;   ///< --name value; --help is added
  std::vector<OptionTable> groups = {};  ///< further options, each group under its caption
  std::string otherwise = {};            ///< added where an unknown option is refused: what else it may be
};

/// The options of a command, which are also written to the variables that `syntax` binds them to; nothing where --help
/// was asked for, which this function prints. Options may stand before and after operands, and are not abbreviated.
/// Throws InputError: an unknown option (naming the nearest known one), one without its value, or whose value must be a
/// number and is not, a missing operand or required option, an operand too many.
std::optional<boost::program_options::variables_map> parse_options(const Arguments& arguments, const Syntax& syntax);

/// The value of `option`, a string option with a default, if it is one of `words`. Throws InputError otherwise.
std::string one_of(std::initializer_list<std::string_view> words, std::string_view option,
                   const boost::program_options::variables_map& values);

/// Throws InputError where the value of `option`, given to `command` such as "stormsweep run", is not `least` to
/// `most`.
void check_range(std::string_view command, std::string_view option, std::int64_t value, std::int64_t least,
                 std::int64_t most);

/// The most that any command takes for --threads: the cores that machine.hpp knows of a machine.
inline constexpr int most_threads = 1024;

}  // namespace stormsweep
