#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "master/report/cell.hpp"

namespace stormsweep {

/// Writes one record after the other, as they come, numbers to the last bit: CSV (RFC 4180, NULL empty), or a JSON
/// array of objects.
class Records {
 public:
  enum class Format { csv, json };
  Records(std::ostream& out, Format format, std::vector<std::string> header);
  void write(const std::vector<Cell>& cells);
  void finish();  ///< after the last one

 private:
  void write_csv(const std::vector<Cell>& cells);
  void write_json(const std::vector<Cell>& cells);

  std::ostream& out_;
  Format format_;
  std::vector<std::string> header_;
  bool first_ = true;
};

}  // namespace stormsweep
