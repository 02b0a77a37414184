// Serves the lists of a made-up cluster in pages, in protobuf, and quiet watches. Prints its URL; ends when
// standard input does. A page is made when it is asked for, so that the server needs no memory to speak of.
#include "kube/protobuf_support.hpp"
#include "watch/fake_api_server.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>

using tallyman::kube::testing::in_envelope;
using tallyman::kube::testing::wire_writer;
using namespace tallyman::watch::testing;

namespace {

struct shape {
  std::size_t pods = 150'000;
  std::size_t nodes = 5000;
  std::size_t images = 20'000;
  std::size_t workloads = 10'000;
  std::size_t pod_bytes = 4096;
};

constexpr auto protobuf = "application/vnd.kubernetes.protobuf";
constexpr std::size_t containers_per_pod = 2;

std::string uid_of(std::size_t kind, std::size_t i) {
  return fmt::format("{:08x}-0000-4000-8000-{:012x}", kind, i);
}

std::string metadata(std::string_view name, std::string_view name_space, const std::string& uid,
                     std::size_t version) {
  return wire_writer{}
      .text(1, name)
      .text(3, name_space)
      .text(5, uid)
      .text(6, std::to_string(version))
      .bytes();
}

std::string owner(std::string_view kind, std::string_view api_version, const std::string& name,
                  const std::string& uid) {
  return wire_writer{}
      .text(13,
            wire_writer{}.text(1, kind).text(3, name).text(4, uid).text(5, api_version).number(6, 1).bytes())
      .bytes();
}

std::string image_of(const shape& of, std::size_t i) {
  return fmt::format("registry.example.com/team-{}/service-{}:1.{}.0", i % of.images % 97, i % of.images,
                     i % of.images % 13);
}

std::string pod(const shape& of, std::size_t i) {
  const auto set = i % of.workloads;
  auto meta = metadata(fmt::format("service-{}-{:x}-{:05x}", set, set * 7919, i),
                       fmt::format("team-{}", set % 200), uid_of(1, i), 1000 + i) +
              owner("ReplicaSet", "apps/v1", fmt::format("service-{}-{:x}", set, set * 7919), uid_of(3, set));
  wire_writer spec;
  wire_writer status;
  status.text(1, "Running");
  for (std::size_t c = 0; c < containers_per_pod; ++c) {
    // The main image is the workload's, the second one of the others: all images are in use.
    const auto image = c == 0 ? set : i;
    const auto name = c == 0 ? "main" : "sidecar";
    spec.text(2, wire_writer{}.text(1, name).text(2, image_of(of, image)).bytes());
    const auto digest = fmt::format("{}@sha256:{:064x}", image_of(of, image), image % of.images);
    status.text(
        8,
        wire_writer{}.text(1, name).text(7, digest).text(8, fmt::format("containerd://{:064x}", i)).bytes());
  }
  spec.text(10, fmt::format("node-{}", i % of.nodes));
  const auto known = meta.size() + spec.bytes().size() + status.bytes().size();
  const std::string filler(of.pod_bytes > known ? of.pod_bytes - known : 0, 'x');
  meta += wire_writer{}.text(12, wire_writer{}.text(1, "filler").text(2, filler).bytes()).bytes();
  return wire_writer{}.text(1, meta).text(2, spec.bytes()).text(3, status.bytes()).bytes();
}

std::string node(std::size_t i) {
  const auto info = wire_writer{}.text(9, "linux").text(10, i % 4 == 0 ? "arm64" : "amd64").bytes();
  return wire_writer{}
      .text(1, metadata(fmt::format("node-{}", i), "", uid_of(2, i), 500 + i))
      .text(3, wire_writer{}.text(7, info).bytes())
      .bytes();
}

std::string replica_set(std::size_t i) {
  const auto meta = metadata(fmt::format("service-{}-{:x}", i, i * 7919), fmt::format("team-{}", i % 200),
                             uid_of(3, i), 600 + i);
  return wire_writer{}
      .text(1, meta + owner("Deployment", "apps/v1", fmt::format("service-{}", i), uid_of(4, i)))
      .bytes();
}

struct served_kind {
  std::string list_kind;
  std::string api_version;
  std::size_t count = 0;
  std::function<std::string(std::size_t)> item;
};

served_kind kind_at(const std::string& path, const shape& of) {
  if (path == "/api/v1/pods")
    return {"PodList", "v1", of.pods, [&of](std::size_t i) { return pod(of, i); }};
  if (path == "/api/v1/nodes")
    return {"NodeList", "v1", of.nodes, node};
  if (path == "/apis/apps/v1/replicasets")
    return {"ReplicaSetList", "apps/v1", of.workloads, replica_set};
  return {path == "/apis/batch/v1/jobs" ? "JobList" : "DeploymentList", "apps/v1", 0, {}};
}

void answer(const fake_request& request, fake_connection& to, const shape& of) {
  if (request.path == "/version")
    return to.answer(200, "application/json", R"({"gitVersion":"made-up"})");
  if (request.has("sendInitialEvents"))
    return to.answer(422, "text/plain", "not here");
  if (request.is_watch()) {
    to.begin(200, "application/vnd.kubernetes.protobuf;stream=watch");
    return to.linger(3'600'000);
  }
  const auto kind = kind_at(request.path, of);
  const auto begin = request.has("continue") ? std::stoull(request.at("continue")) : 0;
  const auto end = std::min<std::size_t>(
      kind.count, begin + (request.has("limit") ? std::stoull(request.at("limit")) : kind.count));
  auto list_meta = wire_writer{}.text(2, "1000000");
  if (end < kind.count)
    list_meta.text(3, std::to_string(end));
  wire_writer list;
  list.text(1, list_meta.bytes());
  for (auto i = begin; i < end; ++i)
    list.text(2, kind.item(i));
  to.answer(200, protobuf, in_envelope(kind.list_kind, kind.api_version, list.bytes()));
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"An API server of a made-up cluster."};
  shape of;
  app.add_option("--pods", of.pods, "Pods, of two containers each");
  app.add_option("--nodes", of.nodes, "Nodes")->check(CLI::PositiveNumber);
  app.add_option("--images", of.images, "Images")->check(CLI::PositiveNumber);
  app.add_option("--workloads", of.workloads, "ReplicaSets")->check(CLI::PositiveNumber);
  app.add_option("--pod-bytes", of.pod_bytes, "Size of a pod");
  CLI11_PARSE(app, argc, argv);
  const fake_api_server server{
      [&of](const fake_request& request, fake_connection& to) { answer(request, to, of); }};
  fmt::print("{}\n", server.url());
  std::fflush(stdout);
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
}
