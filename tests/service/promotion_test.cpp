// A primary that becomes a standby, is promoted, or is replaced by another under its address.
#include <filesystem>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;

class Promotion : public ::testing::Test {
protected:
    void SetUp() override {
        first_.migrate();
        lead_to(first_);
        network_.emplace(address_.string());
        auto where = first_.addresses();
        where["DATABASE_URL"] = through_network("app");
        where["HEADROOM_PROJECTOR_URL"] = through_network("projector");
        service_.emplace(where);
        ASSERT_TRUE(service_->ready()) << service_->errors();
        service_->make_tenant("acme");
    }

    std::string through_network(const std::string& role) const {
        return "postgresql://" + role + "@127.0.0.1:" + std::to_string(network_->port()) + "/" +
               first_.name();
    }
    /// From now on new connections reach this server.
    void lead_to(served_database& server) {
        std::filesystem::remove(address_);
        std::filesystem::create_symlink(server.server().socket_file(), address_);
    }
    unsigned read() { return service_->get("/v1/tenants/acme/configuration").status; }
    unsigned write() {
        const auto done = service_->put("/v1/tenants/acme/configuration/key",
                                        R"({"type":"integer","value":1})");
        last_ = done.body;
        return done.status;
    }
    bool logged(const std::string& what) { return service_->errors().contains(what); }

    const testing::temp_directory in_;
    const std::filesystem::path address_ = in_.path() / "server";
    served_database first_;
    std::optional<testing::tcp_fault_proxy> network_;
    std::optional<running_service> service_;
    std::string last_;
};

TEST_F(Promotion, AStandbyServesReadsAndWritesOnceItIsPromoted) {
    first_.server().become_standby();
    EXPECT_TRUE(testing::eventually([&] { return read() == 200; }));
    EXPECT_TRUE(testing::eventually([&] { return write() == 503; })) << last_;
    EXPECT_TRUE(testing::eventually([&] { return logged("the server changed its role"); }));
    first_.server().promote();
    EXPECT_TRUE(testing::eventually([&] { return write() == 200; }, 1s)) << last_;
}

TEST_F(Promotion, ThePrimaryThatTakesTheAddressHasTheWritesWithinASecond) {
    served_database second;
    second.migrate();
    second.server().become_standby();
    second.server().promote();
    first_.server().become_standby();
    EXPECT_TRUE(testing::eventually([&] { return read() == 200; }));
    lead_to(second);  // connections that are open stay where they are
    EXPECT_TRUE(testing::eventually([&] { return write() == 404; }, 1s)) << last_;
    EXPECT_TRUE(testing::eventually([&] { return first_.server().backends().empty(); }, 3s));
    service_->make_tenant("acme");
    EXPECT_EQ(write(), 200U) << last_;
}

}  // namespace
}  // namespace headroom::service
