// tests/eventsourcing/projector.cpp: runs one projection until it is told to stop, or killed.
//
//     test_projector URL WRITERS_URL [DEADLY]
//
// An event whose state is DEADLY, if given, ends the process while it is applied.
#include <cstdlib>

#include "headroom/eventsourcing/projections_fixture.hpp"

namespace {

using namespace headroom;
using namespace headroom::eventsourcing;

class deadly final : public projection {
public:
    explicit deadly(std::string state) : state_(std::move(state)) {}
    std::string_view name() const noexcept override { return inner_.name(); }
    bool wants(std::string_view topic) const noexcept override { return inner_.wants(topic); }
    void apply(const recorded_event& from, effects& to) override {
        if (!state_.empty() && from.state == state_) std::_Exit(EXIT_FAILURE);
        inner_.apply(from, to);
    }
    void clear(effects& to) override { inner_.clear(to); }

private:
    counting inner_;
    const std::string state_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return EXIT_FAILURE;
    std::vector<std::unique_ptr<projection>> all;
    all.push_back(std::make_unique<deadly>(argc > 3 ? argv[3] : ""));
    projector_process process(argv[1], argv[2], std::move(all));
    process.start();
    auto& on = process.database().on();
    while (!headroom::testing::eventually([&] { return on.stop_requested(); })) continue;
    return EXIT_SUCCESS;
}
