#include "headroom/http/client/detail/transfer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <new>
#include <span>

#include "headroom/http/client/retry.hpp"
#include "headroom/http/detail/grammar.hpp"
#include "headroom/runtime/name_resolver.hpp"
#include "headroom/runtime/trimmed.hpp"

namespace headroom::http::detail {
namespace {

constexpr std::string_view decided_by_the_connection[] = {
    "host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade"};
/// What another origin than the first must not see.
constexpr std::string_view for_the_first_origin[] = {"authorization", "cookie",
                                                     "proxy-authorization"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(
        names, [&](std::string_view each) { return equal_ignoring_case(name, each); });
}

CURL* new_handle() {
    auto* const made = curl_easy_init();
    if (made == nullptr) throw std::bad_alloc();
    return made;
}

void append(curl_slist*& to, const std::string& line) {
    auto* const longer = curl_slist_append(to, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    to = longer;
}

bool may_go_twice(const client_request& what) {
    return what.idempotent || is_idempotent(what.verb);
}

std::string bracketed(const std::string& address) {
    return address.contains(':') ? "[" + address + "]" : address;
}

}  // namespace

std::string fault_of(const std::vector<own_field>& fields) {
    for (const auto& each : fields) {
        if (!is_token(each.name)) return "a field's name is not a token";
        if (!all_of(each.value, text_char))
            return fmt::format("the value of the field {} has a character that none may have",
                               each.name);
        if (is_one_of(each.name, decided_by_the_connection))
            return fmt::format("the field {} is the connection's", each.name);
    }
    return "";
}

transfer::transfer(std::shared_ptr<curl_sockets> over, const transfer_terms& terms)
    : over_(std::move(over)), terms_(terms), handle_(new_handle()) {
    set_up();
}

transfer::~transfer() {
    over_->remove(handle_, asks_);
    curl_easy_cleanup(handle_);
    curl_slist_free_all(fields_);
    curl_slist_free_all(route_);
}

transfer& transfer::of(CURL* handle) {
    transfer* found = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &found);
    return *found;
}

// ---- what libcurl is told ----

void transfer::set_up() {
    curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, why_);
    curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    // To share a connection that may turn out to speak HTTP/2. Without TLS that shows too late.
    curl_easy_setopt(handle_, CURLOPT_PIPEWAIT, terms_.to.secure ? 1L : 0L);
    curl_easy_setopt(handle_, CURLOPT_MAXAGE_CONN, static_cast<long>(terms_.with.idle_max.count()));
    if (terms_.what.verb != method::head)  // which is told a length and no body
        curl_easy_setopt(handle_, CURLOPT_MAXFILESIZE_LARGE,
                         static_cast<curl_off_t>(terms_.what.body_bytes_max));
    curl_easy_setopt(handle_, CURLOPT_PREREQFUNCTION, &transfer::on_send);
    curl_easy_setopt(handle_, CURLOPT_PREREQDATA, this);
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &transfer::on_body);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &transfer::on_header);
    curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
    set_up_request();
    set_up_tls();
    set_up_route();
}

void transfer::set_up_request() {
    const auto& what = terms_.what;
    curl_easy_setopt(handle_, CURLOPT_URL, terms_.to.url.c_str());
    const bool has_body = !what.body.empty() || what.verb == method::post ||
                          what.verb == method::put || what.verb == method::patch;
    if (has_body) {
        curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(what.body.size()));
        curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, what.body.data());
    }
    const std::string verb(to_string(what.verb));
    if (what.verb == method::head) curl_easy_setopt(handle_, CURLOPT_NOBODY, 1L);
    else curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, verb.c_str());
    bool has_type = false;
    for (const auto& each : what.fields) {
        if (!terms_.authorized && is_one_of(each.name, for_the_first_origin)) continue;
        has_type |= equal_ignoring_case(each.name, "content-type");
        // libcurl takes "Name;" for an empty value.
        append(fields_, each.value.empty() ? each.name + ";" : each.name + ": " + each.value);
    }
    if (what.trace) append(fields_, "traceparent: " + std::string(what.trace.traceparent()));
    if (!what.trace.tracestate().empty())
        append(fields_, "tracestate: " + what.trace.tracestate());
    append(fields_, "Expect:");
    if (!has_type) append(fields_, "Content-Type:");
    curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, fields_);
    curl_easy_setopt(handle_, CURLOPT_USERAGENT, "headroom");
}

