// What this process may hold of descriptors, and how many of them connections of clients may take.
#pragma once

#include <cstddef>

namespace flightdeck::net {

// Descriptors that this process may hold.
std::size_t descriptor_limit();
// The same, after raising it as far as the process may. Before there are threads that open any.
std::size_t raise_descriptor_limit();

// Connections that each I/O thread may take from clients, at most limits::connections_per_thread and at least
// 1: a part of the descriptors stays for database, Redis, payments and files, however many peers hold on to
// theirs.
std::size_t connections_per_thread(std::size_t descriptors, std::size_t threads);

// Connections to the payment service that each I/O thread may have, at most
// limits::payment_connections_per_thread and at least 1: half of the part that clients leave, so that
// database and Redis have theirs however silent it is.
std::size_t payment_connections_per_thread(std::size_t descriptors, std::size_t threads);

}  // namespace flightdeck::net
