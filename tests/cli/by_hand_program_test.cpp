#include "cli/program.hpp"
#include "cli/recording.hpp"
#include "cli/small_cluster.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

/// As `kubectl get ... -o json` prints it.
std::string kubectl_list(const std::string& items) {
  return R"({"apiVersion":"v1","items":[)" + items +
         R"(],"kind":"List","metadata":{"resourceVersion":""}})"
         "\n";
}

const std::string node = node_json(uid_number(1), "n", "amd64");
const std::string pod = pod_json(uid_number(10), "web-1", "n", "web:1", "web@1",
                                 controlled_by("ReplicaSet", "web-5d9", uid_number(2)));
const std::string replica_set =
    replica_set_json(uid_number(2), "web-5d9", controlled_by("Deployment", "web", uid_number(3)));

/// A journal that knows a node, a ReplicaSet and its pod.
class small_journal {
public:
  small_journal() {
    run_well({"ingest", "--data", data(),
              folder_.file("first.json", kubectl_list(node + "," + replica_set + "," + pod))});
  }

  std::string data() const { return folder_ / "journal"; }

  outcome relist(const std::string& text) const {
    return run({"ingest", "--relist", "--data", data(), folder_.file("list.json", text)});
  }

  std::size_t images() const {
    return nlohmann::json::parse(run_well({"images", "--data", data(), "-o", "json"}))["images"].size();
  }

  outcome ask(arguments what) const {
    what.insert(what.begin() + 1, {"--data", data()});
    return run(what);
  }

private:
  scratch folder_;
};

} // namespace

TEST_CASE("kubectl's empty List empties nothing, and says so") {
  const small_journal journal;
  const auto empty = journal.relist(kubectl_list(""));
  CHECK(empty.code == 0);
  CHECK(empty.complained_once());
  CHECK_THAT(empty.err, Contains("the tally keeps its 1 pod") && Contains("kubectl get --raw /api/v1/pods"));
  CHECK(journal.images() == 1);
}

TEST_CASE("kubectl's List of nodes and pods, of which there are none, keeps the pods, and says so") {
  const small_journal journal;
  const auto nodes = journal.relist(kubectl_list(node));
  CHECK(nodes.code == 0);
  CHECK(nodes.complained_once());
  CHECK_THAT(nodes.err, Contains("the tally keeps its 1 pod"));
  CHECK_THAT(nodes.out, Contains("complete lists of Node: what else was known of these kinds is gone"));
  CHECK(journal.images() == 1);
}

TEST_CASE("the server's own empty list of pods ends them all") {
  const small_journal journal;
  const auto gone =
      journal.relist(R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[]})");
  CHECK(gone.code == 0);
  CHECK(gone.err.empty());
  CHECK(journal.images() == 0);
}

TEST_CASE("an input without lists ends nothing, and says so") {
  const small_journal journal;
  for (const auto& text : {std::string{}, pod}) {
    const auto nothing = journal.relist(text);
    CHECK(nothing.code == 0);
    CHECK(nothing.complained_once());
    CHECK_THAT(nothing.err, Contains("no list is in the input, so nothing counts as gone"));
  }
  CHECK(journal.images() == 1);
}

TEST_CASE("input that was cut, is no UTF-8, or is YAML ends with a hint, and nothing counts as gone") {
  const small_journal journal;
  const auto list = kubectl_list(node + "," + replica_set);
  std::string utf16{"\xff\xfe"};
  for (const char c : list)
    utf16.append(1, c).append(1, '\0');
  const std::vector<std::pair<std::string, std::string>> broken{
      {list.substr(0, list.size() / 2), "the input ends within this list"},
      {utf16, "UTF-16: convert it to UTF-8"},
      {"apiVersion: v1\nitems:\n- kind: Pod\n", "make kubectl print it with -o json"}};
  for (const auto& [text, hint] : broken) {
    const auto ended = journal.relist(text);
    CHECK(ended.code == 1);
    CHECK(ended.complained_once());
    CHECK_THAT(ended.err, Contains(hint));
  }
  CHECK(journal.images() == 1);
}

TEST_CASE("metadata of pods, and tables of them, are counted as what they are and change nothing") {
  const small_journal journal;
  const auto odd = journal.relist(
      R"({"apiVersion":"meta.k8s.io/v1","kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"9"},"items":[)"
      R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"web-1","uid":"u"}}]})"
      R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"9"},"rows":[]})");
  CHECK(odd.code == 0);
  CHECK_THAT(odd.out, Contains("no use for: PartialObjectMetadata.meta.k8s.io 1, Table.meta.k8s.io 1"));
  CHECK(journal.images() == 1);
}

TEST_CASE("a pod that kubectl prints anew without an event stays, with a hint") {
  const scratch folder;
  const auto watched =
      run({"ingest", "--data", folder / "journal", folder.file("watch.json", node + pod + pod)});
  CHECK(watched.code == 0);
  CHECK(watched.complained_once());
  CHECK_THAT(watched.err, Contains("watch.json: byte") && Contains("add --output-watch-events"));
}

TEST_CASE("a ConfigMap with more owners than any object needs is skipped, and the pod behind it is not") {
  const scratch folder;
  std::string owners;
  for (int i = 0; i < 1200; ++i)
    owners += std::string{i == 0 ? "" : ","} + R"({"apiVersion":"v1","kind":"Secret","name":"s","uid":"u"})";
  const auto map =
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","uid":"c","ownerReferences":[)" +
      owners + "]}}";
  const auto text =
      run_well({"ingest", "--data", folder / "journal", folder.file("all.json", node + map + pod)});
  CHECK_THAT(text, Contains("no use for: ConfigMap 1\n") && Contains("the tally holds 1 image, "));
}

