#include "cli/recording.hpp"
#include "cli/small_cluster.hpp"
#include "kube/protobuf/protobuf_decoder.hpp"
#include "kube/protobuf/protobuf_object_reader.hpp"
#include "kube/protobuf/wire_message.hpp"
#include "kube/protobuf_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>

using namespace tallyman;
using namespace tallyman::cli;
using namespace tallyman::cli::testing;
using kube::testing::rollouts_1_20;
using kube::testing::rollouts_1_32;
using nlohmann::json;
using framing = kube::protobuf_decoder::framing;

namespace {

constexpr std::array recordings{rollouts_1_20, rollouts_1_32};

/// A cluster that takes its lists for complete, whatever encoding they come in.
class listed_cluster {
public:
  void feed(std::string_view json) {
    kube::json_decoder decoder{into_};
    REQUIRE(decoder.feed(json).ok());
    REQUIRE(decoder.finish().ok());
    cluster_.take(into_.take());
  }
  void feed(std::string_view protobuf, framing what) {
    kube::protobuf_decoder decoder{into_, what};
    REQUIRE(decoder.feed(protobuf).ok());
    REQUIRE(decoder.finish().ok());
    cluster_.take(into_.take());
  }
  void expect_initial_events() { into_.expect_initial_events(); }

  std::string essence() const { return essence_of(cluster_.inventory()); }

private:
  std::shared_ptr<string_table> strings_ = std::make_shared<string_table>();
  interner interned_{*strings_};
  kube::fact_collector into_{interned_, true};
  small_cluster cluster_{strings_};
};

struct kind_name {
  std::string plural;
  std::string kind;
  std::string api_version;
};

const std::vector<kind_name> kinds{{"nodes", "Node", "v1"},
                                   {"cronjobs", "CronJob", "batch/v1"},
                                   {"daemonsets", "DaemonSet", "apps/v1"},
                                   {"deployments", "Deployment", "apps/v1"},
                                   {"jobs", "Job", "batch/v1"},
                                   {"replicasets", "ReplicaSet", "apps/v1"},
                                   {"statefulsets", "StatefulSet", "apps/v1"},
                                   {"pods", "Pod", "v1"}};

bool is_recorded(const std::string& path) {
  return std::filesystem::exists(path);
}

/// The objects of all final lists, by the list of their kind.
std::map<std::pair<std::string, std::string>, std::vector<json>> final_objects(std::string_view of) {
  std::map<std::pair<std::string, std::string>, std::vector<json>> all;
  for (const auto* file : {"final/nodes.json", "final/owners.json", "final/pods.json"}) {
    const auto list = json::parse(read_file(recording(file, of)));
    const auto kind = list["kind"].get<std::string>();
    for (const auto& item : list["items"]) {
      const bool typed = kind != "List";
      all[{typed ? kind : item["kind"].get<std::string>() + "List",
           (typed ? list : item)["apiVersion"].get<std::string>()}]
          .push_back(item);
    }
  }
  return all;
}

/// What is there of a kind at the end, in protobuf: what its first list had, changed by each event since.
std::map<std::string, std::string> last_objects(std::string_view of, const kind_name& what) {
  kube::protobuf_object_reader reader;
  std::map<std::string, std::string> objects;
  const auto put = [&](std::string_view bytes, bool is_gone) {
    const std::string uid{(*reader.read_object(bytes, what.kind, what.api_version))->uid};
    if (is_gone)
      objects.erase(uid);
    else
      objects[uid] = bytes;
  };
  if (const auto list = recording(fmt::format("watch/{}.list.k8spb", what.plural), of); is_recorded(list)) {
    const auto bytes = read_file(list);
    kube::for_each_text(reader.read_envelope(bytes)->object, [&](const kube::wire_field& field) {
      if (field.number == 2)
        put(field.bytes, false);
      return true;
    });
  }
  const auto watch = read_file(recording(fmt::format("watch/{}.watch.k8spb", what.plural), of));
  for (const auto& frame : kube::testing::frames_of(watch)) {
    const auto event = *reader.read_event(std::string_view{frame}.substr(4));
    if (event.type != "BOOKMARK")
      put(reader.read_envelope(event.object)->object, event.type == "DELETED");
  }
  return objects;
}

/// Pages of a list in protobuf, of at most `size` objects each.
std::vector<std::string> protobuf_pages(const kind_name& what,
                                        const std::map<std::string, std::string>& objects, std::size_t size) {
  using kube::testing::wire_writer;
  std::vector<std::string> pages;
  auto next = objects.begin();
  do {
    wire_writer items;
    for (std::size_t i = 0; i < size && next != objects.end(); ++i, ++next)
      items.text(2, next->second);
    const auto metadata = wire_writer{}.text(2, "9000").text(3, next == objects.end() ? "" : "more").bytes();
    pages.push_back(kube::testing::in_envelope(what.kind + "List", what.api_version,
                                               wire_writer{}.text(1, metadata).bytes() + items.bytes()));
  } while (next != objects.end());
  return pages;
}

} // namespace

