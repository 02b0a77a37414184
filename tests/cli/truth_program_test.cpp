// What the commands say of a journal that is not as it should be is what is the matter with it.

#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t block_bytes = 4096;

void overwrite(const std::string& path, std::size_t offset, const std::string& bytes) {
  std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
  file.seekp(static_cast<std::streamoff>(offset));
  file << bytes;
}

struct truth_fixture {
  truth_fixture() {
    run_well({"ingest", "--data", data, "--snapshot-every", "0", recording("cluster.ndjson")});
  }

  std::string segment() const { return data + "/segments/00000000000000000001.log"; }

  scratch folder;
  std::string data = folder / "journal";
};

} // namespace

TEST_CASE_METHOD(truth_fixture,
                 "verify says which slot of the superblock is garbage, though nothing is lost") {
  overwrite(data + "/superblock", block_bytes, std::string(block_bytes, 'x'));
  const auto said = run_well({"journal", "verify", data});
  CHECK_THAT(said,
             Contains("superblock: ") && Contains("/superblock at 4096: ") && Contains("sound: 672 events"));
}

TEST_CASE_METHOD(truth_fixture, "verify counts what is sound in front of damage that a start refuses") {
  const auto whole = read_file(segment());
  const auto last = (whole.find_last_not_of('\0') / block_bytes) * block_bytes;
  overwrite(segment(), last, std::string(64, 'x'));
  const auto ended = run({"journal", "verify", data});
  CHECK(ended.code == 4);
  CHECK_THAT(ended.out, Contains("sound up to the damage: ") && !Contains("damage: 0 events"));
}

TEST_CASE_METHOD(truth_fixture, "a pipe or a device in place of a file is named, and nobody waits for it") {
  const std::string changed = GENERATE("superblock", "lock", "segments/00000000000000000001.log");
  const std::string what = GENERATE("mkfifo", "ln -s /dev/zero");
  const auto path = data + "/" + changed;
  REQUIRE(run_shell("rm -f \"$1\" && " + what + " \"$1\"", path).code == 0);
  for (const auto* command : {"images --data", "journal verify", "journal stat", "ingest - --data"}) {
    INFO(what << " " << changed << ": " << command);
    const auto ended = run_shell("exec timeout -s KILL 10 \"$0\" " + std::string{command} + " \"$1\"", data);
    CHECK(ended.code == 4);
    CHECK_THAT(ended.out + ended.err, Contains(path + ": is no regular file"));
  }
}

TEST_CASE("an interrupted creation is no damage to those who only read, and the next start finishes it") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, "-"});
  std::filesystem::remove(data + "/superblock");
  overwrite(data + "/segments/00000000000000000001.log", block_bytes, std::string(64 * block_bytes, '\0'));
  for (const arguments& given :
       {arguments{"images", "--data", data}, arguments{"journal", "verify", data},
        arguments{"journal", "stat", data}, arguments{"journal", "backup", data, "--to", folder / "copy"}}) {
    const auto ended = run(given);
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(ended.complained_once());
    CHECK_THAT(ended.err, Contains("its making was interrupted"));
  }
}

TEST_CASE_METHOD(truth_fixture,
                 "a copy or a salvaged journal never goes into the directory that it comes of") {
  std::filesystem::create_directory_symlink(data, folder / "other-name");
  for (const std::string command : {"backup", "salvage"})
    for (const std::string to : {"/new", "/segments/new", "/quarantine/../new", "/"}) {
      const auto ended = run({"journal", command, data, "--to", (folder / "other-name") + to});
      INFO(ended.err);
      CHECK(ended.code == 2);
      CHECK(ended.complained_once());
    }
  CHECK_FALSE(std::filesystem::exists(data + "/new"));
}

TEST_CASE_METHOD(truth_fixture, "a journal that is where a copy of it would be in the making is left alone") {
  std::filesystem::create_directory_symlink(data, folder / "other.unfinished");
  for (const std::string command : {"backup", "salvage"})
    for (const std::string to : {"other", "other/", "./other"}) {
      const auto ended = run({"journal", command, data, "--to", folder / to});
      INFO(ended.err);
      CHECK(ended.code == 2);
      CHECK(ended.complained_once());
    }
  run_well({"journal", "verify", data});
}

TEST_CASE_METHOD(truth_fixture, "salvage names the file that it may not read, and the reason") {
  std::filesystem::remove(data + "/superblock");
  std::filesystem::remove(segment());
  std::filesystem::create_symlink("loop.log", segment());
  std::filesystem::create_symlink(segment(), data + "/segments/loop.log");
  const auto ended = run({"journal", "salvage", data, "--to", folder / "new"});
  INFO(ended.err);
  CHECK(ended.code == 3);
  CHECK(ended.complained_once());
  CHECK_THAT(ended.err, Contains("open " + segment() + ": Too many levels of symbolic links"));
}
