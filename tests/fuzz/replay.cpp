// Runs inputs that are kept through a fuzz target, without libFuzzer. Usage: replay_NAME FILE|FOLDER...

#include "fuzz/target.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace {

std::size_t runs = 0;

void run(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  const std::vector<char> bytes{std::istreambuf_iterator<char>{in}, {}};
  // On standard error, and before: it names the input that a crash is about.
  std::cerr << path.filename().string() << " (" << bytes.size() << " bytes)\n";
  // A buffer of the exact size lets the address sanitizer see a read past its end.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  ++runs;
}

} // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::filesystem::path given{arguments[i]};
    if (!std::filesystem::is_directory(given)) {
      run(given);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator{given})
      if (entry.is_regular_file())
        run(entry.path());
  }
  std::cout << runs << " inputs\n";
  return runs == 0 ? 1 : 0;
}
