#include "search/base/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <typeinfo>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace po = boost::program_options;

namespace {

void print_help(const Syntax& syntax, const po::options_description& options) {
  std::cout << "usage: " << syntax.command << ' ' << syntax.usage << "\n\n" << syntax.summary << "\n\n";
  for (const auto& operand : syntax.operands.options()) {
    std::string name = operand->long_name();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    std::cout << fmt::format("  {:<20}{}\n", name, operand->description());
  }
  if (!syntax.operands.options().empty()) std::cout << '\n';
  std::cout << options << "\nexample:\n";
  std::size_t begin = 0;
  while (begin < syntax.example.size()) {
    const std::size_t end = std::min(syntax.example.find('\n', begin), syntax.example.size());
    std::cout << "  " << syntax.example.substr(begin, end - begin) << '\n';
    begin = end + 1;
  }
}

std::string unknown(const po::unknown_option& error, const Syntax& syntax, const po::options_description& options) {
  std::vector<std::string> known;
  for (const auto& option : options.options()) known.push_back("--" + option->long_name());
  const std::string near = nearest(error.get_option_name(), known);
  return error.get_option_name() + " is not an option; " + (syntax.otherwise.empty() ? "" : syntax.otherwise + "; ") +
         (near.empty() ? "known are " + fmt::format("{}", fmt::join(known, ", ")) : "did you mean " + near + "?");
}

/// What kind of number `option` wants, for the refusal of `value`, which its type does not take.
std::string wanted(const po::option_description& option, const std::string& value) {
  const auto* const typed = dynamic_cast<const po::typed_value_base*>(option.semantic().get());
  if (typed && typed->value_type() == typeid(double)) return "a number, such as 0.5";
  const bool all_digits = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
  return all_digits ? "a smaller number" : "a whole number";
}

/// As po::store, but the refusal says what value is wanted; the library only says that it is invalid.
void store_values(const po::parsed_options& parsed, po::variables_map& values) {
  try {
    po::store(parsed, values);
  } catch (const po::invalid_option_value& error) {
    for (const po::option& option : parsed.options)
      if ("--" + option.string_key == error.get_option_name())
        throw InputError(fmt::format("--{} is {}; give {}", option.string_key, option.value.at(0),
                                     wanted(parsed.description->find(option.string_key, false), option.value.at(0))));
    throw;
  }
}

/// Refuses what the library accepts: an empty text, such as "$FOLDER" where that is not set, and -1, which it would
/// read as 2^64 - 1.
void check_values(const po::parsed_options& parsed) {
  for (const po::option& option : parsed.options) {
    if (option.value.empty()) continue;
    const po::option_description& known = parsed.description->find(option.string_key, false);
    const auto* const typed = dynamic_cast<const po::typed_value_base*>(known.semantic().get());
    if (contains(option.value, ""))
      throw InputError(fmt::format("{}{} is empty ({}); give a value", option.position_key < 0 ? "--" : "",
                                   option.string_key, known.description()));
    if (typed && typed->value_type() == typeid(std::uint64_t) && option.value[0].starts_with('-'))
      throw InputError(fmt::format("--{} is {}; give a whole number, 0 or more", option.string_key, option.value[0]));
  }
}

/// Words without dashes take the names of the operands, in order.
void name_operands(po::parsed_options& parsed, const Syntax& syntax) {
  const auto& operands = syntax.operands.options();
  std::size_t next = 0;
  for (po::option& option : parsed.options) {
    if (option.position_key < 0) continue;
    if (next == operands.size() && next > 0 && operands[next - 1]->semantic()->is_composing()) --next;
    if (next == operands.size())
      throw InputError(
          fmt::format("'{}' is one word too many; usage: {} {}", option.value.at(0), syntax.command, syntax.usage));
    option.string_key = operands[next++]->long_name();
  }
}

po::variables_map parse(const Arguments& arguments, const Syntax& syntax, const po::options_description& options) {
  po::options_description all;
  all.add(syntax.operands).add(options);
  namespace style = po::command_line_style;
  po::parsed_options parsed =
      po::command_line_parser(arguments).options(options).style(style::unix_style & ~style::allow_guessing).run();
  name_operands(parsed, syntax);
  parsed.description = &all;
  check_values(parsed);
  po::variables_map values;
  store_values(parsed, values);
  if (!values.count("help")) po::notify(values);
  return values;
}

std::string missing(const po::required_option& error, const Syntax& syntax) {
  const std::string name = error.get_option_name();
  const bool operand = syntax.operands.find_nothrow(name.substr(name.find_first_not_of('-')), false) != nullptr;
  return (operand ? "an operand" : name) + " is missing; usage: " + syntax.command + ' ' + syntax.usage;
}

}  // namespace

OptionTable::OptionTable(const std::string& caption, std::initializer_list<Row> rows) : options_description(caption) {
  for (const Row& row : rows) add_options()(row.name, row.value, row.meaning);
}

std::optional<po::variables_map> parse_options(const Arguments& arguments, const Syntax& syntax) {
  po::options_description options("options");
  for (const auto& option : syntax.options.options()) options.add(option);
  options.add_options()("help,h", "print this and stop");
  for (const OptionTable& group : syntax.groups) options.add(group);
  const auto refuse = [&](const std::string& problem) { throw InputError(syntax.command + ": " + problem); };
  try {
    po::variables_map values = parse(arguments, syntax, options);
    if (!values.count("help")) return values;
    print_help(syntax, options);
  } catch (const po::unknown_option& error) {
    refuse(unknown(error, syntax, options));
  } catch (const po::required_option& error) {
    refuse(missing(error, syntax));
  } catch (const po::error& error) {
    refuse(std::string(error.what()) + "; see " + syntax.command + " --help");
  } catch (const InputError& error) {
    refuse(error.what());
  }
  return std::nullopt;
}

std::string one_of(std::initializer_list<std::string_view> words, std::string_view option,
                   const po::variables_map& values) {
  auto value = values[std::string(option)].as<std::string>();
  for (std::string_view word : words)
    if (word == value) return value;
  throw InputError(fmt::format("--{} is {}; give {}", option, value, fmt::join(words, " or ")));
}

void check_range(std::string_view command, std::string_view option, std::int64_t value, std::int64_t least,
                 std::int64_t most) {
  if (value < least || value > most)
    throw InputError(fmt::format("{}: --{} is {}; give {} to {}", command, option, value, least, most));
}

}  // namespace stormsweep
