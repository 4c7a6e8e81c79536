// http/certificate_watch.hpp: looks whether a server's certificate has been renewed.
#pragma once
#include <memory>

#include "headroom/http/certificates.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/runtime/reactor.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::http {

/// A part: looks at the files every tls_settings::reload, in the system pool. New connections then
/// begin with the new ones, and those that are open go on as they are. Files that are no good are
/// reported once; the old ones stay.
class certificate_watch final : public part {
public:
    /// All but the logger outlive the watch.
    certificate_watch(reactor& home, worker_pool& system, certificates& of,
                      observability::logger log);
    ~certificate_watch() override;
    certificate_watch(const certificate_watch&) = delete;
    certificate_watch& operator=(const certificate_watch&) = delete;

    std::string_view name() const noexcept override { return "http.certificates"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

private:
    struct loop;
    const std::shared_ptr<loop> loop_;
};

}  // namespace headroom::http
