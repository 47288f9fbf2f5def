#include "booking/search_flights.h"

#include <utility>

namespace flightdeck::booking {

using flights::KeptPage;
using flights::SearchPage;
using flights::SearchQuery;

flights::PageTime SearchFlights::now() const {
  return {dependencies_.clock.now(), std::chrono::steady_clock::now()};
}

bool SearchFlights::keeps(const flights::PageTime& at) const {
  return dependencies_.changes.hears(at.steady) && !dependencies_.lag.possible(at.steady);
}

SearchFlights::Page SearchFlights::find(const SearchQuery& query) {
  const flights::PageTime at = now();
  if (dependencies_.lag.possible(at.steady)) return nullptr;
  Page page = pages_.find(query, at);
  if (page) dependencies_.counters.search_pages_hits.add();
  return page;
}

Task<SearchFlights::Page> SearchFlights::search(SearchQuery query) {
  const flights::ChangeClock::Moment asked_at = dependencies_.changes.now();
  // What nothing is heard of may have changed since a page under way was read.
  while (keeps(now())) {
    const auto under_way = makings_.find(query);
    if (under_way == makings_.end()) co_return co_await make_for_all(std::move(query));
    const std::shared_ptr<Making> making = under_way->second;
    auto made =
        callback_awaiter<Outcome>([&making](auto done) { making->waiting.push_back(std::move(done)); });
    const Outcome outcome = co_await made;
    if (outcome.failure) std::rethrow_exception(outcome.failure);
    // One that was read before this request came must not hide what changed in between. The next one will do.
    if (outcome.page->made_at >= asked_at || is_good(*outcome.page, dependencies_.changes, now())) {
      dependencies_.counters.search_pages_shared.add();
      co_return outcome.page;
    }
  }
  co_return co_await make(std::move(query));
}

Task<SearchFlights::Page> SearchFlights::make_for_all(SearchQuery query) {
  const auto making = std::make_shared<Making>();
  makings_.emplace(query, making);
  Outcome outcome;
  try {
    outcome.page = co_await make(query);
  } catch (...) {
    outcome.failure = std::current_exception();
  }
  makings_.erase(query);
  if (outcome.page) pages_.keep(query, outcome.page, now());
  for (const auto& tell : making->waiting) tell(outcome);
  if (outcome.failure) std::rethrow_exception(outcome.failure);
  co_return outcome.page;
}

Task<SearchFlights::Page> SearchFlights::make(SearchQuery query) {
  dependencies_.counters.search_pages_misses.add();
  auto made = std::make_shared<KeptPage>();
  made->made_at = dependencies_.changes.now();
  const Instant at = dependencies_.clock.now();
  std::optional<SearchPage> page;
  if (!dependencies_.lag.possible(now().steady)) page = co_await dependencies_.index.search(query, at);
  if (page) {
    made->slots = flights::slots_of(query, *page);
    made->good_until = page->next_departure;
  } else {
    made->whole = false;
    std::function<SearchPage(ledger::LedgerReader&)> from_ledger = [query, at](ledger::LedgerReader& reader) {
      return reader.search(query, at);
    };
    page = co_await ledger::read<SearchPage>(dependencies_.ledger, ledger::ReadKind::list,
                                             std::move(from_ledger));
  }
  made->empty = page->flights.empty();
  made->body = render_(query, *page);
  made->body.shrink_to_fit();
  made->tag = flights::tag_of(made->body);
  co_return Page(std::move(made));
}

}  // namespace flightdeck::booking
