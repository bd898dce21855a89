#include "datasets/radar/foreign_file.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "datasets/files/packed_file.hpp"

namespace stormsweep::radar {

namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view begins;
  const char* name;
};

constexpr Kind kinds[] = {
    {"GIF8"sv, "a GIF image"},
    {"\x89PNG"sv, "a PNG image"},
    {"\xff\xd8\xff"sv, "a JPEG image"},
    {"II*\0"sv, "a TIFF image"},
    {"MM\0*"sv, "a TIFF image"},
    {"II+\0"sv, "a TIFF image"},
    {"%PDF"sv, "a PDF document"},
    {"AR2V"sv, "a volume of NEXRAD level II, which is polar"},
    {"ARCHIVE2"sv, "a volume of NEXRAD level II, which is polar"},
    {"SDUS"sv, "a product of NEXRAD level III"},
    {"\x1b\0\x08\0"sv, "a volume of IRIS, which is polar"},
    {"<volume"sv, "a volume of Rainbow, which is polar"},
    {"<product"sv, "a product of Rainbow"},
    {"SSWB"sv, "a DORADE sweep, which is polar"},
    {"\x0e\x03\x13\x01"sv, "an HDF4 file"},
    {"BZh"sv, "packed by bzip2"},
    {"\xfd"
     "7zXZ"sv,
     "packed by xz"},
    {"\x28\xb5\x2f\xfd"sv, "packed by zstd"},
    {"PK\x03\x04"sv, "a zip archive"},
    {"7z\xbc\xaf"sv, "a 7-Zip archive"},
    {"\0\0\x02\0"sv, "a Nimrod file of the Met Office"},
    {"ncols"sv, "an ASCII grid"},
    {"NCOLS"sv, "an ASCII grid"},
};

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

/// "P2", "P5" or another digit, then white space: PBM, PGM, PPM.
bool is_pnm(std::string_view head) {
  return head.size() > 2 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6' &&
         std::isspace(static_cast<unsigned char>(head[2]));
}

/// DWD's RADOLAN header: product, day, hour and minute, 10000, month and year, BY and the number of bytes:
/// "RW030950100000814BY1620130VS" (DWD, RADOLAN/RADVOR composite format description).
bool is_radolan(std::string_view head) {
  return head.size() > 19 && std::isupper(static_cast<unsigned char>(head[0])) && digits(head.substr(2, 15)) &&
         head.substr(17, 2) == "BY";
}

}  // namespace

std::optional<std::string> foreign_kind(const std::filesystem::path& path) {
  const std::string head = packed::first_bytes(path, 512);
  if (head.substr(0, 100).find("BUFR") != std::string::npos) return "a BUFR message";  // with WMO's heading or without
  if (is_radolan(head)) return "a binary RADOLAN composite";
  if (is_pnm(head)) return "a PGM image, or one of its kin";
  if (packed::is_tar(head)) return "a tar archive";
  for (const Kind& kind : kinds) {
    if (head.starts_with(kind.begins)) return kind.name;
  }
  if (packed::is_gzip(path)) return "packed by gzip";
  return std::nullopt;
}

}  // namespace stormsweep::radar
