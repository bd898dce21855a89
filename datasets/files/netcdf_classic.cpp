#include "datasets/files/netcdf_classic.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

namespace stormsweep::netcdf {

namespace {

constexpr std::array<std::uint64_t, 12> type_bytes{0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};  // by NetCDF's number of a type

constexpr std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + 3) / 4 * 4;
}

/// "The NetCDF Classic Format Specification", appendix B of the NetCDF User's Guide.
class Header {
 public:
  explicit Header(const std::filesystem::path& path) : file_(path, std::ios::binary) {}

  std::optional<std::uint64_t> file_bytes() {
    if (!begins()) return std::nullopt;
    const std::uint64_t records = count();
    if (records == (wide_ ? UINT64_MAX : UINT32_MAX)) return std::nullopt;  // as many as are there
    read_dimensions();
    skip_attributes();
    read_variables();
    if (!file_) return std::nullopt;
    return end(records);
  }

 private:
  struct Variable {
    bool record = false;
    std::uint64_t begin = 0;
    std::uint64_t bytes = 0;  ///< of a record, or of all
  };

  bool begins() {
    std::array<char, 4> magic{};
    file_.read(magic.data(), magic.size());
    if (magic[0] != 'C' || magic[1] != 'D' || magic[2] != 'F') return false;
    wide_ = magic[3] == 5, far_ = magic[3] > 1;
    return magic[3] == 1 || magic[3] == 2 || magic[3] == 5;
  }

  std::uint64_t number(int bytes) {  // most significant byte first
    std::uint64_t result = 0;
    for (int i = 0; i < bytes; ++i) result = result << 8 | static_cast<unsigned char>(file_.get());
    return result;
  }
  std::uint64_t count() { return number(wide_ ? 8 : 4); }
  /// The length of a list, which follows its tag.
  std::uint64_t list() {
    number(4);
    return count();
  }
  void skip(std::uint64_t bytes) { file_.seekg(static_cast<std::streamoff>(padded(bytes)), std::ios::cur); }
  std::uint64_t bytes_of_type() {
    const std::uint64_t type = number(4);
    return type < type_bytes.size() ? type_bytes[type] : 0;
  }

  void read_dimensions() {
    for (std::uint64_t left = list(); left > 0 && file_; --left) {
      skip(count());
      lengths_.push_back(count());
    }
  }

  void skip_attributes() {
    for (std::uint64_t left = list(); left > 0 && file_; --left) {
      skip(count());
      const std::uint64_t each = bytes_of_type();
      skip(count() * each);
    }
  }

  void read_variables() {
    for (std::uint64_t left = list(); left > 0 && file_; --left) {
      skip(count());
      Variable& variable = variables_.emplace_back();
      variable.bytes = 1;
      for (std::uint64_t rank = count(); rank > 0 && file_; --rank) {
        const std::uint64_t dimension = count(), length = dimension < lengths_.size() ? lengths_[dimension] : 1;
        if (length == 0) variable.record = true;
        if (length > 0) variable.bytes *= length;
      }
      skip_attributes();
      variable.bytes *= bytes_of_type();
      count();  // the bytes once more, which large variables do not tell
      variable.begin = number(far_ ? 8 : 4);
    }
  }

  /// Where the last number ends.
  std::uint64_t end(std::uint64_t records) const {
    const auto is_record = [](const Variable& variable) { return variable.record; };
    const bool alone = std::ranges::count_if(variables_, is_record) == 1;  // then its records are not padded
    std::uint64_t record = 0, last = 0;
    for (const Variable& variable : variables_)
      if (variable.record) record += alone ? variable.bytes : padded(variable.bytes);
    for (const Variable& variable : variables_) {
      if (variable.record && records == 0) continue;
      last = std::max(last, variable.begin + variable.bytes + (variable.record ? (records - 1) * record : 0));
    }
    return last;
  }

  std::ifstream file_;
  bool wide_ = false;                   ///< counts of 8 bytes
  bool far_ = false;                    ///< places of 8 bytes
  std::vector<std::uint64_t> lengths_;  ///< of dimensions; 0: that of records
  std::vector<Variable> variables_;
};

}  // namespace

std::optional<std::uint64_t> classic_bytes(const std::filesystem::path& path) {
  return Header(path).file_bytes();
}

}  // namespace stormsweep::netcdf
