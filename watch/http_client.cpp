#include "watch/http_client.hpp"

#include "base/invariant.hpp"
#include "watch/access/http_text.hpp"
#include "watch/resource_path.hpp"
#include "watch/transfer_failure.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace tallyman::watch {

namespace {

using clock = std::chrono::steady_clock;

struct slist_free {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using string_list = std::unique_ptr<curl_slist, slist_free>;

void add(string_list& to, const std::string& line) {
  to.reset(::curl_slist_append(to.release(), line.c_str()));
}

void initialise_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { ::curl_global_init(CURL_GLOBAL_DEFAULT); });
}

} // namespace

class http_client::session {
public:
  session(credentials& who, options chosen) : who_(who), options_(chosen) {
    initialise_curl_once();
    easy_ = ::curl_easy_init();
    multi_ = ::curl_multi_init();
    invariant(easy_ != nullptr && multi_ != nullptr && "libcurl is out of memory");
  }

  ~session() {
    ::curl_easy_cleanup(easy_);
    ::curl_multi_cleanup(multi_);
  }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  http_outcome get(const http_request& request, const head_receiver& on_head, const body_receiver& on_body,
                   const std::stop_token& stop) {
    outcome_ = {};
    on_head_ = &on_head;
    on_body_ = &on_body;
    head_told_ = false;
    auto identity = who_.current();
    if (!identity) {
      outcome_.trouble = http_trouble::identity_;
      outcome_.failure = identity.failure();
      return outcome_;
    }
    if (!set_up(request, *identity))
      return outcome_;
    transfer(request, stop);
    if (outcome_.head.status == 401)
      who_.refused(*identity);
    return outcome_;
  }

private:
  // -- before: options of the transfer --

