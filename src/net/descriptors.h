// How many file descriptors this process may have, and how they are shared out.
#pragma once

#include <cstddef>

namespace flightdeck::net {

// How many descriptors this process may have.
std::size_t descriptor_limit();
// The same, after raising it to the hard limit. Call it before any thread opens descriptors.
std::size_t raise_descriptor_limit();

// How many client connections each I/O thread may have, from 1 to limits::connections_per_thread. A part of
// the descriptors is kept for the database, Redis, payments and files, however many connections clients keep
// open.
std::size_t connections_per_thread(std::size_t descriptors, std::size_t threads);

// How many connections to the payment service each I/O thread may have, from 1 to
// limits::payment_connections_per_thread. It is half of the part that is kept from clients, so that a silent
// payment service leaves enough for the database and Redis.
std::size_t payment_connections_per_thread(std::size_t descriptors, std::size_t threads);

}  // namespace flightdeck::net
