// http/read_settings.hpp: the variables an operator sets the server's sizes and waits with.
#pragma once
#include "headroom/http/settings.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::http {

/// Declares and reads them. Faults are kept by the reader, those of faults(settings) among them.
settings read_settings(setting_reader& from);

}  // namespace headroom::http
