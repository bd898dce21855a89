#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stormsweep::netcdf {

/// One variable of a file: its number in its group, its dimensions' names and lengths.
struct Variable {
  int group = -1, number = -1;
  std::string name;  ///< after those of the groups that it lies in: "Grid/precipitation"
  std::vector<std::string> dimensions;
  std::vector<std::size_t> shape;
  std::size_t size() const;
  std::string own_name() const;  ///< without those of its groups
};

/// A NetCDF file, open for reading.
class File {
 public:
  /// Nothing where libnetcdf cannot read it; `problem` then tells why.
  static std::optional<File> open(const std::filesystem::path& path, std::string& problem);
  /// Throws InputError "<path>: cannot be read as NetCDF (<why>); <remedy>".
  File(const std::filesystem::path& path, const std::string& remedy);
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  /// Of the root, then of the groups below it.
  std::vector<Variable> variables() const;
  std::optional<Variable> variable(const std::string& name) const;
  /// So called, in the group of `variable` or, where there is none, in those around it.
  std::optional<Variable> beside(const Variable& variable, const std::string& name) const;
  /// Bearer of the file's own attributes.
  Variable globals() const;
  /// Of a variable's attribute: its text, its first number, all of them, which may be told as a text; nothing if there
  /// is none of this kind.
  std::optional<std::string> text(const Variable& variable, const std::string& name) const;
  std::optional<double> number(const Variable& variable, const std::string& name) const;
  std::vector<double> numbers(const Variable& variable, const std::string& name) const;

  /// All numbers of a variable, or `count` along each dimension from `start`; as they lie there, but _Unsigned ones as
  /// they are meant. Empty where they cannot be read. Chunks that hold the part and others beside it stay unpacked for
  /// reads that follow, until the file is closed: up to 1 GiB a variable.
  std::vector<double> read(const Variable& variable) const;
  std::vector<double> read(const Variable& variable, const std::vector<std::size_t>& start,
                           const std::vector<std::size_t>& count) const;
  /// All texts of a variable of texts, or of letters along its last dimension. Empty where it is neither.
  std::vector<std::string> texts(const Variable& variable) const;
  /// How many numbers a chunk of a variable holds along each dimension; empty where it does not lie in chunks.
  std::vector<std::size_t> chunk(const Variable& variable) const;
  /// Numbers so read as physical values, after the CF conventions: scale_factor * number + add_offset; NaN where
  /// _FillValue, missing_value or one of NetCDF's own fill values stands (bytes have none), and where a number lies
  /// outside valid_range, valid_min and valid_max.
  std::vector<double> decoded(const Variable& variable, std::vector<double> numbers) const;

 private:
  explicit File(int id) : id_(id) {}
  Variable variable(int group, int number) const;
  void add_variables(int group, std::vector<Variable>& all) const;
  /// Keeps the chunks of a part unpacked where they hold more than that part.
  void keep_chunks(const Variable& variable, const std::vector<std::size_t>& start,
                   const std::vector<std::size_t>& count) const;
  /// What a stored number is meant as: itself, or, of an _Unsigned variable, it without its sign.
  double meant(const Variable& variable, double number) const;
  int id_ = -1;
};

}  // namespace stormsweep::netcdf
