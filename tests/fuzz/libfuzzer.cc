// One entry point under libFuzzer; TONGSUAN_FUZZ_ENTRY names it.
#include <cstdint>

#include "entries.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const char* bytes = size == 0 ? "" : reinterpret_cast<const char*>(data);
  tongsuan::fuzz::TONGSUAN_FUZZ_ENTRY({bytes, size});
  return 0;
}
