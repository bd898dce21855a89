#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace stormsweep {

/// What prepare and generate share: one source file an experiment, behind prepare.cpp and generate.cpp.
struct DataCommand {
  std::string name;   ///< as it is typed: "prepare tornado"
  std::string usage;  ///< its operands and options: "RAW... -o DIR [options]"
  std::string about;  ///< lines that tell what it does
  std::string example;
};

/// Reads `words` into what `options` points to, and operands into `raw`, unless that is null. Returns false after
/// --help, which it prints. Throws InputError.
bool read_options(const DataCommand& command, const std::vector<std::string>& words,
                  const boost::program_options::options_description& options, std::vector<std::string>* raw);

/// Throws InputError, naming the command, the option and its value; `remedy` ends the message.
[[noreturn]] void refuse_option(const DataCommand& command, const std::string& option, const std::string& value,
                                const std::string& remedy);

/// --validation-fraction and --test-fraction above 0 that leave some for training.
void check_fractions(const DataCommand& command, double validation, double test);

/// --output is a file in a folder that exists.
void check_output_file(const DataCommand& command, const std::string& file);

/// Makes the folder that --`option` names, unless it is there.
void make_output_folder(const DataCommand& command, const std::string& option, const std::string& folder);

/// --threads of 1 to 1024.
void check_threads(const DataCommand& command, int threads);

/// A line on standard error that is written over again and again, on a terminal only, and wiped in the end.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void tell(const std::string& words) const;
  void percent(double share) const;
  void wipe() const;

 private:
  bool terminal_;
};

// Each returns the exit status, and throws InputError and InputError.
int prepare_tornado(const std::vector<std::string>& words);
int prepare_nowcast(const std::vector<std::string>& words);
int generate_tornado(const std::vector<std::string>& words);
int generate_nowcast(const std::vector<std::string>& words);
int generate_segmentation(const std::vector<std::string>& words);

}  // namespace stormsweep
