#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

class scanned_cluster {
public:
  scanned_cluster() { run_well({"ingest", "--data", data, recording("cluster.ndjson")}); }

  outcome scan(const std::string& image_id, const arguments& how,
               const std::string& architecture = "amd64") const {
    arguments given{"scan-result", "--data", data, "--image-id", image_id, "--arch", architecture};
    given.insert(given.end(), how.begin(), how.end());
    return run(given);
  }

  nlohmann::json scan_of(const std::string& image_id) const {
    const auto shown = nlohmann::json::parse(run_well({"images", "-o", "json", "--data", data}));
    for (const auto& image : shown["images"])
      if (image["image_id"] == image_id)
        return image["scan"];
    return {};
  }

  scratch folder;
  std::string data = folder / "journal";
};

} // namespace

TEST_CASE("a scan result survives the process, and takes the image off the pending ones") {
  const scanned_cluster cluster;
  CHECK_THAT(run_well({"images", "--pending", "--data", cluster.data}), Contains("busybox:1.36"));
  const auto ended = cluster.scan("busybox:1.36", {"--ok"});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("busybox:1.36 on amd64 is scanned"));
  CHECK(cluster.scan_of("busybox:1.36")["state"] == "scanned");
  CHECK_FALSE(cluster.scan_of("busybox:1.36")["scanned_at"].is_null());
  CHECK_THAT(run_well({"images", "--pending", "--data", cluster.data}), !Contains("busybox:1.36"));
  CHECK_THAT(run_well({"explain", "--data", cluster.data, "busybox:1.36"}), Contains("it was scanned at"));
}

TEST_CASE("a scan result that makes the tally forget its image names it all the same") {
  const scratch folder;
  const auto data = folder / "journal";
  // Longer ago than the scan state of an image is kept that nothing runs any more.
  run_well({"ingest", "--data", data, "--time", "2020-01-01T00:00:00Z", recording("cluster.ndjson")});
  CHECK_THAT(run_well({"scan-result", "--data", data, "--ok", "--arch", "amd64", "--image-id",
                       "registry.example.com/shop/catalog:2.0.1"}),
             Contains("registry.example.com/shop/catalog:2.0.1 on amd64 is forgotten"));
}

TEST_CASE(
    "failed scans wait three times as long each time, and a restart does not start again at the first step") {
  const scanned_cluster cluster;
  CHECK(cluster.scan("ubuntu:24.04", {"--error", "no route"}).code == 0);
  CHECK(cluster.scan("ubuntu:24.04", {"--error", "no\nroute"}).code == 0);
  const auto scan = cluster.scan_of("ubuntu:24.04");
  CHECK(scan["state"] == "backing-off");
  CHECK(scan["failures"] == 2);
  CHECK(scan["last_error"] == "no\\nroute");
  const auto dump = run_well({"journal", "dump", cluster.data});
  CHECK_THAT(dump, Contains(R"("error":"no route","wait_ms":60000)") && Contains(R"("wait_ms":180000)"));
  CHECK_THAT(run_well({"explain", "--data", cluster.data, "ubuntu:24.04"}),
             Contains("after 2 failures: no\\nroute"));
}

TEST_CASE("a private image is not retried with the others") {
  const scanned_cluster cluster;
  CHECK(cluster.scan("ubuntu:24.04", {"--error", "denied", "--private"}).code == 0);
  CHECK(cluster.scan_of("ubuntu:24.04")["state"] == "private");
  CHECK_THAT(run_well({"images", "--pending", "--data", cluster.data}), !Contains("ubuntu:24.04"));
}

TEST_CASE("a scanner's endless output is cut to 4 KiB") {
  const scanned_cluster cluster;
  CHECK(cluster.scan("ubuntu:24.04", {"--error", std::string(100'000, 'e')}).code == 0);
  CHECK(cluster.scan_of("ubuntu:24.04")["last_error"] == std::string(4096, 'e'));
}

TEST_CASE(
    "a result for an image that the tally does not hold is refused, and leaves nothing in the journal") {
  const scanned_cluster cluster;
  const auto before = run_well({"journal", "stat", "-o", "json", cluster.data});
  for (const auto& ended :
       {cluster.scan("nobody/knows:1", {"--ok"}), cluster.scan("busybox:1.36", {"--ok"}, "s390x")}) {
    CHECK(ended.code == 7);
    CHECK(ended.complained_once());
  }
  const auto after = nlohmann::json::parse(run_well({"journal", "stat", "-o", "json", cluster.data}));
  CHECK(after["last_sequence"] == nlohmann::json::parse(before)["last_sequence"]);
  CHECK(after["definitions"] == nlohmann::json::parse(before)["definitions"]);
}

TEST_CASE("a result that is neither good nor bad, or both, is refused") {
  const scanned_cluster cluster;
  for (const auto& how : {arguments{}, arguments{"--ok", "--error", "x"}, arguments{"--ok", "--private"},
                          arguments{"--private"}}) {
    const auto ended = cluster.scan("ubuntu:24.04", how);
    CHECK(ended.code == 2);
    CHECK(ended.complained_once());
  }
}
