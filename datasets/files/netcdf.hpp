#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stormsweep::netcdf {

/// One variable of a file: its number, its dimensions' names and lengths.
struct Variable {
  int number = -1;
  std::string name;
  std::vector<std::string> dimensions;
  std::vector<std::size_t> shape;
  std::size_t size() const;
};

/// A NetCDF file, open for reading.
class File {
 public:
  /// Nothing where libnetcdf cannot read it; `problem` then tells why.
  static std::optional<File> open(const std::filesystem::path& path, std::string& problem);
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  std::vector<Variable> variables() const;
  std::optional<Variable> variable(const std::string& name) const;
  /// Of a variable's attribute; nothing if there is none of this kind.
  std::optional<std::string> text(const Variable& variable, const std::string& name) const;
  std::optional<double> number(const Variable& variable, const std::string& name) const;

  /// All numbers of a variable, or those at place `index` of its first dimension; as they lie there, but _Unsigned ones
  /// as they are meant. Empty where they cannot be read.
  std::vector<double> read(const Variable& variable) const;
  std::vector<double> read_at(const Variable& variable, std::size_t index) const;

 private:
  explicit File(int id) : id_(id) {}
  std::vector<double> read(const Variable& variable, const std::vector<std::size_t>& start,
                           const std::vector<std::size_t>& count) const;
  int id_ = -1;
};

}  // namespace stormsweep::netcdf
