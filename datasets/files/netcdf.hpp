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
  std::string name;  ///< with those of its groups in front: "Grid/precipitation"
  std::vector<std::string> dimensions;
  std::vector<std::size_t> shape;
  std::size_t size() const;
  std::string own_name() const;  ///< without those of its groups
};

/// A NetCDF file, open for reading.
class File {
 public:
  /// Nothing where libnetcdf cannot read it; `problem` then says why.
  static std::optional<File> open(const std::filesystem::path& path, std::string& problem);
  /// Throws InputError "<path>: cannot be read as NetCDF (<why>); <remedy>".
  File(const std::filesystem::path& path, const std::string& remedy);
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  /// Those of the root, then those of the groups below it.
  std::vector<Variable> variables() const;
  std::optional<Variable> variable(const std::string& name) const;
  /// The variable called `name` in the group of `variable` or, where there is none, in the groups around it.
  std::optional<Variable> beside(const Variable& variable, const std::string& name) const;
  /// A stand-in variable that has the file's own attributes.
  Variable globals() const;
  /// A variable's attribute: its text, its first number, or all its numbers, which may be written as text; nothing if
  /// there is none of this kind. Throw InputError where it cannot be read.
  std::optional<std::string> text(const Variable& variable, const std::string& name) const;
  std::optional<double> number(const Variable& variable, const std::string& name) const;
  std::vector<double> numbers(const Variable& variable, const std::string& name) const;

  /// All numbers of a variable, or `count` along each dimension from `start`; as stored, but _Unsigned ones as they are
  /// meant. Empty where they cannot be read; errno then has the reason, or 0. Throws as hdf5::check_filters. Chunks
  /// that hold more than the part stay unpacked for later reads, until the file is closed: up to 1 GiB per variable.
  std::vector<double> read(const Variable& variable) const;
  std::vector<double> read(const Variable& variable, const std::vector<std::size_t>& start,
                           const std::vector<std::size_t>& count) const;
  /// All texts of a variable that has texts, or letters along its last dimension. Empty where it has neither.
  std::vector<std::string> texts(const Variable& variable) const;
  /// How many numbers a chunk of a variable holds along each dimension; empty where it is not chunked.
  std::vector<std::size_t> chunk(const Variable& variable) const;
  /// Numbers from `read` as physical values, by the CF conventions: scale_factor * number + add_offset; NaN for
  /// _FillValue, missing_value and NetCDF's own fill values (bytes have none), and for numbers outside valid_range,
  /// valid_min and valid_max.
  std::vector<double> decoded(const Variable& variable, std::vector<double> numbers) const;

 private:
  explicit File(int id) : id_(id) {}
  std::filesystem::path path() const;
  Variable variable(int group, int number) const;
  void add_variables(int group, std::vector<Variable>& all) const;
  /// Keeps the chunks of a part unpacked where they hold more than that part.
  void keep_chunks(const Variable& variable, const std::vector<std::size_t>& start,
                   const std::vector<std::size_t>& count) const;
  /// The number that a stored one means: itself, or, for an _Unsigned variable, the unsigned number with the same bits.
  double meant(const Variable& variable, double number) const;
  int id_ = -1;
};

}  // namespace stormsweep::netcdf
