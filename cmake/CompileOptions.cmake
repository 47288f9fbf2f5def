# flightdeck::compile_options: the warnings and instrumentation of the project's own code.

add_library(flightdeck_compile_options INTERFACE)
add_library(flightdeck::compile_options ALIAS flightdeck_compile_options)

target_compile_options(flightdeck_compile_options INTERFACE
  -Wall -Wextra -Wpedantic
  -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override
  -Wextra-semi -Wformat=2 -Wcast-qual -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wunused
  # A designated initializer leaves members out on purpose.
  -Wno-missing-field-initializers
  # g++ 12 warns of its own std::string inlined (GCC bug 105329), and cannot follow what a coroutine's frame
  # holds.
  -Wno-restrict -Wno-maybe-uninitialized
  $<$<BOOL:${FLIGHTDECK_WERROR}>:-Werror>)

if(FLIGHTDECK_SANITIZE)
  # Every part is instrumented, Boost's too, hence not on the interface target above. Sanitizers change what
  # g++ 12 can see of a coroutine's frame, and these warnings are then false; so is the one about what a class
  # takes from an unnamed namespace, as these presets compile the files of a target a few at a time (a unity
  # build, in half the time).
  add_compile_options(-fsanitize=${FLIGHTDECK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-subobject-linkage)
  add_link_options(-fsanitize=${FLIGHTDECK_SANITIZE})
  if(FLIGHTDECK_SANITIZE MATCHES "thread")
    # Boost.Asio and the standard library use fences, which ThreadSanitizer does not model; g++ says so at
    # each one.
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()
