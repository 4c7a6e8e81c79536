// command/audit_crowd_fixture.hpp: sessions of other people's programs, for the tests of the audit.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "headroom/persistence/connection.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::command {

inline constexpr std::chrono::seconds crowd_wait_max{10};

/// Clients that other programs might be: connected until destroyed.
class crowd {
public:
    ~crowd() {
        testing::run_on(home_, [&]() -> task<void> {
            for (auto& each : clients_) co_await each->close(deadline::after(crowd_wait_max));
        });
        clients_.clear();
    }
    void join(int times, const std::string& url, const std::string& name,
              const char* statement = nullptr) {
        const auto target = persistence::parse_connect_info(url).value();
        testing::run_on(home_, [&]() -> task<void> {
            for (int i = 0; i < times; ++i) co_await join_one(target, name, statement);
        });
    }

private:
    task<void> join_one(persistence::connect_info target, std::string name, const char* statement) {
        persistence::connection_options options;
        options.application_name = std::move(name);
        options.statement_cache_max = 0;
        auto unit = share_.take().value();
        clients_.push_back(
            std::make_unique<persistence::connection>(home_, std::move(unit), options));
        co_await clients_.back()->open(std::move(target), deadline::after(crowd_wait_max));
        if (statement == nullptr) co_return;
        const auto text = persistence::statement::from_file(statement);
        co_await clients_.back()->run(text, {}, deadline::after(crowd_wait_max));
    }

    budget::ledger ledger_{"postgres", 400};
    budget::grant share_ = ledger_.open({"crowd", 400, 0}).value();
    testing::test_reactor home_;
    std::vector<std::unique_ptr<persistence::connection>> clients_;
};

}  // namespace headroom::command
