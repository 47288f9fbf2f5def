#include "net/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "core/limits.h"

namespace flightdeck::net {

namespace {

// When the system does not tell.
constexpr std::size_t usual_limit = 1024;

}  // namespace

std::size_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : usual_limit;
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  return descriptor_limit();
}

std::size_t connections_per_thread(std::size_t descriptors, std::size_t threads) {
  const std::size_t kept = descriptors / limits::descriptors_kept_share;
  return std::clamp<std::size_t>((descriptors - kept) / threads, 1, limits::connections_per_thread);
}

std::size_t payment_connections_per_thread(std::size_t descriptors, std::size_t threads) {
  const std::size_t share = descriptors / limits::descriptors_kept_share / 2 / threads;
  return std::clamp<std::size_t>(share, 1, limits::payment_connections_per_thread);
}

}  // namespace flightdeck::net
