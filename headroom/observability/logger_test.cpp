#include "headroom/observability/logger.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <thread>

namespace headroom::observability {
namespace {

class Logger : public ::testing::Test {
protected:
    log_options to(std::string& text) {
        log_options options;
        options.sink = [&text](std::string_view line) {
            text += line;
            return true;
        };
        options.now = [] { return std::chrono::system_clock::time_point(); };
        return options;
    }
    std::string text_;
};

TEST_F(Logger, WritesWhatIsSevereEnough) {
    auto options = to(text_);
    options.least = severity::warn;
    const logger log(options, redactor());
    log.info("quiet");
    log.warn("loud", {{"n", 1}});
    EXPECT_FALSE(log.wants(severity::info));
    EXPECT_EQ(text_.find("quiet"), std::string::npos);
    EXPECT_NE(text_.find(R"("body":"loud")"), std::string::npos);
    EXPECT_NE(text_.find(R"("attributes":{"n":1})"), std::string::npos);
}

TEST_F(Logger, GivesARequestItsOwn) {
    const logger log(to(text_), redactor());
    const auto mine = log.within({"req-1", "", "", 0});
    mine.info("a");
    EXPECT_NE(text_.find(R"("request_id":"req-1")"), std::string::npos);
    text_.clear();
    log.info("b");
    EXPECT_EQ(text_.find("request_id"), std::string::npos);
}

TEST_F(Logger, WritesForTheConsoleWhenADeveloperWatches) {
    auto options = to(text_);
    options.format = log_format::console;
    logger(options, redactor()).error("broken", {{"why", "x"}});
    EXPECT_EQ(text_, "00:00:00.000 ERROR broken why=\"x\"\n");
}

TEST_F(Logger, CountsWhatItCannotWriteAndNeverThrows) {
    log_options options;
    options.sink = [](std::string_view) { return false; };
    const logger refusing(options, redactor());
    refusing.info("x");
    EXPECT_EQ(refusing.dropped(), 1U);
    options.sink = [](std::string_view) -> bool { throw std::runtime_error("disk"); };
    const logger throwing(options, redactor());
    throwing.info("x");
    EXPECT_EQ(throwing.dropped(), 1U);
}

TEST_F(Logger, KeepsLinesWholeUnderThreads) {
    const logger log(to(text_), redactor());
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 200; ++n) log.info("hello", {{"n", n}});
        });
    threads.clear();
    std::size_t lines = 0, at = 0;
    for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', at)) {
        EXPECT_TRUE(std::string_view(text_).substr(at, end - at).starts_with("{\"timestamp\""));
        EXPECT_EQ(text_[end - 1], '}');
        at = end + 1;
        ++lines;
    }
    EXPECT_EQ(lines, 800U);
}

class DescriptorSink : public ::testing::Test {
protected:
    DescriptorSink() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
    ~DescriptorSink() override {
        for (const int each : ends_) ::close(each);
    }
    std::string drain() {
        std::string all(1 << 20, '\0');
        ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        std::size_t size = 0;
        for (ssize_t got = 1; got > 0; size += got > 0 ? static_cast<std::size_t>(got) : 0)
            got = ::read(ends_[0], all.data() + size, all.size() - size);
        all.resize(size);
        return all;
    }
    std::array<int, 2> ends_{};
};

TEST_F(DescriptorSink, WritesLines) {
    const auto sink = descriptor_sink(ends_[1]);
    EXPECT_TRUE(sink("one\n"));
    EXPECT_TRUE(sink(std::string(10'000, 'x') + "\n"));
    EXPECT_EQ(drain().size(), 10'005U);
}

TEST_F(DescriptorSink, GivesUpOnAReaderThatDoesNotReadAndComesBackWhenItDoes) {
    const auto sink = descriptor_sink(ends_[1]);
    const auto line = std::string(9'999, 'x') + "\n";
    const auto begin = std::chrono::steady_clock::now();
    int dropped = 0;
    for (int i = 0; i < 100; ++i) dropped += sink(line) ? 0 : 1;
    // Only the first of them waited: ninety times the wait would be seconds.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20 * log_wait_ms_max);
    EXPECT_GT(dropped, 80);
    drain();
    EXPECT_TRUE(sink("after\n"));
    EXPECT_TRUE(drain().ends_with("\nafter\n"));
}

}  // namespace
}  // namespace headroom::observability
