#include "headroom/persistence/connect_info.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

namespace headroom::persistence {
namespace {

connect_info parsed(std::string_view url, tls_default tls = tls_default::require) {
    auto info = parse_connect_info(url, tls);
    if (!info) ADD_FAILURE() << url << ": " << info.error().front();
    return info.value_or(connect_info{});
}

std::string faults_of(std::string_view url, tls_default tls = tls_default::require) {
    const auto info = parse_connect_info(url, tls);
    std::string all;
    if (!info)
        for (const auto& each : info.error()) all += each + "\n";
    return all;
}

std::string keyword(const connect_info& info, std::string_view name) {
    const auto list = info.to_keywords("sys/serve/0a1b2c3d/lanes");
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list.keywords()[i] == name) return list.values()[i];
    return "";
}

TEST(ConnectInfo, TakesAUrlApart) {
    const auto info = parsed("postgresql://app:pw@db.example:6543/orders?connect_timeout=3");
    EXPECT_EQ(info.host, "db.example");
    EXPECT_EQ(info.port, 6543U);
    EXPECT_EQ(info.user, "app");
    EXPECT_EQ(info.password, secret("pw"));
    EXPECT_EQ(info.database, "orders");
    EXPECT_EQ(info.options.at("connect_timeout"), "3");
}

TEST(ConnectInfo, DecodesEveryPart) {
    const auto info = parsed("postgres://a%40b:p%2Fw%3A%25@h/d%20b");
    EXPECT_EQ(info.user, "a@b");
    EXPECT_EQ(info.password.reveal(), "p/w:%");
    EXPECT_EQ(info.database, "d b");
    EXPECT_EQ(info.port, 5432U);
}

TEST(ConnectInfo, KnowsASocketDirectoryInEitherPlace) {
    for (const auto* url :
         {"postgresql://app@%2Frun%2Fpg/db", "postgresql://app@/db?host=/run/pg"}) {
        const auto info = parsed(url);
        EXPECT_EQ(info.host, "/run/pg");
        EXPECT_TRUE(info.is_unix_socket() && info.is_local() && info.has_address());
    }
}

TEST(ConnectInfo, TakesANumericHostAsItsAddress) {
    EXPECT_EQ(parsed("postgres://u@10.0.0.7/d").hostaddr, "10.0.0.7");
    const auto six = parsed("postgres://u@[2001:db8::1]:5433/d");
    EXPECT_EQ(six.hostaddr, "2001:db8::1");
    EXPECT_EQ(six.port, 5433U);
    EXPECT_FALSE(parsed("postgres://u@db.example/d").has_address());
}

TEST(ConnectInfo, NeverConnectsTwiceBehindOneLease) {
    EXPECT_NE(faults_of("postgres://u@h/d?sslmode=prefer").find("second time"), std::string::npos);
    EXPECT_NE(faults_of("postgres://u@h/d?sslmode=allow").find("second time"), std::string::npos);
    EXPECT_NE(faults_of("postgres://u@h/d?gssencmode=prefer").find("gssencmode"),
              std::string::npos);
    EXPECT_NE(faults_of("postgres://u@a,b/d").find("one host only"), std::string::npos);
    EXPECT_NE(faults_of("postgres://u@h/d?host=a,b").find("one host only"), std::string::npos);
    EXPECT_EQ(keyword(parsed("postgres://u@h/d"), "gssencmode"), "disable");
}

TEST(ConnectInfo, EncryptsOffThisMachineByDefault) {
    EXPECT_EQ(parsed("postgres://u@db.example/d").options.at("sslmode"), "require");
    EXPECT_EQ(parsed("postgres://u@127.0.0.1/d").options.at("sslmode"), "disable");
    EXPECT_EQ(parsed("postgres://u@localhost/d").options.at("sslmode"), "disable");
    EXPECT_EQ(parsed("postgres://u@db.example/d?sslmode=disable").options.at("sslmode"), "disable");
}

TEST(ConnectInfo, VerifiesTheServerInProduction) {
    const auto tls = tls_default::verify_full;
    EXPECT_EQ(parsed("postgres://u@db.example/d", tls).options.at("sslmode"), "verify-full");
    EXPECT_EQ(parsed("postgres://u@[::1]/d", tls).options.at("sslmode"), "disable");
    EXPECT_NE(faults_of("postgres://u@db.example/d?sslmode=disable", tls), "");
}

TEST(ConnectInfo, TakesANameThatOnlyClaimsToBeLocalForRemote) {
    auto info = parsed("postgres://u@localhost/d?hostaddr=10.0.0.1");
    EXPECT_FALSE(info.is_local());
    EXPECT_EQ(info.options.at("sslmode"), "require");
}

TEST(ConnectInfo, ReportsAllFaultsOfAUrlAtOnce) {
    const auto faults = faults_of("postgres://h:70000/?sslmod=require&sslmode=maybe");
    for (const auto* each : {"port"}) EXPECT_NE(faults.find(each), std::string::npos) << faults;
    const auto later = faults_of("postgres://h/?sslmod=require&sslmode=maybe");
    for (const auto* each :
         {"a user is missing", "a database is missing", "did you mean sslmode?", "sslmode must be"})
        EXPECT_NE(later.find(each), std::string::npos) << later;
}

TEST(ConnectInfo, RefusesWhatIsNoUrl) {
    for (const auto* each : {"", "app", "mysql://u@h/d", "postgresql+asyncpg://u@h/d",
                             "postgres://u@[::1/d", "postgres://u@h:/d#x", "postgres://u@h:12x/d",
                             "postgres://u:%zz@h/d", "postgres://u:%00@h/d", "postgres://u:%4@h/d",
                             "postgres://u@h/d?sslmode", "postgres://u@h/d?sslkey=a&sslkey=b",
                             "postgres://u@h/d?service=x", "postgres://u@h/d?passfile=x"})
        EXPECT_NE(faults_of(each), "") << each;
    EXPECT_NE(faults_of(std::string("postgres://") + std::string(url_bytes_max, 'u')), "");
}

TEST(ConnectInfo, NeverShowsThePassword) {
    const std::string canary = "c4n4ry pa%ss";
    const std::string encoded = "c4n4ry%20pa%25ss";
    const auto info = parsed("postgres://u:" + encoded + "@h/d");
    std::ostringstream out;
    out << info.password << info.describe() << fmt::format("{}", info.password);
    EXPECT_EQ(out.str().find("c4n4ry"), std::string::npos);
    EXPECT_EQ(faults_of("postgres://u:" + canary + "%@h:99999/d").find("c4n4ry"),
              std::string::npos);
    EXPECT_EQ(faults_of("postgres://u:pw@h/d?sslpasword=" + encoded).find("c4n4ry"),
              std::string::npos);
}

TEST(ConnectInfo, HandsEverythingToLibpqExplicitly) {
    const auto info = parsed("postgres://u:p%40w@10.0.0.7:5433/d?application_name=mine");
    EXPECT_EQ(keyword(info, "host"), "10.0.0.7");
    EXPECT_EQ(keyword(info, "hostaddr"), "10.0.0.7");
    EXPECT_EQ(keyword(info, "port"), "5433");
    EXPECT_EQ(keyword(info, "password"), "p@w");
    EXPECT_EQ(keyword(info, "dbname"), "d");
    EXPECT_EQ(keyword(info, "application_name"), "sys/serve/0a1b2c3d/lanes");
    EXPECT_EQ(keyword(info, "client_encoding"), "UTF8");
    EXPECT_EQ(keyword(info, "target_session_attrs"), "any");
    const auto list = info.to_keywords("x");
    EXPECT_EQ(list.keywords()[list.size()], nullptr);
    EXPECT_EQ(list.values()[list.size()], nullptr);
}

}  // namespace
}  // namespace headroom::persistence
