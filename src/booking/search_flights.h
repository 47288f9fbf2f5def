// Search: answers from pages in memory, otherwise from the index, or from the ledger while the index is away
// or may lag.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/counters.h"
#include "flights/flight_index.h"
#include "flights/index_lag.h"
#include "flights/search_pages.h"
#include "ledger/ledger.h"

namespace flightdeck::booking {

// There is one instance for each I/O thread, used from that thread only. A page includes every change that
// `changes` knew of when it was requested. However many requests want the same page at once, it is made once.
class SearchFlights {
 public:
  // Renders the body of a page.
  using Render = std::string (*)(const flights::SearchQuery& query, const flights::SearchPage& page);
  using Page = std::shared_ptr<const flights::KeptPage>;
  struct Dependencies {
    flights::FlightSearch& index;
    ledger::Ledger& ledger;
    const Clock& clock;
    const flights::ChangeClock& changes;
    const flights::IndexLag& lag;
    Counters& counters;
    // Drawn at random for the process.
    HashKey hash_key = {};
  };

  SearchFlights(Dependencies dependencies, Render render, flights::SearchPagesLimits limits = {})
      : dependencies_(dependencies),
        render_(render),
        pages_(dependencies.changes, limits, dependencies.hash_key),
        makings_(0, flights::SearchQueryHash{dependencies.hash_key}) {}

  // The page in memory. Null: call `search`.
  Page find(const flights::SearchQuery& query);
  // Never null. Throws UnavailableError, also to requests that waited for a page that could not be made.
  Task<Page> search(flights::SearchQuery query);

 private:
  struct Outcome {
    Page page;
    std::exception_ptr failure;
  };
  // A page that is being made, and the requests that wait for it.
  struct Making {
    std::vector<std::function<void(Outcome)>> waiting;
  };

  flights::PageTime now() const;
  // Whether pages of the index are shared and kept at that time.
  bool keeps(const flights::PageTime& at) const;
  Task<Page> make_for_all(flights::SearchQuery query);
  Task<Page> make(flights::SearchQuery query);

  const Dependencies dependencies_;
  const Render render_;
  flights::SearchPages pages_;
  std::unordered_map<flights::SearchQuery, std::shared_ptr<Making>, flights::SearchQueryHash> makings_;
};

}  // namespace flightdeck::booking
