// Rendered search pages, kept in memory while nothing changes that they were made from.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/keyed_hash.h"
#include "core/limits.h"
#include "flights/ask_counts.h"
#include "flights/change_clock.h"
#include "flights/search.h"

namespace flightdeck::flights {

// Immutable once it is made.
struct KeptPage {
  std::string body;
  // The tag of `body`, made by tag_of.
  std::string tag;
  // The moment before the first read.
  ChangeClock::Moment made_at = 0;
  // The slots of everything that the page was made from.
  std::vector<ChangeClock::Slot> slots;
  // A flight of the page departs then.
  Instant good_until = Instant::max();
  // False: it is not known what the page was made from, so it cannot be kept.
  bool whole = true;
  // The page has no flight.
  bool empty = false;
};

// An entity tag of the body, with its quotes. Equal bodies have equal tags in every process of this program.
std::string tag_of(std::string_view body);

// The current time on both clocks.
struct PageTime {
  Instant wall{};
  ChangeClock::SteadyTime steady{};
};

// Whether nothing has changed that the page was made from, and a change would be known.
bool is_good(const KeptPage& page, const ChangeClock& changes, PageTime now);

// The slots of the query's route and of the flights that were inspected for the page.
std::vector<ChangeClock::Slot> slots_of(const SearchQuery& query, const SearchPage& page);

struct SearchPagesLimits {
  std::size_t pages = limits::search_pages_kept;
  std::size_t bytes = limits::search_page_bytes_kept;
};

// Used from one thread. The page that was requested longest ago makes room, but not for a page that is
// requested less often. Pages that are in demand therefore stay, however many queries a client makes up.
class SearchPages {
 public:
  // `key` is drawn at random for the process.
  explicit SearchPages(const ChangeClock& changes, SearchPagesLimits limits = {}, HashKey key = {})
      : changes_(changes), limits_(limits), hash_{key}, asks_(limits.pages) {}
  SearchPages(const SearchPages&) = delete;
  SearchPages& operator=(const SearchPages&) = delete;

  // A valid page, or null.
  std::shared_ptr<const KeptPage> find(const SearchQuery& query, PageTime now);
  // A page is not kept when it is no longer valid or is too large, when it is for more seats than a booking
  // may have, or when it is empty and behind a cursor, which may be made up.
  void keep(const SearchQuery& query, std::shared_ptr<const KeptPage> page, PageTime now);

  std::size_t pages() const { return pages_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry;
  // The keys are hashes already.
  struct HashOfHash {
    std::size_t operator()(std::uint64_t hash) const { return hash; }
  };
  // Pages by the hash of their query. Of two queries with the same hash, which hardly ever happens, one is
  // kept.
  using Pages = std::unordered_map<std::uint64_t, Entry, HashOfHash>;
  using Uses = std::list<Pages::iterator>;
  struct Entry {
    SearchQuery query;
    std::shared_ptr<const KeptPage> page;
    std::size_t bytes = 0;
    Uses::iterator use;
  };
  void drop(Pages::iterator entry);

  const ChangeClock& changes_;
  const SearchPagesLimits limits_;
  const SearchQueryHash hash_;
  AskCounts asks_;
  Pages pages_;
  // The page that was used last comes first.
  Uses uses_;
  std::size_t bytes_ = 0;
};

}  // namespace flightdeck::flights
