#include "kube/support.hpp"

#include <catch2/catch.hpp>

using namespace tallyman::kube::testing;

namespace {

std::string platform(std::string_view metadata, std::string_view status) {
  const auto facts = facts_of(node_json(uid_c, metadata, status));
  REQUIRE(facts.size() == 1);
  const auto prefix = "node " + std::string{uid_c} + " n1 ";
  REQUIRE(facts.front().starts_with(prefix));
  return facts.front().substr(prefix.size());
}

constexpr std::string_view labels =
    R"("labels":{"beta.kubernetes.io/os":"windows","kubernetes.io/os":"linux",)"
    R"("beta.kubernetes.io/arch":"amd64","kubernetes.io/arch":"arm64"})";

} // namespace

TEST_CASE("a node's platform is what its kubelet reports") {
  CHECK(platform(R"("resourceVersion":"7")",
                 R"("nodeInfo":{"architecture":"s390x","operatingSystem":"linux"})") == "s390x/linux rv=7");
  CHECK(platform(labels, R"("nodeInfo":{"architecture":"s390x","operatingSystem":"plan9"})") ==
        "s390x/plan9 rv=0");
}

TEST_CASE("a node without a kubelet is of the platform that its labels say") {
  const auto* silent = R"("nodeInfo":{"architecture":"","operatingSystem":""})";
  CHECK(platform(labels, silent) == "arm64/linux rv=0");
  CHECK(platform(labels, "") == "arm64/linux rv=0");
  CHECK(platform(labels, R"("nodeInfo":null)") == "arm64/linux rv=0");
  CHECK(platform(R"("labels":{"beta.kubernetes.io/arch":"arm","beta.kubernetes.io/os":"linux"})", silent) ==
        "arm/linux rv=0");
}

TEST_CASE("architecture and operating system fall back each for itself") {
  CHECK(platform(labels, R"("nodeInfo":{"architecture":"riscv64"})") == "riscv64/linux rv=0");
  CHECK(platform(R"("labels":{"kubernetes.io/arch":"arm64"})", "") == "arm64/ rv=0");
}

TEST_CASE("the labels of a node are read even if its kind comes last") {
  CHECK(facts_of(
            R"({"metadata":{"labels":{"kubernetes.io/arch":"arm64"},"name":"n","uid":"u"},"kind":"Node"})") ==
        std::vector<std::string>{"node u n arm64/ rv=0"});
}

TEST_CASE("labels of a pod are not looked at") {
  CHECK(facts_of(pod_json(uid_a, R"("labels":{"kubernetes.io/arch":5})")) ==
        std::vector<std::string>{pod_line(uid_a)});
}

TEST_CASE("an operating system or architecture in capitals is no other one") {
  CHECK(facts_of(node_json(uid_a, "", R"("nodeInfo":{"architecture":"ARM64","operatingSystem":"Linux"})")) ==
        std::vector{"node " + std::string{uid_a} + " n1 arm64/linux rv=0"});
  CHECK(facts_of(node_json(uid_a, R"("labels":{"kubernetes.io/os":"Windows","kubernetes.io/arch":"AMD64"})",
                           "")) == std::vector{"node " + std::string{uid_a} + " n1 amd64/windows rv=0"});
}
