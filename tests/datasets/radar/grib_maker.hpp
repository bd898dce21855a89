#pragma once

#include <doctest/doctest.h>
#include <eccodes.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

namespace stormsweep {

/// A message of 2 rows and 3 columns by ecCodes' own sample: 50 and 51 N, 4, 5 and 6 E, of 2020-02-29 12:00.
class GribMaker {
 public:
  explicit GribMaker(const char* sample = "regular_ll_sfc_grib2")
      : handle_(codes_grib_handle_new_from_samples(nullptr, sample)) {
    REQUIRE(handle_ != nullptr);
    for (const auto& [key, value] :
         std::map<const char*, long>{{"Ni", 3}, {"Nj", 2}, {"dataDate", 20200229}, {"dataTime", 1200}})
      set(key, value);
    for (const auto& [key, value] : std::map<const char*, double>{{"latitudeOfFirstGridPointInDegrees", 51},
                                                                  {"latitudeOfLastGridPointInDegrees", 50},
                                                                  {"longitudeOfFirstGridPointInDegrees", 4},
                                                                  {"longitudeOfLastGridPointInDegrees", 6},
                                                                  {"iDirectionIncrementInDegrees", 1},
                                                                  {"jDirectionIncrementInDegrees", 1}})
      set(key, value);
    set("bitsPerValue", 16L);
  }
  ~GribMaker() { codes_handle_delete(handle_); }
  void set(const char* key, long value) { REQUIRE(codes_set_long(handle_, key, value) == CODES_SUCCESS); }
  void set(const char* key, double value) { REQUIRE(codes_set_double(handle_, key, value) == CODES_SUCCESS); }
  void set(const char* key, const char* value) {
    std::size_t length = std::strlen(value);
    REQUIRE(codes_set_string(handle_, key, value, &length) == CODES_SUCCESS);
  }
  void set_mrms(long category, long number) {
    set("discipline", 209L), set("parameterCategory", category), set("parameterNumber", number);
  }
  void write(const std::filesystem::path& path, const std::vector<double>& values, bool packed = false) {
    REQUIRE(codes_set_double_array(handle_, "values", values.data(), values.size()) == CODES_SUCCESS);
    const void* message = nullptr;
    std::size_t size = 0;
    REQUIRE(codes_get_message(handle_, &message, &size) == CODES_SUCCESS);
    if (!packed) {
      std::ofstream(path, std::ios::binary | std::ios::app)
          .write(static_cast<const char*>(message), static_cast<std::streamsize>(size));
      return;
    }
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, message, static_cast<unsigned>(size));
    gzclose(file);
  }

 private:
  codes_handle* handle_;
};

}  // namespace stormsweep
