#include "kube/protobuf_support.hpp"
#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tallyman::kube::testing;

namespace {

std::string mount(std::string_view name, std::string_view status) {
  return fmt::format(R"({{"name":"{}","mountPath":"/m"{}}})", name, status);
}

std::string image_ref(std::string_view digest) {
  return fmt::format(R"(,"volumeStatus":{{"image":{{"imageRef":"{}"}}}})", digest);
}

constexpr std::string_view volumes =
    R"("volumes":[{"name":"token","projected":{"sources":[{"image":{"reference":"no"}}]}},)"
    R"({"name":"m","image":{"pullPolicy":"Always","reference":"models/weights:4"}},)"
    R"({"image":{"reference":"models/other:1"},"name":"n"},{"name":"unnamed","image":{}},{"name":"e","emptyDir":{}}])";

std::string pod_with(std::string_view status) {
  return pod_json(uid_a, "", R"("containers":[{"name":"m","image":"server:1"}],)" + std::string{volumes},
                  status);
}

std::string line_with(std::string_view containers) {
  return pod_line(uid_a) + std::string{containers};
}

// Field numbers of Kubernetes' core/v1/generated.proto.
std::string volume_bytes(std::string_view name, std::string_view reference) {
  const auto image = wire_writer{}.text(1, reference).text(2, "Always").bytes();
  return wire_writer{}.text(1, name).text(2, wire_writer{}.text(30, image).bytes()).bytes();
}

std::string mount_bytes(std::string_view name, std::string_view digest) {
  const auto image = wire_writer{}.text(1, wire_writer{}.text(1, digest).bytes()).bytes();
  return wire_writer{}.text(1, name).text(2, "/m").number(3, 1).text(5, image).bytes();
}

} // namespace

TEST_CASE("an image volume is tallied under its reference, with the digest that a container's status has") {
  CHECK(facts_of(pod_with("")) ==
        std::vector{line_with(" [0 m server:1  ] [3 m models/weights:4  ] [3 n models/other:1  ]")});
  const auto statuses = R"("initContainerStatuses":[{"name":"i","volumeMounts":[)" + mount("n", "") +
                        R"(]}],"containerStatuses":[{"volumeMounts":[)" + mount("token", "") + ',' +
                        mount("m", image_ref("weights@sha256:1")) + ',' + mount("n", image_ref("")) +
                        R"(],"name":"m","imageID":"server@sha256:2"},{"name":"other","volumeMounts":[)" +
                        mount("n", image_ref("other@sha256:3")) + ',' +
                        mount("m", image_ref("weights@sha256:1")) + "]}]";
  CHECK(facts_of(pod_with(statuses)) ==
        std::vector{line_with(" [0 m server:1 server@sha256:2 ] [3 m models/weights:4 weights@sha256:1 ]"
                              " [3 n models/other:1 other@sha256:3 ]")});
}

TEST_CASE("an image volume is read from protobuf as from JSON") {
  const auto metadata = wire_writer{}.text(1, "cart-1").text(3, "shop").text(5, uid_a).bytes();
  const auto container = wire_writer{}.text(1, "m").text(2, "server:1").bytes();
  const auto plain = wire_writer{}.text(1, "e").text(2, wire_writer{}.text(2, "").bytes()).bytes();
  const auto spec = wire_writer{}
                        .text(1, plain)
                        .text(1, volume_bytes("m", "models/weights:4"))
                        .text(1, volume_bytes("unnamed", ""))
                        .text(2, container)
                        .bytes();
  const auto of_container = wire_writer{}
                                .text(1, "m")
                                .text(7, "server@sha256:2")
                                .text(12, wire_writer{}.text(1, "e").bytes())
                                .text(12, mount_bytes("m", "weights@sha256:1"))
                                .bytes();
  const auto status = wire_writer{}.text(8, of_container).text(8, of_container).bytes();
  const auto pod = wire_writer{}.text(1, metadata).text(2, spec).text(3, status).bytes();
  CHECK(decode_protobuf(in_frame("ADDED", in_envelope("Pod", "v1", pod)), framing::watch).lines ==
        std::vector{line_with(" [0 m server:1 server@sha256:2 ] [3 m models/weights:4 weights@sha256:1 ]")});
}

TEST_CASE("containers without end that mount one image volume do not fill a pod's statuses") {
  std::string statuses;
  for (int i = 0; i < 900; ++i)
    statuses += fmt::format(R"({}{{"name":"c{}","volumeMounts":[{}]}})", i == 0 ? "" : ",", i,
                            mount("m", image_ref("weights@sha256:1")));
  const auto read = facts_of(pod_with(R"("containerStatuses":[)" + statuses + "]"));
  CHECK(contains(read.at(0), "[3 m models/weights:4 weights@sha256:1 ]"));
}
