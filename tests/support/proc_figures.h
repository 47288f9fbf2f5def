// Figures of the kernel about a process of this machine.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace flightdeck::test {

// The number of descriptors that the process has open.
std::size_t open_descriptors(pid_t pid);
// The number of bytes of its memory that are in RAM.
std::size_t resident_bytes(pid_t pid);
// A limit of `usual` bytes for them, widened in a sanitizer's build: it keeps what was freed for a while, and
// notes beside every byte. Even so no process may grow for ever.
std::size_t roomy(std::size_t usual);

// The number of descriptors that this process may have, after raising its limit as far as it may.
std::size_t raise_descriptor_limit();

}  // namespace flightdeck::test
