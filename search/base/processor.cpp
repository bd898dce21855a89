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

/// What the system says of its first processor.
class Told {
 public:
  explicit Told(const std::filesystem::path& cpuinfo) {
    for (std::ifstream file(cpuinfo); std::getline(file, flags_) && !flags_.starts_with("flags");)
      intel_ = intel_ || flags_.ends_with(": GenuineIntel");
    flags_ += ' ';
  }
  bool has(const std::string& flag) const { return flags_.find(' ' + flag + ' ') != flags_.npos; }

  /// Whether products of bfloat16 numbers are faster than float32's. Intel's processors from Sapphire Rapids on, the
  /// first with avx512_fp16, have matrix units for them, which a virtual machine may hide; the instruction of their
  /// vector units takes four times as long as float32's (2.2 cycles, not 0.54) for twice the products.
  bool gains_from_bfloat16() const { return has("avx512_bf16") && (has("amx_bf16") || !intel_ || !has("avx512_fp16")); }

 private:
  bool intel_ = false;
  std::string flags_;
};

/// ", AVX-512, BF16, AMX".
std::string units(const Told& told) {
  const std::string widest = told.has("avx512f") ? ", AVX-512" : told.has("avx2") ? ", AVX2" : "";
  return widest + (told.gains_from_bfloat16() ? ", BF16" : "") + (told.has("amx_bf16") ? ", AMX" : "");
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

bool gains_from_bfloat16(const std::filesystem::path& cpuinfo) {
  return Told(cpuinfo).gains_from_bfloat16() && !onednn_lacks_bfloat16();
}

std::string processor_in_use(const std::filesystem::path& cpuinfo) {
  return one_line(cpu_model() + units(Told(cpuinfo)) + limits());
}

}  // namespace stormsweep
