// testing/part_contract.hpp: what every part of a process must do, as one test.
#pragma once
#include <functional>
#include <memory>

#include "headroom/runtime/part.hpp"

namespace headroom::testing {

/// Fails the running test where a part breaks the contract of runtime/part.hpp: a stop without a
/// start does nothing; a start and two stops leave neither thread nor descriptor behind; so does
/// its destruction without a stop. `make` gives a fresh part each time.
void expect_keeps_contract(const std::function<std::unique_ptr<part>()>& make);

}  // namespace headroom::testing
