// The service over TLS: served with its certificate, refused with a bad one.
#include <filesystem>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_certificates.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "headroom/testing/tls_client.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

TEST(Https, IsServedAndItsCertificateRenewedUnderIt) {
    served_database database;
    database.migrate();
    const testing::private_certificates first, second;
    const testing::temp_directory files;
    const auto show = [&files](const testing::private_certificates& of) {
        using std::filesystem::copy_file;
        constexpr auto replacing = std::filesystem::copy_options::overwrite_existing;
        copy_file(of.certificate_file(), files.file("certificate.pem"), replacing);
        copy_file(of.key_file(), files.file("key.pem"), replacing);
    };
    show(first);
    auto with = database.addresses();
    with["HEADROOM_HTTP_TLS_CERTIFICATE"] = files.file("certificate.pem");
    with["HEADROOM_HTTP_TLS_KEY"] = files.file("key.pem");
    with["HEADROOM_HTTP_TLS_RELOAD"] = "1s";
    running_service service(with);
    const auto get = [&service](const testing::private_certificates& believed,
                                std::string_view path) {
        testing::tls_client client(service.port(), {.authority = believed.certificate_file()});
        client.send("GET " + std::string(path) +
                    " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return client.rest();
    };
    const auto serves = [&get](const testing::private_certificates& believed) {
        try {
            return get(believed, "/livez").starts_with("HTTP/1.1 200 OK");
        } catch (const std::exception&) {
            return false;  // nobody listens yet, or another certificate is shown
        }
    };
    ASSERT_TRUE(testing::eventually([&] { return serves(first); })) << service.errors();
    EXPECT_NE(get(first, "/metrics").find("\nhttp_server_certificate_end_timestamp_seconds "),
              std::string::npos);
    show(second);
    EXPECT_TRUE(testing::eventually([&] { return serves(second); })) << service.errors();
}

TEST(Https, WithAKeyThatOthersReadIsRefused) {
    served_database database;
    database.migrate();
    const testing::private_certificates own;
    std::filesystem::permissions(own.key_file(), std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    auto with = database.addresses();
    with["HEADROOM_HTTP_TLS_CERTIFICATE"] = own.certificate_file();
    with["HEADROOM_HTTP_TLS_KEY"] = own.key_file();
    const auto ended = run_service(with, {"serve"});
    EXPECT_EQ(ended.code, 78);
    EXPECT_NE(ended.errors.find("key.pem: others may read or change it"), std::string::npos)
        << ended.errors;
}

}  // namespace
}  // namespace headroom::service