void transfer::set_up_tls() {
    curl_easy_setopt(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
    const auto& shown = terms_.what.certificate;
    if (!shown.empty() && terms_.authorized) {
        curl_easy_setopt(handle_, CURLOPT_SSLCERT, shown.certificate_file.c_str());
        curl_easy_setopt(handle_, CURLOPT_SSLKEY, shown.key_file.c_str());
    }
    if (terms_.with.authorities.empty()) return;
    curl_easy_setopt(handle_, CURLOPT_CAINFO, terms_.with.authorities.c_str());
    curl_easy_setopt(handle_, CURLOPT_CAPATH, nullptr);
}

// The addresses stand in libcurl's cache before it would look, so it asks nobody.
void transfer::set_up_route() {
    const auto* const proxy = terms_.proxy;
    curl_easy_setopt(handle_, CURLOPT_PROXY, proxy == nullptr ? "" : proxy->url.c_str());
    curl_easy_setopt(handle_, CURLOPT_NOPROXY, "");  // else libcurl reads no_proxy itself
    if (proxy != nullptr) {
        curl_easy_setopt(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        const auto& credentials = *terms_.proxy_credentials;
        const auto colon = std::min(credentials.find(':'), credentials.size());
        if (!credentials.empty()) {
            curl_easy_setopt(handle_, CURLOPT_PROXYUSERNAME, credentials.substr(0, colon).c_str());
            if (colon < credentials.size())
                curl_easy_setopt(handle_, CURLOPT_PROXYPASSWORD,
                                 credentials.substr(colon + 1).c_str());
        }
    }
    const auto& asked = proxy == nullptr ? terms_.to : *proxy;
    if (addresses_without_asking(asked.host).addresses == std::vector{asked.host})
        return;  // it is an address, and CURLOPT_RESOLVE takes none of IPv6 for a name
    std::vector<std::string> addresses;
    std::ranges::transform(terms_.addresses, std::back_inserter(addresses), bracketed);
    append(route_, fmt::format("+{}:{}:{}", bracketed(asked.host), asked.port,
                               fmt::join(addresses, ",")));
    curl_easy_setopt(handle_, CURLOPT_RESOLVE, route_);
}

void transfer::start(deadline until, std::function<void()> on_end) {
    on_end_ = std::move(on_end);
    until_ = until;
    const auto connect = std::min(until.left(), terms_.with.connect_max);
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(until.left().count()) + 1);
    curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()) + 1);
    over_->add(handle_, asks_);
}

// ---- what it tells ----

// libcurl sends a request again by itself, whatever its method, when a kept connection ended before
// the first byte of an answer: the server may have acted on it, so only what is idempotent may.
int transfer::on_send(void* self, char*, char*, int, int) {
    auto& one = *static_cast<transfer*>(self);
    const bool again = std::exchange(one.begun_, true) && one.sent();
    return again && !may_go_twice(one.terms_.what) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

std::size_t transfer::on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& one = *static_cast<transfer*>(self);
    if (one.answer_.body.size() + size > one.terms_.what.body_bytes_max) {
        one.too_large_ = true;
        return 0;
    }
    one.answer_.body.append(data, size);
    return size;
}

std::size_t transfer::on_header(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<transfer*>(self)->take_header({data, size}) ? size : 0;
}

bool transfer::take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > terms_.with.header_bytes_max) {
        too_large_ = true;
        return false;
    }
    const auto text = trimmed(line);
    if (text.empty()) {
        long status = 0;
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
        head_done_ |= status >= 200;
    }
    if (head_done_ || text.empty()) return true;  // trailers do not become fields
    if (line.starts_with("HTTP/")) {
        answer_.fields.clear();  // of an interim answer
        return true;
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return true;
    own_field made{std::string(text.substr(0, colon)),
                   std::string(trimmed(text.substr(colon + 1)))};
    // libcurl takes the last of several lengths: where the answer ends is anybody's guess.
    const auto length = answer_.field("content-length");
    ambiguous_ = equal_ignoring_case(made.name, "content-length") && !length.empty() &&
                 length != made.value;
    answer_.fields.push_back(std::move(made));
    return !ambiguous_;
}

void transfer::end(CURLcode how) {
    if (std::exchange(ended_, true)) return;
    result_ = how;
    if (on_end_) on_end_();
}

// What a proxy was asked for a tunnel counts among the bytes, and is no request of ours.
bool transfer::sent() const {
    long bytes = 0;
    curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &bytes);
    return begun_ && bytes > 0;
}

unsigned transfer::connects() const {
    long made = 0;
    curl_easy_getinfo(handle_, CURLINFO_NUM_CONNECTS, &made);
    return static_cast<unsigned>(std::max(made, 0L));
}

bool transfer::spoke_http2() const {
    long version = 0;
    curl_easy_getinfo(handle_, CURLINFO_HTTP_VERSION, &version);
    return version == CURL_HTTP_VERSION_2_0;
}

client_answer transfer::take() {
    if (result_ != CURLE_OK)
        throw client_error(fault_of_result(), terms_.to.origin(), why_it_failed(), sent());
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<unsigned>(status);
    answer_.url = terms_.to.url;
    return std::move(answer_);
}

client_fault transfer::fault_of_result() const {
    using enum client_fault;
    if (too_large_) return too_large;
    if (ambiguous_) return malformed;
    switch (result_) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_PROXY: return unreachable;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM: return untrusted;
        case CURLE_OPERATION_TIMEDOUT:
            return sent() || until_.passed() ? overdue : unreachable;  // it did not connect
        case CURLE_OUT_OF_MEMORY:  // also of a line of the head beyond libcurl's 100 KB
            return head_done_ ? broken : too_large;
        case CURLE_FILESIZE_EXCEEDED: return too_large;
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_BAD_CONTENT_ENCODING: return malformed;
        case CURLE_URL_MALFORMAT: return not_allowed;
        default: return sent() ? broken : unreachable;
    }
}

std::string transfer::why_it_failed() const {
    if (too_large_)
        return fmt::format("the answer has more than {} bytes in its {}",
                           head_done_ ? terms_.what.body_bytes_max : terms_.with.header_bytes_max,
                           head_done_ ? "body" : "fields");
    if (ambiguous_) return "the answer has two lengths";
    if (result_ == CURLE_ABORTED_BY_CALLBACK) return "the connection ended before the answer";
    return why_[0] != '\0' ? why_ : curl_easy_strerror(result_);
}

}  // namespace headroom::http::detail
