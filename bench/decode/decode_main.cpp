// Decodes the recorded watch of pods over and over, in JSON, in protobuf, and with a JSON library that builds
// a DOM, in turns, and prints how many objects one core does in a second. Time is that of the thread, not of
// the clock on the wall: what else runs on the machine hardly counts.
#include "kube/json/json_decoder.hpp"
#include "kube/protobuf/protobuf_decoder.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using namespace tallyman;

namespace {

struct contestant {
  std::string name;
  std::size_t bytes = 0;                   ///< of one pass
  std::function<std::uint64_t()> one_pass; ///< returns the number of objects
  std::vector<double> objects_per_second;  ///< by round
};

std::string read_recording(const std::string& name) {
  std::ifstream in{TALLYMAN_UNPACKED_DATA "/kubernetes-1.20-rollouts/watch/" + name, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// As it comes from a socket.
constexpr std::size_t chunk_bytes = 16 << 10;

template <class Decoder>
void feed_all(Decoder& decoder, std::string_view bytes, const std::function<void()>& take) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), chunk_bytes))) {
    if (auto fed = decoder.feed(bytes.substr(0, chunk_bytes)); !fed)
      throw std::runtime_error{fed.failure().what};
    take();
  }
}

/// Interned strings stay from pass to pass, as in a tracker that runs.
class decoders {
public:
  std::uint64_t json(const std::string& text) {
    return pass(text, [this] { return kube::json_decoder{into_}; });
  }
  std::uint64_t protobuf(const std::string& bytes) {
    return pass(bytes, [this] {
      return kube::protobuf_decoder{into_, kube::protobuf_decoder::framing::watch};
    });
  }

private:
  template <class Make>
  std::uint64_t pass(const std::string& bytes, Make make) {
    const auto before = into_.counters().watch_events;
    auto decoder = make();
    feed_all(decoder, bytes, [this] { facts_ += into_.take().batch.facts.size(); });
    return into_.counters().watch_events - before;
  }

  string_table table_;
  interner strings_{table_};
  kube::fact_collector into_{strings_, false};
  std::size_t facts_ = 0;
};

std::uint64_t build_dom(const std::vector<std::string>& lines) {
  std::uint64_t objects = 0;
  for (const auto& line : lines)
    objects += nlohmann::json::parse(line).contains("object") ? 1U : 0U;
  return objects;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    if (!line.empty())
      lines.push_back(line);
  return lines;
}

void run_round(contestant& of, double seconds) {
  std::uint64_t objects = 0;
  const auto started = thread_seconds();
  auto passed = 0.0;
  while (passed < seconds) {
    objects += of.one_pass();
    passed = thread_seconds() - started;
  }
  of.objects_per_second.push_back(static_cast<double>(objects) / passed);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"How many recorded pods one core decodes in a second: JSON, protobuf, and a JSON DOM."};
  int rounds = 7;
  double seconds = 0.5;
  app.add_option("--rounds", rounds, "Rounds; the median counts")->check(CLI::Range(1, 1000));
  app.add_option("--seconds", seconds, "CPU seconds for each contestant and round")
      ->check(CLI::Range(0.01, 100.0));
  CLI11_PARSE(app, argc, argv);

  const auto json = read_recording("pods.watch.ndjson");
  const auto protobuf = read_recording("pods.watch.k8spb");
  const auto lines = lines_of(json);
  decoders shared;
  std::vector<contestant> all;
  all.push_back({"nlohmann_json, DOM only", json.size(), [&] { return build_dom(lines); }, {}});
  all.push_back({"json_decoder", json.size(), [&] { return shared.json(json); }, {}});
  all.push_back({"protobuf_decoder", protobuf.size(), [&] { return shared.protobuf(protobuf); }, {}});
  for (auto& each : all)
    each.one_pass(); // warm
  for (int round = 0; round < rounds; ++round)
    for (auto& each : all)
      run_round(each, seconds);
  const auto base = median(all.front().objects_per_second);
  fmt::print("{} pod events, {} rounds of {} CPU seconds, medians\n", lines.size(), rounds, seconds);
  fmt::print("{:<26}{:>14}{:>12}{:>12}{:>9}\n", "", "bytes/object", "objects/s", "MB/s", "times");
  for (const auto& each : all) {
    const auto rate = median(each.objects_per_second);
    const auto object_bytes = static_cast<double>(each.bytes) / static_cast<double>(lines.size());
    fmt::print("{:<26}{:>14.0f}{:>12.0f}{:>12.1f}{:>9.1f}\n", each.name, object_bytes, rate,
               rate * object_bytes / 1e6, rate / base);
  }
}
