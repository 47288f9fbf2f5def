# Everything from outside comes in here. Debian packages, and Boost's headers, which `./dev setup` puts under
# .deps/.

find_package(Threads REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED) # libpq
find_package(OpenSSL REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
if(FLIGHTDECK_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
if(FLIGHTDECK_TESTS OR FLIGHTDECK_BENCHMARKS)
  find_package(benchmark CONFIG REQUIRED)
endif()

# flightdeck::boost_headers: Boost, header-only. Enough for the light libraries (UUID, System).
find_path(FLIGHTDECK_BOOST_INCLUDE_DIR boost/version.hpp
  HINTS "${PROJECT_SOURCE_DIR}/.deps/boost/usr/include"
  DOC "Boost headers, 1.84 or newer" REQUIRED)
file(STRINGS "${FLIGHTDECK_BOOST_INCLUDE_DIR}/boost/version.hpp" boost_version
  REGEX "^#define BOOST_VERSION [0-9]+")
string(REGEX MATCH "[0-9]+" boost_version "${boost_version}")
if(boost_version LESS 108400) # 1.84: the first release with Boost.Redis
  message(FATAL_ERROR
    "The Boost headers in ${FLIGHTDECK_BOOST_INCLUDE_DIR} are too old (${boost_version}, needs 108400). "
    "`./dev setup` gets newer ones; then remove ${PROJECT_BINARY_DIR}.")
endif()
add_library(flightdeck_boost_headers INTERFACE)
add_library(flightdeck::boost_headers ALIAS flightdeck_boost_headers)
target_include_directories(flightdeck_boost_headers SYSTEM INTERFACE "${FLIGHTDECK_BOOST_INCLUDE_DIR}")
target_compile_definitions(flightdeck_boost_headers INTERFACE BOOST_ALL_NO_LIB)
