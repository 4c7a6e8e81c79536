# Runs `program`, with a database where `server` and `schema` are given, and compares what it prints,
# line ends aside, with the file `expected`.
execute_process(COMMAND ${server} ${schema} ${program} OUTPUT_VARIABLE printed RESULT_VARIABLE code)
file(READ ${expected} wanted)
string(REPLACE "\r" "" printed "${printed}")
if(NOT code EQUAL 0 OR NOT printed STREQUAL wanted)
  message(FATAL_ERROR "${program} ended with ${code} and printed\n${printed}instead of\n${wanted}")
endif()
