"""Law 1 from the other side: every way to open something stands in the one file that leases it."""

import re
import unittest

import tree

# What opens something, and the files in which it may stand.
LISTENER = ["headroom/http/detail/listener.hpp", "headroom/http/detail/listener.cpp",
            "headroom/http/detail/connection.hpp"]
DOORS = {
    r"\bPQ(?:connect(?:db|dbParams|Start|StartParams)|setdbLogin|reset(?:Start)?)\s*\(":
        ["headroom/persistence/detail/dial.cpp"],
    r"\bPQping\w*\s*\(": [],
    r"\bPQcancel\s*\(": ["headroom/persistence/canceller.cpp"],
    r"\bstd::j?thread\b(?!::)|\bpthread_create\s*\(|\bstd::async\b|\bthread_pool\b":
        ["headroom/runtime/leased_thread.hpp", "headroom/runtime/leased_thread.cpp"],
    # the service manager's socket lasts for one datagram, within runtime's margin of descriptors
    r"(?<![\w.>])(?:::)?socket\s*\(\s*A[FI]_|\basync_connect\s*\(":
        ["headroom/runtime/service_manager.cpp"],
    r"(?<![\w.>])::(?:socket|connect)\s*\(":
        ["headroom/fleet/wire.cpp", "headroom/http/client/detail/curl_sockets.cpp",
         "headroom/persistence/redis/detail/stream.cpp", "headroom/runtime/service_manager.cpp"],
    r"\bbasic_(?:\w+_)?socket(?:_acceptor)?\b|\b(?:tcp|udp|stream_protocol)::(?:socket|acceptor)\b":
        LISTENER,
    r"\btcp_(?:socket|acceptor)\s+\w+[({;]": LISTENER,
    r"\bgetaddrinfo\s*\(|\b(?:tcp|udp)::resolver\b|\bbasic_resolver\b":
        ["headroom/runtime/name_resolver.cpp"],
    r"(?<![\w.>])(?:v?fork|popen|posix_spawnp?|system)\s*\(": [],
    r"\bredisConnect": [],
    # every socket of libcurl's is opened in curl_sockets.cpp, by its callback
    r"\bcurl_(?:easy|multi)_init\s*\(": ["headroom/http/client/detail/curl_sockets.cpp",
                                          "headroom/http/client/detail/transfer.cpp"],
    r"\.detach\s*\(\s*\)": [],
}


def product_lines():
    for path in tree.product():
        for number, line in enumerate(tree.lines(path), 1):
            yield path, number, line.split("//")[0]


class Doors(unittest.TestCase):
    def test_nothing_opens_outside_the_file_that_leases_it(self):
        other_doors = [f"{path}:{number}: {line.strip()}"
                       for path, number, line in product_lines()
                       for door, files in DOORS.items()
                       if re.search(door, line) and str(path) not in files]
        self.assertEqual(other_doors, [])

    def test_the_patterns_recognise_each_door(self):
        for opening in ["PQconnectStartParams(keys, values, 0)", "std::thread(run)",
                        "std::jthread worker;", "::socket(AF_INET, SOCK_STREAM, 0)",
                        "::connect(socket, at, size)",
                        "tcp::acceptor door(context);",
                        "asio::basic_stream_socket<tcp, executor> to;",
                        "tcp::socket to(context);", "getaddrinfo(host, port, &hints, &found)",
                        "fork()", "PQcancel(handle, buffer, size)", "worker.detach();"]:
            self.assertTrue(any(re.search(door, opening) for door in DOORS), opening)
        for harmless in ["std::thread::id owner_;", "std::thread::hardware_concurrency()",
                         "socket_.close();", "co_await session.fork_off();"]:
            self.assertFalse(any(re.search(door, harmless) for door in DOORS), harmless)


if __name__ == "__main__":
    unittest.main()
