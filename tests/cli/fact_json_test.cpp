#include "views/fact_json.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;

namespace {

class dump {
public:
  std::string operator()(const fact_body& body) const {
    return json_line_of(7, {1'000, body}, batch, strings);
  }
  string_id id(std::string_view text) { return strings.intern(text); }
  uid uid_of(std::string_view text) {
    interner ids{strings};
    return parse_uid(text, ids);
  }

  string_table strings;
  fact_batch batch;
};

const std::string start = R"({"sequence":7,"time":"1970-01-01T00:00:01.000Z",)";

} // namespace

TEST_CASE("a dumped pod shows every field with its text") {
  dump shown;
  pod_observed pod;
  pod.id = shown.uid_of("not-a-uuid");
  pod.name_space = shown.id("shop");
  pod.node = shown.id("n1");
  pod.name = shown.batch.add_text("cart-1");
  pod.controller = {shown.uid_of("owner"), shown.id("Rollout"), shown.id("v1"), shown.batch.add_text("cart")};
  pod.resource_version = 42;
  const container one{shown.id("main"),   shown.id("cart:1"),   shown.id("cart@1"),
                      shown.id("docker"), container_list::init, 7};
  pod.containers = shown.batch.add_containers(&one, 1);
  pod.phase = pod_phase::running;
  pod.deleting = true;
  CHECK(shown(pod) == start +
                          R"("type":"pod_observed","uid":"not-a-uuid","namespace":"shop","name":"cart-1",)"
                          R"("node":"n1","phase":"Running","deleting":true,"controller":{"kind":"Rollout",)"
                          R"("api_version":"v1","name":"cart","uid":"owner"},"resource_version":42,)"
                          R"("containers":[{"name":"main","list":"init","image":"cart:1",)"
                          R"("image_id":"cart@1","runtime":"docker","instance":7}]})");
}

TEST_CASE("every kind of event can be dumped") {
  dump shown;
  const auto id = shown.uid_of("u");
  const auto text = shown.id("text");
  const auto slice = shown.batch.add_text("slice");
  CHECK(shown(pod_gone{id, 1, gone_reason::relist}) ==
        start + R"("type":"pod_gone","uid":"u","reason":"relist","resource_version":1})");
  CHECK(
      shown(node_observed{id, text, text, text, 1}) ==
      start +
          R"("type":"node_observed","uid":"u","name":"text","architecture":"text","os":"text","resource_version":1})");
  CHECK(shown(node_gone{id, text, 1, gone_reason::deleted}) ==
        start + R"("type":"node_gone","uid":"u","reason":"deleted","resource_version":1,"name":"text"})");
  CHECK(shown(workload_observed{id, text, text, text, slice, {}, 1}) ==
        start +
            R"("type":"workload_observed","uid":"u","kind":"text","api_version":"text","namespace":"text",)"
            R"("name":"slice","controller":null,"resource_version":1})");
  CHECK(
      shown(workload_gone{id, text, 1, gone_reason::deleted, text}) ==
      start +
          R"("type":"workload_gone","uid":"u","reason":"deleted","resource_version":1,"kind":"text","api_version":"text"})");
  CHECK(
      shown(scan_finished{text, text, slice, 60, scan_outcome::failed}) ==
      start +
          R"("type":"scan_finished","image_id":"text","architecture":"text","outcome":"failed","error":"slice","wait_ms":60})");
  CHECK(shown(remote_answered{text, text, true}) ==
        start + R"("type":"remote_answered","image_id":"text","architecture":"text","scanned":true})");
  CHECK(
      shown(remote_acknowledged{text, text, text, 3}) ==
      start +
          R"("type":"remote_acknowledged","image_id":"text","architecture":"text","name":"text","version":3})");
  CHECK(
      shown(list_synced{text, slice, 5, text}) ==
      start +
          R"("type":"list_synced","kind":"text","api_version":"text","resource_version":"slice","items":5})");
  CHECK(shown(bookmarked{text, slice, text}) ==
        start + R"("type":"bookmarked","kind":"text","api_version":"text","resource_version":"slice"})");
  CHECK(shown(settings_changed{9, tally_rules::second, true, slice}) ==
        start +
            R"("type":"settings_changed","scan_grace_ms":9,"rules":2,"list_anew":true,"followed":"slice"})");
}
