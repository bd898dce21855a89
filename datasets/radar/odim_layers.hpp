#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

/// An attribute of `group`, "what" for instance, of `place`, "dataset1/data1", or, where it has none, of the places
/// above it; empty, or NaN: none.
std::string odim_text(const hdf5::Handle& file, const std::string& place, const std::string& group, const char* name);
double odim_number(const hdf5::Handle& file, const std::string& place, const std::string& group, const char* name);

/// A composite's image of one quantity.
struct OdimLayer {
  std::string place;  ///< "dataset1/data1"
  std::string dataset;
  std::string quantity;
};

/// What is taken from a file: the first layer of one quantity in each dataset, one at least.
struct OdimChoice {
  Meaning meaning = Meaning::rate;
  std::vector<OdimLayer> layers;
  std::string note;  ///< on other quantities that might have been meant; empty: none
};
/// Throws InputError: no quantity that is known.
OdimChoice choose_odim_layers(const hdf5::Handle& file, const std::filesystem::path& path);

}  // namespace stormsweep::radar
