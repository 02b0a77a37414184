#include "watch/access/small_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tallyman::watch {

result<std::string> read_small_file(const std::string& path, std::size_t bytes_max) {
  const auto failed = [&] {
    return error{error_kind::io, fmt::format("{}: cannot be read: {}", path, std::strerror(errno))};
  };
  // Not a stream: of a directory that throws.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rbe"), &std::fclose};
  if (!file)
    return failed();
  std::string content(bytes_max + 1, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return failed();
  if (content.size() > bytes_max)
    return error{error_kind::io, fmt::format("{}: is larger than {} bytes", path, bytes_max)};
  return content;
}

} // namespace tallyman::watch