TEST_CASE("an owner is found as kubectl spells it, wherever one is named") {
  const small_journal journal;
  for (const auto* owner : {"Deployment/shop/web", "deployment/shop/web", "deploy/web",
                            "deployments.apps/web", "Deployment shop/web"}) {
    INFO(owner);
    const auto images = journal.ask({"images", "--owner", owner, "-o", "csv"});
    CHECK(images.code == 0);
    CHECK_THAT(images.out, Contains("web@1"));
    const auto history = journal.ask({"history", owner});
    CHECK(history.code == 0);
    CHECK_THAT(history.out, Contains("image-gained"));
    const auto explained = journal.ask({"explain", owner});
    CHECK(explained.code == 0);
    CHECK_THAT(explained.out, Contains("Deployment shop/web"));
  }
}

TEST_CASE("an owner or a namespace that nothing matches is not found, rather than an empty table") {
  const small_journal journal;
  for (const auto* owner : {"deploy/shpo/web", "ds/web", "Deployment/shop/wbe"})
    for (const arguments& what :
         {arguments{"images", "--owner", owner}, arguments{"images", "-o", "json", "--owner", owner},
          arguments{"history", owner}, arguments{"explain", owner}}) {
      const auto ended = journal.ask(what);
      CHECK(ended.code == 7);
      CHECK(ended.out.empty());
      CHECK(ended.complained_once());
      CHECK_THAT(ended.err, Contains(owner));
    }
  const auto misspelt = journal.ask({"images", "--namespace", "shpo"});
  CHECK(misspelt.code == 7);
  CHECK_THAT(misspelt.err, Contains("no owner in namespace 'shpo'"));
  const auto elsewhere = journal.ask({"images", "--namespace", "shpo", "--owner", "deploy/web"});
  CHECK(elsewhere.code == 7);
  // That nothing of it is pending is an answer.
  run_well({"scan-result", "--data", journal.data(), "--image-id", "web@1", "--arch", "amd64", "--ok"});
  CHECK(journal.ask({"images", "--pending", "--owner", "deploy/web"}).code == 0);
}

TEST_CASE("an owner's name in two namespaces tells whose each entry is") {
  const small_journal journal;
  CHECK_THAT(journal.ask({"history", "deploy/web"}).out, !Contains("Deployment shop/web"));
  auto elsewhere = nlohmann::json::parse(pod_json(uid_number(11), "web-2", "n", "web:2", "web@2",
                                                  controlled_by("Deployment", "web", uid_number(4))));
  elsewhere["metadata"]["namespace"] = "store";
  const scratch folder;
  run_well({"ingest", "--data", journal.data(), folder.file("pod.json", elsewhere.dump())});
  const auto told = journal.ask({"history", "deploy/web"});
  CHECK_THAT(told.out, Contains("Deployment shop/web") && Contains("Deployment store/web"));
  CHECK_THAT(journal.ask({"history", "deploy/store/web"}).out, !Contains("web@1"));
}

TEST_CASE("owners of one kind, namespace and name are told apart by the group of the kind") {
  const scratch folder;
  const auto data = folder / "journal";
  const auto owned_by = [](std::string_view api_version, unsigned number) {
    return fmt::format(
        R"("ownerReferences":[{{"kind":"Job","apiVersion":"{}","name":"train","uid":"{}","controller":true}}])",
        api_version, uid_number(number));
  };
  run_well(
      {"ingest", "--data", data,
       folder.file("pods.json",
                   node + pod_json(uid_number(10), "a", "n", "batch:1", "batch@1", owned_by("batch/v1", 1)) +
                       pod_json(uid_number(11), "b", "n", "gang:1", "gang@1",
                                owned_by("batch.volcano.sh/v1alpha1", 2)))});
  run_well(
      {"ingest", "--data", data,
       folder.file(
           "job.json",
           R"({"kind":"Job","apiVersion":"batch/v1","metadata":{"namespace":"shop","name":"train","uid":")" +
               uid_number(1) + R"("}})")});
  for (const arguments& what :
       {arguments{"images", "-o", "csv", "--owner"}, arguments{"history"}, arguments{"explain"}}) {
    const auto ask = [&](const std::string& owner) {
      auto given = what;
      given.push_back(owner);
      given.insert(given.begin() + 1, {"--data", data});
      return run_well(given);
    };
    CHECK_THAT(ask("jobs.batch/shop/train"), Contains("batch:1") && !Contains("gang:1"));
    CHECK_THAT(ask("job.v1alpha1.batch.volcano.sh/train"), Contains("gang:1") && !Contains("batch:1"));
    CHECK_THAT(ask("job/train"), Contains("gang:1") && Contains("batch:1"));
  }
}

TEST_CASE("explain shows people ten pods and how to see all of them, and programs all") {
  const small_journal journal;
  std::string pods;
  for (unsigned i = 20; i < 31; ++i)
    pods += pod_json(uid_number(i), fmt::format("web-{}", i), "n", "web:1", "web@1",
                     controlled_by("ReplicaSet", "web-5d9", uid_number(2))) +
            '\n';
  const scratch folder;
  run_well({"ingest", "--data", journal.data(), folder.file("more.json", pods)});
  CHECK_THAT(journal.ask({"explain", "web:1"}).out, Contains("and 2 more pods; --all shows all"));
  CHECK_THAT(journal.ask({"explain", "--all", "web:1"}).out, Contains("web-30") && !Contains("--all"));
  const auto json = nlohmann::json::parse(journal.ask({"explain", "-o", "json", "web:1"}).out);
  CHECK(json.at(0).at("owners").at(0).at("pods").size() == 12);
}
