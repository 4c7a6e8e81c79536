#include "headroom/eventsourcing/name_uuid.hpp"

#include <gtest/gtest.h>

namespace headroom::eventsourcing {
namespace {

TEST(NameUuid, IsTheOneOfTheStandard) {  // RFC 9562, appendix A.4
    EXPECT_EQ(to_string(name_uuid(dns_namespace, "www.example.com")),
              "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(NameUuid, DiffersByNameAndBySpace) {
    const auto one = name_uuid(dns_namespace, "a");
    EXPECT_EQ(one, name_uuid(dns_namespace, "a"));
    EXPECT_NE(one, name_uuid(dns_namespace, "b"));
    EXPECT_NE(one, name_uuid(one, "a"));
}

}  // namespace
}  // namespace headroom::eventsourcing
