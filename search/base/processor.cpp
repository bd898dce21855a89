#include "search/base/processor.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

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

/// Whether oneDNN is held to units without such instructions. It reads the name of today before that of version 1, and
/// takes capitals and small letters alike.
bool onednn_lacks_bfloat16() {
  constexpr std::array lacking{"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"};
  std::string most(environment("ONEDNN_MAX_CPU_ISA"));
  if (most.empty()) most = environment("DNNL_MAX_CPU_ISA");
  return std::ranges::any_of(lacking, [&](const char* units) { return strcasecmp(most.c_str(), units) == 0; });
}

}  // namespace

bool has_bfloat16_instructions() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512bf16") != 0 && !onednn_lacks_bfloat16();
#else
  return false;
#endif
}

std::string processor_in_use(const std::filesystem::path& cpuinfo) {
  return one_line(cpu_model() + units(cpuinfo) + limits());
}

}  // namespace stormsweep
