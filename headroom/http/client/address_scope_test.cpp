#include "headroom/http/client/address_scope.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

TEST(AddressScope, PublicAddressesArePublic) {
    for (const auto* each : {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0",
                             "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255",
                             "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
                             "64:ff9b::808:808", "2002:808:808::1"})
        EXPECT_TRUE(is_public_address(each)) << each;
}

TEST(AddressScope, WhatIsOfThisMachineOrItsNetworkIsNot) {
    for (const auto* each :
         {"127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255",
          "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.2.1",
          "198.18.0.1", "198.19.255.255", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::1",
          "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "2001::1", "3fff::1",
          "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1",
          "2002:a00:1::1", "localhost", "", "1.1.1", "127.1"})
        EXPECT_FALSE(is_public_address(each)) << each;
}

TEST(AddressScope, TheOwnMachineIsKnownByNameAndNumber) {
    for (const auto* each : {"localhost", "127.0.0.1", "127.9.9.9", "::1"})
        EXPECT_TRUE(is_own_machine(each)) << each;
    for (const auto* each : {"", "localhost.example", "128.0.0.1", "::2", "127.0.0.1.example"})
        EXPECT_FALSE(is_own_machine(each)) << each;
}

}  // namespace
}  // namespace headroom::http
