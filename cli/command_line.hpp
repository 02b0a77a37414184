#pragma once

#include "base/result.hpp"
#include "cli/exit_code.hpp"
#include "views/output.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace tallyman::cli {

// What the commands need of CLI11, whose headers take half a minute to compile: command_line.cpp alone sees
// them.

/// A command with its arguments, ready to run. What it has to say goes to `out`; the caller flushes it, shows
/// a failure on standard error and turns it into an exit code.
using command = std::function<result<exit_code>(output& out)>;

/// The rules of one option or argument. Valid as long as its `command_line`.
class command_option {
public:
  explicit command_option(CLI::Option* inner) : inner_(inner) {}

  const command_option& required() const;
  /// How --help names the value.
  const command_option& type_name(const std::string& name) const;
  const command_option& one_of(std::initializer_list<std::string> allowed) const;
  const command_option& range(std::uint64_t least, std::uint64_t most) const;
  const command_option& range(double least, double most) const;
  /// A name that ends up in texts: UTF-8 without control characters, at most `bytes_max` bytes.
  const command_option& name(std::size_t bytes_max) const;
  /// A number of bytes above 0 with a unit such as 500MB (powers of 1,000) or 20GiB.
  const command_option& byte_size() const;
  /// `why_not` says what is wrong with a value; nothing is, if it is empty.
  const command_option& check(std::function<std::string(const std::string&)> why_not) const;
  /// Several values may be given at once, with commas between them.
  const command_option& comma_separated() const;

private:
  CLI::Option* inner_;
};

/// One command, or one of a command. Valid as long as its `command_line`; whatever the variables given to it
/// belong to must outlive the parsing.
class subcommand {
public:
  subcommand(CLI::App* inner, command* chosen) : inner_(inner), chosen_(chosen) {}

  subcommand add_subcommand(const std::string& name, const std::string& about) const;
  /// Names as "-o,--output"; without a dash it is an argument. An empty value is refused: it is a mistake,
  /// most often of a shell variable that is not set.
  command_option add_option(const std::string& names, std::string& into, const std::string& help) const;
  command_option add_option(const std::string& names, std::vector<std::string>& into,
                            const std::string& help) const;
  command_option add_option(const std::string& names, std::uint64_t& into, const std::string& help) const;
  command_option add_option(const std::string& names, double& into, const std::string& help) const;
  void add_flag(const std::string& names, bool& into, const std::string& help) const;
  /// What --help says in front of the exit codes.
  void footer(const std::string& text) const;
  /// What to do if this is the command that was given.
  void run(command what) const;
  /// One of its subcommands has to be given.
  void require_subcommand() const;

private:
  CLI::App* inner_;
  command* chosen_;
};

/// The whole command line of the program.
class command_line {
public:
  command_line(const std::string& name, const std::string& about, const std::string& version);
  ~command_line();
  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  subcommand root() noexcept { return {inner_.get(), &chosen_}; }

  /// Text to print, as for --help.
  struct answer {
    std::string text;
  };
  /// The command to run, an answer to print instead, or what is wrong, of kind usage.
  result<std::variant<command, answer>> parse(int argc, const char* const* argv);

private:
  std::unique_ptr<CLI::App> inner_;
  command chosen_;
};

} // namespace tallyman::cli
