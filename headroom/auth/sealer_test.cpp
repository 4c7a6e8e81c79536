#include "headroom/auth/sealer.hpp"

#include <gmock/gmock.h>

namespace headroom::auth {
namespace {

class Sealer : public ::testing::Test {
protected:
    const secret key{std::string(32, 'k')};
    const sealer sessions{key, "session"};
    const secret text{"refresh-token"};
};

TEST_F(Sealer, OpensWhatItSealed) {
    const auto sealed = sessions.seal("one", text);
    EXPECT_EQ(sessions.open("one", sealed).value().text, text);
    EXPECT_FALSE(sessions.open("one", sealed)->by_earlier);
    EXPECT_EQ(sessions.open("one", sessions.seal("one", secret())).value().text, secret());
}

TEST_F(Sealer, ShowsNothingOfIt) {
    const auto sealed = sessions.seal("one", text);
    EXPECT_EQ(sealed.find("refresh"), std::string::npos);
    EXPECT_NE(sealed, sessions.seal("one", text)) << "the same text twice is two texts";
}

TEST_F(Sealer, OpensUnderNoOtherNamePurposeOrKey) {
    const auto sealed = sessions.seal("one", text);
    EXPECT_FALSE(sessions.open("two", sealed));
    EXPECT_FALSE(sealer(key, "state").open("one", sealed));
    EXPECT_FALSE(sealer(secret(std::string(32, 'l')), "session").open("one", sealed));
}

TEST_F(Sealer, OpensNothingThatWasChangedAnywhere) {
    const auto sealed = sessions.seal("one", text);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(sessions.open("one", changed)) << at;
        EXPECT_FALSE(sessions.open("one", sealed.substr(0, at))) << at;
    }
    EXPECT_FALSE(sessions.open("one", sealed + "x"));
}

TEST_F(Sealer, AfterASecretWasReplacedTheOneBeforeStillOpens) {
    const secret next(std::string(32, 'n'));
    const sealer anew({next, key}, "session");
    const auto old = sessions.seal("one", text);
    EXPECT_EQ(anew.open("one", old).value().text, text);
    EXPECT_TRUE(anew.open("one", old)->by_earlier);
    EXPECT_FALSE(anew.open("two", old));
    const auto again = anew.seal("one", text);
    EXPECT_FALSE(anew.open("one", again).value().by_earlier);
    EXPECT_FALSE(sessions.open("one", again)) << "sealed with the new one";
    EXPECT_EQ(sealer(next, "session").open("one", again).value().text, text);
    EXPECT_FALSE(sealer(next, "session").open("one", old)) << "given up";
}

TEST_F(Sealer, ABoundaryBetweenPurposeAndNameIsNotMoved) {
    EXPECT_FALSE(sealer(key, "a").open("bc", sealer(key, "ab").seal("c", text)));
}

}  // namespace
}  // namespace headroom::auth
