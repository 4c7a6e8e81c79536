#include "headroom/tasks/wire/pickle_opcodes.hpp"

namespace headroom::tasks::opcode {

std::string_view refused_name(std::uint8_t code) noexcept {
    switch (code) {
        case 'c': return "GLOBAL";
        case 0x93: return "STACK_GLOBAL";
        case 'R': return "REDUCE";
        case 'b': return "BUILD";
        case 'i': return "INST";
        case 'o': return "OBJ";
        case 0x81: return "NEWOBJ";
        case 0x92: return "NEWOBJ_EX";
        case 'P': return "PERSID";
        case 'Q': return "BINPERSID";
        case 0x82: return "EXT1";
        case 0x83: return "EXT2";
        case 0x84: return "EXT4";
        case 'S': return "STRING";
        case 'T': return "BINSTRING";
        case 'U': return "SHORT_BINSTRING";
        case 'V': return "UNICODE";
        case 'I': return "INT";
        case 'L': return "LONG";
        case 'F': return "FLOAT";
        case 'g': return "GET";
        case 'p': return "PUT";
        case 'r': return "LONG_BINPUT";
        case 'd': return "DICT";
        case 'l': return "LIST";
        case '0': return "POP";
        case '1': return "POP_MARK";
        case '2': return "DUP";
        case 0x8e: return "BINBYTES8";
        case 0x8f: return "EMPTY_SET";
        case 0x90: return "ADDITEMS";
        case 0x91: return "FROZENSET";
        case 0x96: return "BYTEARRAY8";
        case 0x97: return "NEXT_BUFFER";
        case 0x98: return "READONLY_BUFFER";
        default: return {};
    }
}

}  // namespace headroom::tasks::opcode
