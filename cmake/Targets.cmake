# The two kinds of target a folder makes: its library (with the tests beside its code), and tests of their
# own; and more runs of a test program.

# The rooms of src/ and who may include whom: src/rooms.txt, which tests/layout checks the includes by.
set(FLIGHTDECK_ROOMS_FILE "${PROJECT_SOURCE_DIR}/src/rooms.txt")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${FLIGHTDECK_ROOMS_FILE}")
file(STRINGS "${FLIGHTDECK_ROOMS_FILE}" FLIGHTDECK_ROOMS REGEX "^[a-z_]+:")

# flightdeck_room_depends(<room> <variable>): the targets of the rooms that it may include.
function(flightdeck_room_depends room variable)
  set(depends "")
  foreach(line IN LISTS FLIGHTDECK_ROOMS)
    if(line MATCHES "^${room}:(.*)$")
      separate_arguments(rooms UNIX_COMMAND "${CMAKE_MATCH_1}")
      list(TRANSFORM rooms PREPEND "flightdeck::" OUTPUT_VARIABLE depends)
    endif()
  endforeach()
  set(${variable} "${depends}" PARENT_SCOPE)
endfunction()

# flightdeck_library(NAME <room> [SOURCES <.cpp>...] [TESTS <_test.cpp>...] [DEPENDS <flightdeck::...>...]
#                    [LINK <target>...] [TEST_LINK <target>...])
#
# flightdeck::<room>, a static library (an interface one while it has no SOURCES), and, when tests are on, the
# test program <room>_test. It links the rooms that src/rooms.txt lets it include; DEPENDS names those of a
# library that is no room of src/. DEPENDS and LINK are both public.
function(flightdeck_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;TESTS;DEPENDS;LINK;TEST_LINK")
  flightdeck_refuse_unknown(flightdeck_library "${arg_UNPARSED_ARGUMENTS}")
  set(target flightdeck_${arg_NAME})
  flightdeck_room_depends(${arg_NAME} rooms)

  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE flightdeck::compile_options)
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(flightdeck::${arg_NAME} ALIAS ${target})
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} ${scope} ${rooms} ${arg_DEPENDS} ${arg_LINK})

  if(FLIGHTDECK_TESTS AND arg_TESTS)
    flightdeck_test(NAME ${arg_NAME}_test SOURCES ${arg_TESTS} LABELS unit short
      DEPENDS flightdeck::${arg_NAME} LINK ${arg_TEST_LINK})
  endif()
endfunction()

# flightdeck_test(NAME <name> SOURCES <.cpp>... LABELS <label>... [DEPENDS <flightdeck::...>...] [LINK
# <target>...]
#                 [TIMEOUT <seconds>] [RUNS_PROGRAM] [SERIAL])
#
# A GoogleTest program and its one ctest entry: flightdeck_test_program and flightdeck_test_run, by one name.
function(flightdeck_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "RUNS_PROGRAM;SERIAL" "NAME;TIMEOUT" "SOURCES;LABELS;DEPENDS;LINK")
  flightdeck_refuse_unknown(flightdeck_test "${arg_UNPARSED_ARGUMENTS}")
  flightdeck_test_program(NAME ${arg_NAME} SOURCES ${arg_SOURCES} DEPENDS ${arg_DEPENDS} LINK ${arg_LINK}
    RUNS_PROGRAM ${arg_RUNS_PROGRAM})
  flightdeck_test_run(NAME ${arg_NAME} PROGRAM ${arg_NAME} LABELS ${arg_LABELS} TIMEOUT ${arg_TIMEOUT}
    SERIAL ${arg_SERIAL})
endfunction()

# flightdeck_test_program(NAME <name> SOURCES <.cpp>... [DEPENDS <flightdeck::...>...] [LINK <target>...]
#                         [RUNS_PROGRAM <bool>])
#
# RUNS_PROGRAM: it starts the flightdeck program, whose path it gets as FLIGHTDECK_PROGRAM. All get
# FLIGHTDECK_SOURCE_DIR and FLIGHTDECK_BUILD_DIR.
function(flightdeck_test_program)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;RUNS_PROGRAM" "SOURCES;DEPENDS;LINK")
  flightdeck_refuse_unknown(flightdeck_test_program "${arg_UNPARSED_ARGUMENTS}")

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${arg_NAME} PRIVATE
    flightdeck::compile_options ${arg_DEPENDS} ${arg_LINK} GTest::gmock_main)
  flightdeck_test_optimisation(${arg_NAME})
  target_precompile_headers(${arg_NAME} REUSE_FROM flightdeck_test_headers)
  target_compile_definitions(${arg_NAME} PRIVATE
    FLIGHTDECK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FLIGHTDECK_BUILD_DIR="${PROJECT_BINARY_DIR}")
  if(arg_RUNS_PROGRAM)
    add_dependencies(${arg_NAME} flightdeck)
    target_compile_definitions(${arg_NAME} PRIVATE FLIGHTDECK_PROGRAM="${PROJECT_BINARY_DIR}/flightdeck")
  endif()
endfunction()

# A test program's own files are most of what there is to compile: instrumented, they are not optimised
# besides (the libraries are).
function(flightdeck_test_optimisation target)
  if(FLIGHTDECK_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# GoogleTest, parsed once for all test programs.
if(FLIGHTDECK_TESTS)
  add_library(flightdeck_test_headers OBJECT "${CMAKE_CURRENT_LIST_DIR}/test_headers.cpp")
  target_link_libraries(flightdeck_test_headers PRIVATE flightdeck::compile_options GTest::gmock_main)
  target_precompile_headers(flightdeck_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  flightdeck_test_optimisation(flightdeck_test_headers)
endif()

# flightdeck_test_run(NAME <name> PROGRAM <test program> LABELS <label>... [ENVIRONMENT <NAME=value>...]
#                     [TIMEOUT <seconds>] [SERIAL <bool>])
#
# A ctest entry: one run of a test program. Labels: unit, integration or end_to_end (and production); `short`
# besides when it is quick enough to run under the sanitizers too. SERIAL: it needs the machine to itself.
function(flightdeck_test_run)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;PROGRAM;TIMEOUT;SERIAL" "LABELS;ENVIRONMENT")
  flightdeck_refuse_unknown(flightdeck_test_run "${arg_UNPARSED_ARGUMENTS}")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(FLIGHTDECK_SANITIZE) # several times slower
    math(EXPR arg_TIMEOUT "4 * ${arg_TIMEOUT}")
  endif()

  # `./dev test` counts the cases in these XML files, one an entry.
  add_test(NAME ${arg_NAME}
    COMMAND ${arg_PROGRAM} --gtest_output=xml:${PROJECT_BINARY_DIR}/test-results/${arg_NAME}.xml)
  set_tests_properties(${arg_NAME} PROPERTIES
    LABELS "${arg_LABELS}" ENVIRONMENT "${arg_ENVIRONMENT}" TIMEOUT ${arg_TIMEOUT}
    RUN_SERIAL "$<BOOL:${arg_SERIAL}>")
endfunction()

function(flightdeck_refuse_unknown function unknown)
  if(unknown)
    message(FATAL_ERROR "${function}: does not know: ${unknown}")
  endif()
endfunction()
