// http/client/detail/transfer.hpp: one attempt at one request, as libcurl is told it.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headroom/http/client/client.hpp"
#include "headroom/http/client/detail/curl_sockets.hpp"

namespace headroom::http::detail {

/// All that an attempt needs; what it refers to outlives the transfer.
struct transfer_terms {
    const client_settings& with;
    const client_request& what;
    const web_address& to;
    bool authorized = true;  ///< also fields that only the first origin may see
    std::vector<std::string> addresses{};  ///< of `to`, or of the proxy; the best one first
    const web_address* proxy = nullptr;
    const std::string* proxy_credentials = nullptr;
};

/// "" or what a client must not send: a bad name or value, a field the connection decides on.
std::string fault_of(const std::vector<own_field>& fields);

class transfer {
public:
    transfer(std::shared_ptr<curl_sockets> over, const transfer_terms& terms);
    ~transfer();
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;

    /// Begins; `on_end` is called once, on the reactor. By `until` it has ended.
    void start(deadline until, std::function<void()> on_end);
    bool has_ended() const noexcept { return ended_; }
    /// Whose handle this is.
    static transfer& of(CURL* handle);
    void end(CURLcode how);

    /// Once it has ended: the answer, or client_error. Leaves the transfer empty.
    client_answer take();
    /// The server may have seen the request.
    bool sent() const;
    unsigned connects() const;
    bool spoke_http2() const;
    /// An address was not tried, for want of a unit of our own.
    bool lacked_units() const noexcept { return asks_.refused; }

private:
    static int on_send(void* self, char*, char*, int, int);
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);

    void set_up();
    void set_up_request();
    void set_up_tls();
    void set_up_route();
    bool take_header(std::string_view line);
    client_fault fault_of_result() const;
    std::string why_it_failed() const;

    const std::shared_ptr<curl_sockets> over_;
    const transfer_terms terms_;
    CURL* const handle_;
    curl_sockets::asker asks_;
    deadline until_{deadline::clock::time_point()};
    curl_slist *fields_ = nullptr, *route_ = nullptr;
    std::function<void()> on_end_;
    client_answer answer_;
    std::size_t header_bytes_ = 0;
    bool head_done_ = false, too_large_ = false, ended_ = false;
    bool ambiguous_ = false;
    bool begun_ = false;  // the request was about to be sent
    CURLcode result_ = CURLE_OK;
    char why_[CURL_ERROR_SIZE] = {};
};

}  // namespace headroom::http::detail
