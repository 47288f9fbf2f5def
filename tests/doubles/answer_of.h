// What a dispatched request is answered in the end.
#pragma once

#include <utility>
#include <variant>

#include "http/dispatcher.h"

namespace flightdeck::test {

inline Task<http::Response> answer_of(http::Dispatch dispatch) {
  if (auto* ready = std::get_if<http::Response>(&dispatch.answer)) co_return std::move(*ready);
  co_return co_await std::get<Task<http::Response>>(std::move(dispatch.answer));
}

}  // namespace flightdeck::test
