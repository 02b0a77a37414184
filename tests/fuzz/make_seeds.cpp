// Writes the inputs that the fuzzers start from. Usage: build/fuzz/make_seeds tests/fuzz/corpus

#include "journal/format/record_run.hpp"
#include "journal/format/snapshot_layout.hpp"
#include "messages/random_facts.hpp"
#include "messages/wire/fact_codec.hpp"
#include "tally/blocks.hpp"
#include "tally/full_cluster.hpp"

#include <filesystem>
#include <fstream>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

constexpr char all_fixes = 31;

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << bytes;
}

std::string number(std::size_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
    text += static_cast<char>(value >> 8 * i);
  return text;
}

// -- journal: recipes, see journal_recipe.hpp --------------------------------------------------------------

std::string batch_recipe(const journal::record_run& run, const std::string& edits = {}) {
  std::string recipe{all_fixes};
  recipe += number(edits.size() / 5, 1) + number(run.bytes(), 2) + edits;
  return recipe.append(run.encoded());
}

void write_journals(const std::filesystem::path& folder) {
  journal::record_run run;
  run.add_definition(1, 1'700'000'000'000, "nginx:1");
  run.add_event(2, 1'700'000'000'001, "first");
  run.add_event(3, 1'600'000'000'000, "");
  const std::string batch = batch_recipe(run);
  const std::string empty = batch_recipe({});
  const std::string head = number(0, 1) + number(1, 1) + number(0, 1);
  write(folder / "one-segment", head + number(3, 1) + batch + batch + empty);
  write(folder / "two-segments", number(1, 1) + number(2, 1) + number(2, 1) + number(2, 1) + batch + batch +
                                     number(2, 1) + batch + empty);
  write(folder / "garbage-behind",
        head + number(64 + 1, 1) + batch + number(0, 2) + number(9, 1) + "TBATxxxxx");
  // The last byte of the payload's checksum differs, in a header that matches its own: a batch cut short.
  std::string torn = batch_recipe(run, number(55, 1) + number(1, 4));
  torn[0] = all_fixes & ~4;
  write(folder / "torn", head + number(2, 1) + batch + torn);
  write(folder / "claims-more", number(0, 1) + number(2, 1) + number(9, 1) + number(1, 1) + batch);
  write(folder / "edited-superblock", number(4, 1) + head.substr(1) + number(40, 1) + number(3, 4) +
                                          number(8, 1) + number(1, 4) + number(1, 1) + batch);
}

// -- the others --------------------------------------------------------------------------------------------

void write_snapshots(const std::filesystem::path& folder) {
  for (const auto& [name, size] : {std::pair{"empty", cluster_size{0, 0, 0, 0}},
                                   {"small", cluster_size{2, 3, 2, 4}},
                                   {"larger", cluster_size{3, 5, 6, 12}}}) {
    std::string file(1, '\0');
    file += journal::encode_snapshot_header({{1, 2}, 9});
    const auto state = name == std::string{"empty"} ? cluster_state{std::make_shared<string_table>(), 5}
                                                    : make_cluster(size);
    std::uint32_t index = 0;
    for (const auto& [type, bytes] : encode(state)) {
      const auto content = journal::as_text(bytes.data(), bytes.size());
      file +=
          journal::encode_block_header({type, static_cast<std::uint32_t>(bytes.size()), index++, 0}, content);
      file += content;
    }
    write(folder / name, file + journal::encode_snapshot_footer({index, 9, 0, 0, 0})); // put right when read
  }
}

void write_facts(const std::filesystem::path& folder) {
  string_table strings;
  random_facts random{1, strings};
  for (std::size_t kind = 0; kind < std::variant_size_v<fact_body>; ++kind) {
    fact_batch batch;
    random.add(batch, kind);
    fact_encoder encoder;
    std::vector<std::byte> payload(encoder.prepare(batch, batch.facts[0]));
    encoder.write(payload);
    const auto type = static_cast<char>(fact_encoder::type_of(batch.facts[0]));
    if (payload.size() < 600)
      write(folder / ("kind-" + std::to_string(kind)),
            std::string{type}.append(journal::as_text(payload.data(), payload.size())));
  }
}

void write_json(const std::filesystem::path& folder) {
  const std::string pod =
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"cart-1","namespace":"shop","uid":"edafaaa1-d947-484d-a592-23cc10bb10a4","resourceVersion":"7","ownerReferences":[{"kind":"ReplicaSet","apiVersion":"apps/v1","name":"cart","uid":"b4afffbd-b765-4e30-ac9f-c90333dc0043","controller":true}]},"spec":{"nodeName":"n1","containers":[{"name":"main","image":"nginx:1"}]},"status":{"phase":"Running","containerStatuses":[{"name":"main","image":"nginx:1","imageID":"nginx@sha256:ab","containerID":"containerd://cd"}]}})";
  const std::string node =
      R"({"kind":"Node","apiVersion":"v1","metadata":{"name":"n1","uid":"ca4766bf-afb1-4832-abf1-e449725cc142"},"status":{"nodeInfo":{"architecture":"arm64","operatingSystem":"linux"}}})";
  write(folder / "pod", number(0, 1) + number(7, 1) + pod);
  write(folder / "list",
        number(1, 1) + number(30, 1) +
            R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[)" + node + "," +
            pod + "]}\n");
  write(
      folder / "watch",
      number(2, 1) + number(63, 1) + R"({"type":"ADDED","object":)" + pod + "}\n" +
          R"({"type":"DELETED","object":)" + node + "}\n" +
          R"({"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"12"}}})" +
          R"({"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}})");
  const std::string volume_pod =
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"uid":"u","name":"p"},"spec":{"volumes":[{"name":"m","image":{"reference":"weights:4"}},{"name":"e","emptyDir":{}}],"containers":[{"name":"c","image":"i"}]},"status":{"containerStatuses":[{"name":"c","imageID":"d","containerID":"containerd://1","volumeMounts":[{"name":"m","volumeStatus":{"image":{"imageRef":"w@1"}}}]}]}})";
  const std::string odd =
      R"({"metadata":{"ownerReferences":[{}],"name":5},"status":[],"kind":"ConfigMap","apiVersion":"v1"})";
  write(folder / "image-volume", number(0, 1) + number(63, 1) + volume_pod);
  write(folder / "skipped", number(1, 1) + number(63, 1) + odd + R"({"type":"ADDED","object":)" + odd +
                                R"(}{"kind":"List","items":[)" + odd + "," + volume_pod + "]}");
  write(folder / "bounds", number(31, 1) + number(11, 1) +
                               R"({"kind":"Job","metadata":{"name":"a\u0041é","uid":"u"},"x":[[[1]]]} nonsense
{"kind":"PodList","items":[{},null,5],"metadata":{"continue":"c"}})");
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2)
    return 2;
  const std::filesystem::path root{arguments[1]};
  write_journals(root / "journal");
  write_snapshots(root / "snapshot");
  write_facts(root / "facts");
  write_json(root / "json");
  return 0;
}
