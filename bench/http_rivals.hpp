// bench/http_rivals.hpp: other people's servers, giving the same answer as ours.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::bench {

inline constexpr const char* hello_body = R"({"message":"Hello, World!"})";

/// A server in processes of its own, on a port of the loopback, from its construction on.
class http_rival {
public:
    /// Asks it to end: killed, it would leave its workers behind.
    virtual ~http_rival();
    std::uint16_t port() const noexcept { return port_; }
    pid_t pid() const { return process_->pid(); }
    /// User and system time of all its processes so far.
    double cpu_seconds() const;

protected:
    http_rival();
    /// Throws when it does not answer in time.
    void start(const testing::program& what);
    const testing::temp_directory& files() const noexcept { return in_; }

private:
    bool answers() const;

    const testing::temp_directory in_;
    const std::uint16_t port_;
    std::unique_ptr<testing::child_process> process_;
};

/// nginx with as many workers, `return 200`.
class nginx_rival : public http_rival {
public:
    explicit nginx_rival(unsigned workers);
};

/// uvicorn with FastAPI on uvloop and httptools, as many workers.
class fastapi_rival : public http_rival {
public:
    explicit fastapi_rival(unsigned workers);
    static bool installed();
};

}  // namespace headroom::bench