  bool set_up(const http_request& request, const identity& who) {
    ::curl_easy_reset(easy_);
    headers_.reset();
    connect_to_.reset();
    error_text_[0] = '\0';
    set(CURLOPT_URL, (server_to_ask() + request.path).c_str());
    set(CURLOPT_PROTOCOLS_STR, "https,http");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, error_text_);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_time_max.count()));
    // A peer that died without a word is found within a minute and a half.
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, 30L);
    set(CURLOPT_TCP_KEEPINTVL, 10L);
    set(CURLOPT_USERAGENT, "tallyman");
    set(CURLOPT_HEADERFUNCTION, &session::receive_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &session::receive_body);
    set(CURLOPT_WRITEDATA, this);
    // What a proxy says of itself is no answer of the API server.
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // Empty ones too: else libcurl would read the environment, by rules of its own.
    set(CURLOPT_PROXY, who_.access().proxy.url.c_str());
    set(CURLOPT_NOPROXY, "");
    add(headers_, "Accept: " + request.accept);
    if (!set_identity(who) || !set_impersonation())
      return false;
    set(CURLOPT_HTTPHEADER, headers_.get());
    set_trust();
    return true;
  }

  /// The URL's name is the one that the certificate must have; the connection goes to the real one.
  std::string server_to_ask() {
    const auto& access = who_.access();
    if (access.server_name.empty() || !access.server.starts_with("https:"))
      return access.server;
    const auto real = name_of(access.server);
    const bool is_ipv6 = access.server_name.find(':') != std::string::npos;
    const auto name = is_ipv6 ? "[" + access.server_name + "]" : access.server_name;
    add(connect_to_, fmt::format("{}:{}:{}:{}", name, real.port, real.host, real.port));
    set(CURLOPT_CONNECT_TO, connect_to_.get());
    const auto after_scheme = access.server.find("://") + 3;
    const auto path = std::min(access.server.find('/', after_scheme), access.server.size());
    // What is in front of the API server may go by this name.
    add(headers_, "Host: " + access.server.substr(after_scheme, path - after_scheme));
    return fmt::format("https://{}:{}{}", name, real.port, access.server.substr(path));
  }

  bool refuse_identity(std::string why) {
    outcome_.trouble = http_trouble::identity_;
    outcome_.failure = {error_kind::usage, std::move(why)};
    return false;
  }

  bool set_identity(const identity& who) {
    const auto& access = who_.access();
    const bool has_secret = !who.bearer_token.empty() || !access.user_name.empty();
    const bool is_clear = access.server.starts_with("http:");
    if (has_secret && is_clear && !is_loopback(access.server))
      return refuse_identity(fmt::format(
          "{} is http: the credentials would cross the network for all to read; use https", access.server));
    if (has_secret && is_clear && !access.proxy.empty())
      return refuse_identity(fmt::format("{} is http: {} would read the credentials; use https, or no proxy",
                                         access.server, describe(access.proxy)));
    if (std::any_of(who.bearer_token.begin(), who.bearer_token.end(),
                    [](unsigned char c) { return c < ' ' || c == 0x7f; }))
      return refuse_identity(
          fmt::format("the token of {} holds a line break or another control character", access.source));
    if (!who.bearer_token.empty())
      add(headers_, "Authorization: Bearer " + who.bearer_token);
    else if (!access.user_name.empty()) {
      set(CURLOPT_USERNAME, access.user_name.c_str());
      set(CURLOPT_PASSWORD, access.password.c_str());
    }
    set_pem(CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB, who.certificate);
    set_pem(CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB, who.key);
    return true;
  }

  /// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
  bool set_impersonation() {
    const auto& as = who_.access().as;
    std::vector<std::pair<std::string, std::string>> said;
    const auto say = [&](std::string name, const std::string& value) {
      if (!value.empty())
        said.emplace_back(std::move(name), value);
    };
    say("Impersonate-User", as.user);
    say("Impersonate-Uid", as.uid);
    for (const auto& group : as.groups)
      say("Impersonate-Group", group);
    for (const auto& [key, value] : as.extra)
      say("Impersonate-Extra-" + percent_encoded(lower(key)), value);
    for (const auto& [name, value] : said) {
      if (std::any_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }))
        return refuse_identity(fmt::format("{} of {} holds a line break or another control character", name,
                                           who_.access().source));
      add(headers_, fmt::format("{}: {}", name, value));
    }
    return true;
  }

  void set_trust() {
    const bool skip = options_.insecure_skip_tls_verify;
    set(CURLOPT_SSL_VERIFYPEER, skip ? 0L : 1L);
    set(CURLOPT_SSL_VERIFYHOST, skip ? 0L : 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    // As for kubectl, an https proxy is trusted by the same rules as the server.
    set(CURLOPT_PROXY_SSL_VERIFYPEER, skip ? 0L : 1L);
    set(CURLOPT_PROXY_SSL_VERIFYHOST, skip ? 0L : 2L);
    set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    const auto& authority = who_.access().authority;
    if (authority.empty())
      return;
    // Only the cluster's own authority counts then, none of the system's.
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    set_pem(CURLOPT_CAINFO, CURLOPT_CAINFO_BLOB, authority);
    set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
    set_pem(CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAINFO_BLOB, authority);
  }

  void set_pem(CURLoption file_option, CURLoption blob_option, const text_or_file& pem) {
    if (!pem.text.empty()) {
      curl_blob blob{const_cast<char*>(pem.text.data()), pem.text.size(), CURL_BLOB_COPY};
      set(blob_option, &blob);
    } else if (!pem.file.empty()) {
      set(file_option, pem.file.c_str());
    }
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    [[maybe_unused]] const auto done = ::curl_easy_setopt(easy_, option, value);
    invariant(done == CURLE_OK && "libcurl lacks an option that Debian's has");
  }

  // -- meanwhile --

  void transfer(const http_request& request, const std::stop_token& stop) {
    ::curl_multi_add_handle(multi_, easy_);
    const std::stop_callback wake{stop, [this] { ::curl_multi_wakeup(multi_); }};
    const auto started = clock::now();
    last_byte_at_ = started;
    for (;;) {
      int running = 0;
      ::curl_multi_perform(multi_, &running);
      if (running == 0)
        break;
      const auto now = clock::now();
      const auto silence_max =
          request.silence_max +
          (outcome_.head.status == 0 ? options_.connect_time_max : std::chrono::milliseconds{0});
      if (stop.stop_requested())
        outcome_.trouble = http_trouble::stopped;
      else if (now - last_byte_at_ > silence_max)
        give_up(http_trouble::silent,
                fmt::format("nothing came from {} for {} s", who_.access().server,
                            std::chrono::duration_cast<std::chrono::seconds>(silence_max).count()));
      else if (request.time_max.count() > 0 && now - started > request.time_max)
        give_up(http_trouble::silent,
                fmt::format("{} did not end its answer within {} s", who_.access().server,
                            std::chrono::duration_cast<std::chrono::seconds>(request.time_max).count()));
      if (outcome_.trouble != http_trouble::none)
        break;
      constexpr int look_ms = 1000; // at the clock, if nothing else wakes us
      ::curl_multi_poll(multi_, nullptr, 0, look_ms, nullptr);
    }
    if (outcome_.trouble == http_trouble::none)
      end_transfer(stop);
    ::curl_multi_remove_handle(multi_, easy_);
    if (outcome_.head.status != 0)
      tell_head();
  }

  void give_up(http_trouble trouble, std::string what) {
    outcome_.trouble = trouble;
    outcome_.failure = {error_kind::io, std::move(what)};
  }

  static std::size_t receive_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    static_cast<session*>(self)->take_header({bytes, size * count});
    return size * count;
  }

  void take_header(std::string_view line) {
    last_byte_at_ = clock::now();
    if (line.starts_with("HTTP/")) {
      outcome_.head = {};
      const auto space = line.find(' ');
      const auto code = line.substr(space == std::string_view::npos ? line.size() : space + 1);
      std::from_chars(code.data(), code.data() + code.size(), outcome_.head.status);
      return;
    }
    if (trimmed(line).empty() && outcome_.head.status >= 200)
      tell_head();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
      return;
    const auto name = lower(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    if (name == "content-type") {
      outcome_.head.content_type_full = lower(value);
      outcome_.head.content_type = trimmed(std::string_view{outcome_.head.content_type_full}.substr(
          0, outcome_.head.content_type_full.find(';')));
    } else if (name == "retry-after") {
      outcome_.head.retry_after = parse_retry_after(value);
    }
  }

  static std::size_t receive_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    return static_cast<session*>(self)->take_body({bytes, size * count}) ? size * count
                                                                         : CURL_WRITEFUNC_ERROR;
  }

  bool take_body(std::string_view bytes) {
    tell_head();
    outcome_.bytes_came = true;
    auto taken = (*on_body_)(bytes);
    // Taking them may have waited for the journal: that is no silence of the server.
    last_byte_at_ = clock::now();
    if (!taken) {
      outcome_.trouble = http_trouble::refused;
      outcome_.failure = taken.failure();
    }
    return taken.ok();
  }

  void tell_head() {
    if (!std::exchange(head_told_, true))
      (*on_head_)(outcome_.head);
  }

  // -- after --

  void end_transfer(const std::stop_token& stop) {
    int queued = 0;
    const auto* message = ::curl_multi_info_read(multi_, &queued);
    const auto code = message == nullptr ? CURLE_OK : message->data.result;
    if (code == CURLE_OK)
      return;
    if (stop.stop_requested()) {
      outcome_.trouble = http_trouble::stopped;
      return;
    }
    explain(code);
  }

  void explain(CURLcode code) {
    transfer_failure failure{code, 0, error_text_[0] != '\0' ? error_text_ : ::curl_easy_strerror(code)};
    ::curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
    give_up(trouble_of(failure), describe(failure, who_.access()));
  }

  credentials& who_;
  options options_;
  CURL* easy_ = nullptr;
  CURLM* multi_ = nullptr;
  string_list headers_;
  string_list connect_to_;
  char error_text_[CURL_ERROR_SIZE] = {};
  http_outcome outcome_;
  const head_receiver* on_head_ = nullptr;
  const body_receiver* on_body_ = nullptr;
  bool head_told_ = false;
  clock::time_point last_byte_at_;
};

http_client::http_client(credentials& who, options chosen)
    : session_(std::make_unique<session>(who, chosen)) {}
http_client::~http_client() = default;

http_outcome http_client::get(const http_request& request, const head_receiver& on_head,
                              const body_receiver& on_body, const std::stop_token& stop) {
  return session_->get(request, on_head, on_body, stop);
}

} // namespace tallyman::watch
