// Search pages as clients get them, kept in memory while nothing that they are made of changes.
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

// Never changed once it is made.
struct KeptPage {
  std::string body;
  // Of `body`, as tag_of makes it.
  std::string tag;
  // Before the first read.
  ChangeClock::Moment made_at = 0;
  // Of all that it was made of.
  std::vector<ChangeClock::Slot> slots;
  // Then a flight of it departs.
  Instant good_until = Instant::max();
  // False: what it was made of is not known, so it cannot be kept.
  bool whole = true;
  // No flight is on it.
  bool empty = false;
};

// What tells a body from any other: equal for equal ones in every process of this program, in quotes as an
// entity tag.
std::string tag_of(std::string_view body);

// Now, on both clocks.
struct PageTime {
  Instant wall{};
  ChangeClock::SteadyTime steady{};
};

// Nothing that it was made of has changed, and it would be known if it had.
bool is_good(const KeptPage& page, const ChangeClock& changes, PageTime now);

// Slots of a route and of the flights looked at.
std::vector<ChangeClock::Slot> slots_of(const SearchQuery& query, const SearchPage& page);

struct SearchPagesLimits {
  std::size_t pages = limits::search_pages_kept;
  std::size_t bytes = limits::search_page_bytes_kept;
};

// Used from one thread. Those that were asked for longest ago go first, but not for one that was asked for
// less often: however many queries somebody makes up, pages that others ask for stay.
class SearchPages {
 public:
  // `key`: of a process, at random.
  explicit SearchPages(const ChangeClock& changes, SearchPagesLimits limits = {}, HashKey key = {})
      : changes_(changes), limits_(limits), hash_{key}, asks_(limits.pages) {}
  SearchPages(const SearchPages&) = delete;
  SearchPages& operator=(const SearchPages&) = delete;

  // A good page, or null.
  std::shared_ptr<const KeptPage> find(const SearchQuery& query, PageTime now);
  // Not kept when it is not good any more, or too large; when it is for more seats than anybody books; or
  // empty behind a cursor, as behind one that was made up.
  void keep(const SearchQuery& query, std::shared_ptr<const KeptPage> page, PageTime now);

  std::size_t pages() const { return pages_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry;
  // Mixed already.
  struct HashOfHash {
    std::size_t operator()(std::uint64_t hash) const { return hash; }
  };
  // By the hash of its query: of two queries with one hash, which chance hardly ever makes, one is kept.
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
  // The last one first.
  Uses uses_;
  std::size_t bytes_ = 0;
};

}  // namespace flightdeck::flights
