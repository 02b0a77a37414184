#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

TEST_CASE("every command has help that ends with the exit codes") {
  for (const auto& command :
       {arguments{}, arguments{"ingest"}, arguments{"images"}, arguments{"explain"}, arguments{"scan-result"},
        arguments{"digest"}, arguments{"history"}, arguments{"diff"}, arguments{"journal"},
        arguments{"journal", "stat"}, arguments{"journal", "verify"}, arguments{"journal", "dump"}}) {
    auto given = command;
    given.push_back("--help");
    INFO((command.empty() ? "tallyman" : command.back()));
    CHECK_THAT(run_well(given), Contains("Exit codes: 0 done;"));
  }
  CHECK_THAT(run_well({"--version"}), Catch::Matchers::Matches("tallyman [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_CASE("wrong usage is one line that says where to look, and exit code 2") {
  const scratch folder;
  for (const auto& wrong :
       {arguments{}, arguments{"imagse"}, arguments{"images"}, arguments{"images", "--data", folder / "none"},
        arguments{"images", "--data", folder / "none", "-o", "xml"}, arguments{"journal"},
        arguments{"images", "--data", folder / "none", "--owner", "catalog"},
        arguments{"journal", "stat", folder / "none"},
        arguments{"ingest", "--data", folder / "j", "--time", "yesterday", "-"},
        arguments{"ingest", "--data", folder / "j"},
        arguments{"ingest", "--data", folder / "j", "--threads", "0", "-"},
        arguments{"explain", "--data", folder / "none", ""}}) {
    const auto ended = run(wrong);
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(ended.complained_once());
    CHECK(ended.out.empty());
  }
}

TEST_CASE("a journal of another cluster is refused") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, "--cluster", "one", "-"});
  const auto ended = run({"ingest", "--data", data, "--cluster", "two", "-"});
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("one"));
}

TEST_CASE("history cannot be given up without snapshots, whoever writes the journal") {
  const scratch folder;
  const auto data = folder / "journal";
  for (const arguments& given : {arguments{"ingest", "-"}, arguments{"watch"}}) {
    auto all = given;
    all.insert(all.end(), {"--data", data, "--keep-days", "1", "--snapshot-every", "0"});
    const auto ended = run(all);
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(ended.complained_once());
    CHECK_THAT(ended.err, Contains("need --snapshot-every to be more than 0"));
  }
}

TEST_CASE("files may be called like commands and options") {
  const scratch folder;
  const auto data = folder / "journal";
  for (const auto* name : {"images", "-o", "--relist"}) {
    folder.file(name, "");
    const auto ended =
        run_shell("cd \"$1\" && \"$0\" ingest --data journal -- " + std::string{name}, folder / ".");
    INFO(name << ": " << ended.err);
    CHECK(ended.code == 0);
    CHECK_THAT(ended.out, Contains("0 bytes"));
  }
}

TEST_CASE("a reader that closes the pipe early ends the output, not with an error") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, recording("cluster.ndjson")});
  for (const auto* command :
       {"journal dump \"$1\"", "images --data \"$1\" -o json", "explain --data \"$1\" u"}) {
    const auto ended = run_shell("set -o pipefail; \"$0\" " + std::string{command} + " | head -1", data);
    INFO(command << ": " << ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.err.empty());
    CHECK_FALSE(ended.out.empty());
  }
}

TEST_CASE("a full disk under the output is exit code 3, not silence") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, recording("cluster.ndjson")});
  const auto ended = run_shell("\"$0\" images --data \"$1\" > /dev/full", data);
  CHECK(ended.code == 3);
  CHECK(ended.complained_once());
}

TEST_CASE("an unknown image is exit code 7 with a hint") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, "-"});
  const auto ended = run({"explain", "--data", data, "nobody/knows"});
  CHECK(ended.code == 7);
  CHECK(ended.complained_once());
  CHECK_THAT(ended.err, Contains("tallyman images"));
}

TEST_CASE("a damaged journal is exit code 4 with file and offset, for every command that reads it") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, "--chunk-bytes", "100000", recording("cluster.ndjson")});
  const auto segment = data + "/segments/00000000000000000001.log";
  auto bytes = read_file(segment);
  bytes[3 * 4096 + 200] = static_cast<char>(bytes[3 * 4096 + 200] ^ 1);
  folder.file("journal/segments/00000000000000000001.log", bytes);
  for (const auto& command : {arguments{"images", "--data", data}, arguments{"digest", "--data", data},
                              arguments{"ingest", "--data", data, "-"}, arguments{"journal", "dump", data}}) {
    const auto ended = run(command);
    INFO(command.front() << ": " << ended.err);
    CHECK(ended.code == 4);
    CHECK(ended.complained_once());
    CHECK_THAT(ended.err, Contains("00000000000000000001.log"));
  }
  const auto verified = run({"journal", "verify", data});
  CHECK(verified.code == 4);
  CHECK_THAT(verified.out, Contains("damaged: ") && Contains("sound up to the damage: "));
}

TEST_CASE("the inventory as CSV has one record for each image and owner") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, "--time", "2026-11-23T12:00:00Z", recording("cluster.ndjson")});
  const auto csv = run_well({"images", "-o", "csv", "--data", data, "--owner", "CronJob/batch/sweep"});
  CHECK(csv ==
        "image_id,architecture,name,os,runtime,platform_provisional,owner_kind,owner_namespace,owner_name,"
        "owner_uid,owner_provisional,pods,scan_state,scan_failures,scan_last_error,next_scan_at,scanned_at,"
        "first_seen_at,owner_changed_at,last_seen_at\r\n"
        "busybox:1.36,amd64,busybox:1.36,linux,fakeRuntime,false,CronJob,batch,sweep,"
        "982c8015-4e88-4af0-90bc-31c8545f0010,false,2,pending,0,,,,2026-11-23T12:00:00.000Z,"
        "2026-11-23T12:00:00.000Z,2026-11-23T12:00:00.000Z\r\n");
}
