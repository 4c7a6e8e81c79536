#include "headroom/observability/logger.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <boost/assert.hpp>
#include <mutex>

#include "headroom/observability/detail/bounded_writer.hpp"

namespace headroom::observability {
namespace {

spdlog::level::level_enum level_of(severity level) {
    switch (level) {
        case severity::trace:
            return spdlog::level::trace;
        case severity::debug:
            return spdlog::level::debug;
        case severity::info:
            return spdlog::level::info;
        case severity::warn:
            return spdlog::level::warn;
        case severity::error:
            return spdlog::level::err;
        case severity::fatal:
            return spdlog::level::critical;
    }
    return spdlog::level::info;
}

// spdlog's side of a log_sink; the base class serialises the calls.
class line_sink : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit line_sink(log_sink to) : to_(std::move(to)) {}
    std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }
    void count_drop() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }

private:
    void sink_it_(const spdlog::details::log_msg& line) override {
        if (!to_({line.payload.data(), line.payload.size()})) count_drop();
    }
    void flush_() override {}

    const log_sink to_;
    std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace

struct logger::core {
    core(log_options with, redactor hiding)
        : options(std::move(with)),
          hidden(std::move(hiding)),
          sink(std::make_shared<line_sink>(options.sink)),
          out("headroom", sink) {
        out.set_level(level_of(options.least));
        out.set_error_handler([this](const std::string&) { sink->count_drop(); });
    }

    const log_options options;
    const redactor hidden;
    const std::shared_ptr<line_sink> sink;
    spdlog::logger out;
};

logger::logger(log_options options, redactor hiding) {
    BOOST_ASSERT(options.sink && options.now);
    core_ = std::make_shared<core>(std::move(options), std::move(hiding));
}

logger::logger() {
    log_options silent;
    silent.least = severity::fatal;
    silent.sink = [](std::string_view) { return true; };
    core_ = std::make_shared<core>(std::move(silent), redactor());
}

logger logger::within(log_context context) const {
    auto mine = *this;
    mine.context_ = std::move(context);
    return mine;
}

bool logger::wants(severity level) const noexcept { return core_->out.should_log(level_of(level)); }

void logger::report(severity level, std::string_view body,
                    std::span<const attribute> attributes) const noexcept {
    if (!wants(level)) return;
    try {
        const log_record record{core_->options.now(), level, body, attributes};
        const auto line =
            core_->options.format == log_format::json
                ? as_json_line(record, core_->options.identity, context_, core_->hidden)
                : as_console_line(record, context_, core_->hidden);
        core_->out.log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
    } catch (...) {
        core_->sink->count_drop();
    }
}

std::uint64_t logger::dropped() const noexcept { return core_->sink->dropped(); }

log_sink descriptor_sink(int descriptor) {
    auto writer = std::make_shared<detail::bounded_writer>(descriptor, log_wait_ms_max);
    return [writer](std::string_view line) { return writer->write(line); };
}

}  // namespace headroom::observability
