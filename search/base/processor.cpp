#include "search/base/processor.hpp"

#include <fstream>

#include "search/base/machine.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// ", AVX-512, AMX", of the kernel's list of flags.
std::string units(const std::filesystem::path& cpuinfo) {
  std::string line;
  for (std::ifstream file(cpuinfo); std::getline(file, line) && !line.starts_with("flags");) {
  }
  const auto has = [flags = line + ' '](const char* flag) { return flags.find(flag) != flags.npos; };
  const std::string widest = has(" avx512f ") ? ", AVX-512" : has(" avx2 ") ? ", AVX2" : "";
  return widest + (has(" avx512_bf16 ") ? ", BF16" : "") + (has(" amx_bf16 ") ? ", AMX" : "");
}

std::string limits() {
  std::string set;
  for (const std::string name : {"ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "OPENBLAS_CORETYPE"})
    if (const auto value = environment(name.c_str()); !value.empty())
      set += (set.empty() ? "" : ", ") + name + '=' + std::string(value);
  return set.empty() ? "" : " (" + set + ')';
}

}  // namespace

std::string processor_in_use(const std::filesystem::path& cpuinfo) {
  return one_line(cpu_model() + units(cpuinfo) + limits());
}

}  // namespace stormsweep
