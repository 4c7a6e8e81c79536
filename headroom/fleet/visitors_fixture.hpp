// fleet/visitors_fixture.hpp: sessions of others, for the tests.
#pragma once
#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/door.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::fleet {

/// Sessions by their names. On a test's reactor; left before it ends.
class visitors {
public:
    visitors(const std::string& url, std::vector<std::string> names)
        : way_(persistence::parse_connect_info(url).value()), names_(std::move(names)) {}
    task<void> come() {
        for (const auto& each : names_) {
            persistence::connection_options with;
            with.application_name = each;
            open_.push_back(std::make_unique<persistence::connection>(
                *reactor::current(), share_.take().value(), std::move(with)));
            co_await way_.open(*open_.back(), testing::soon());
        }
    }
    task<void> leave() {
        for (auto& each : open_) co_await each->close(testing::soon());
        open_.clear();
    }

private:
    persistence::door way_;
    const std::vector<std::string> names_;
    budget::ledger ledger_{"postgres", 20};
    budget::grant share_ = ledger_.open({"visitors", 20, 0}).value();
    std::vector<std::unique_ptr<persistence::connection>> open_;
};

}  // namespace headroom::fleet