TEST_CASE("the final lists give the expected inventory, whole and in pages of any size") {
  for (const auto of : recordings) {
    INFO(of);
    listed_cluster whole;
    for (const auto* file : {"final/nodes.json", "final/owners.json", "final/pods.json"})
      whole.feed(read_file(recording(file, of)));
    REQUIRE(whole.essence() == expected_essence(of));
    for (const std::size_t size : {1U, 3U, 20U}) {
      listed_cluster paged;
      for (const auto& [list, items] : final_objects(of))
        for (std::size_t from = 0; from < items.size(); from += size) {
          const auto to = std::min(from + size, items.size());
          std::string page;
          for (auto i = from; i < to; ++i)
            page += (i == from ? "" : ",") + items[i].dump();
          paged.feed(fmt::format(
              R"({{"kind":"{}","apiVersion":"{}","metadata":{{"resourceVersion":"9000","continue":"{}"}},"items":[{}]}})",
              list.first, list.second, to == items.size() ? "" : "more", page));
        }
      REQUIRE(paged.essence() == expected_essence(of));
    }
  }
}

TEST_CASE("lists in protobuf give the expected inventory, whole and in pages of any size") {
  for (const auto of : recordings)
    for (const std::size_t size : {1'000U, 1U, 7U}) {
      INFO(of << " in pages of " << size);
      listed_cluster cluster;
      for (const auto& what : kinds) {
        if (!is_recorded(recording(fmt::format("watch/{}.watch.k8spb", what.plural), of)))
          continue;
        for (const auto& page : protobuf_pages(what, last_objects(of, what), size))
          cluster.feed(page, framing::object);
      }
      // The older recording has its first nodes in JSON only.
      if (of == rollouts_1_20)
        cluster.feed(read_file(recording("final/nodes.json", of)));
      // Its StatefulSets and DaemonSets were not recorded, nor are they needed.
      REQUIRE(cluster.essence() == expected_essence(of));
    }
}

TEST_CASE(
    "a list and the watch behind it give the expected inventory in JSON and protobuf, kind after kind") {
  for (const auto of : recordings)
    for (const bool pods_first : {false, true})
      for (const bool protobuf : {false, true}) {
        INFO(of << (protobuf ? " in protobuf" : " in JSON") << (pods_first ? ", pods first" : ""));
        auto order = kinds;
        if (pods_first)
          std::reverse(order.begin(), order.end());
        listed_cluster cluster;
        for (const auto& what : order) {
          const auto file = [&](std::string_view name) {
            return recording(fmt::format("watch/{}.{}", what.plural, name), of);
          };
          if (!is_recorded(file("watch.ndjson")))
            continue;
          if (protobuf && is_recorded(file("list.k8spb")))
            cluster.feed(read_file(file("list.k8spb")), framing::object);
          else
            cluster.feed(read_file(file("list.json")));
          if (protobuf)
            cluster.feed(read_file(file("watch.k8spb")), framing::watch);
          else
            cluster.feed(read_file(file("watch.ndjson")));
        }
        REQUIRE(cluster.essence() == expected_essence(of));
      }
}

TEST_CASE("streamed lists give the expected inventory in JSON and protobuf") {
  for (const bool protobuf : {false, true}) {
    INFO((protobuf ? "protobuf" : "JSON"));
    listed_cluster cluster;
    cluster.feed(
        read_file(recording("final/owners.json", rollouts_1_32))); // what was not recorded as a stream
    for (const auto* kind : {"pods", "replicasets", "nodes"}) {
      cluster.expect_initial_events();
      const auto file = recording(fmt::format("streamed-list/{}.", kind), rollouts_1_32);
      if (protobuf)
        cluster.feed(read_file(file + "k8spb"), framing::watch);
      else
        cluster.feed(read_file(file + "ndjson"));
    }
    REQUIRE(cluster.essence() == expected_essence(rollouts_1_32));
  }
}
