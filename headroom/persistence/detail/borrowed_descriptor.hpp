// persistence/detail/borrowed_descriptor.hpp: readiness of a socket that libpq owns.
#pragma once
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "headroom/runtime/task.hpp"

namespace headroom::persistence::detail {

/// Waits on a descriptor it never closes: libpq opened it and PQfinish closes it. libpq may also
/// close it at any step and open another under the same number, so it is lent for one wait or for
/// as long as nobody but the connection touches it.
class borrowed_descriptor {
public:
    using stream = boost::asio::posix::basic_stream_descriptor<executor>;

    explicit borrowed_descriptor(const executor& on) : stream_(on) {}
    ~borrowed_descriptor() { give_back(); }
    borrowed_descriptor(const borrowed_descriptor&) = delete;
    borrowed_descriptor& operator=(const borrowed_descriptor&) = delete;

    void borrow(int descriptor) {
        give_back();
        stream_.assign(descriptor);
    }
    /// Waits under way end with operation_aborted.
    void give_back() noexcept {
        if (stream_.is_open()) stream_.release();
    }
    bool is_open() const noexcept { return stream_.is_open(); }
    stream* operator->() noexcept { return &stream_; }

private:
    stream stream_;
};

}  // namespace headroom::persistence::detail
