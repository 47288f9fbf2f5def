#include "flights/search_pages.h"

namespace flightdeck::flights {

namespace {

static_assert(sizeof(std::size_t) == sizeof(std::uint64_t));

// Nodes of the containers and their pointers, about.
constexpr std::size_t entry_bytes = 256;

std::size_t bytes_of(const SearchQuery& query, const KeptPage& page) {
  return entry_bytes + sizeof(KeptPage) + query.source.capacity() + query.destination.capacity() +
         page.body.capacity() + page.tag.capacity() + page.slots.capacity() * sizeof(ChangeClock::Slot);
}

}  // namespace

std::string tag_of(std::string_view body) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t hash = std::hash<std::string_view>{}(body);
  std::string tag(18, '"');
  for (std::size_t i = 1; i <= 16; ++i, hash >>= 4) tag[i] = digits[hash & 15];
  return tag;
}

bool is_good(const KeptPage& page, const ChangeClock& changes, PageTime now) {
  return page.whole && now.wall < page.good_until && changes.hears(now.steady) &&
         changes.unchanged(page.made_at, page.slots);
}

std::vector<ChangeClock::Slot> slots_of(const SearchQuery& query, const SearchPage& page) {
  std::vector<ChangeClock::Slot> slots;
  slots.reserve(page.looked_at.size() + 1);
  slots.push_back(ChangeClock::slot_of_route(route_key(query.source, query.destination, query.date)));
  for (const FlightId flight : page.looked_at) slots.push_back(ChangeClock::slot_of(flight));
  return slots;
}

std::shared_ptr<const KeptPage> SearchPages::find(const SearchQuery& query, PageTime now) {
  const std::uint64_t hash = hash_(query);
  asks_.add(hash);
  const auto found = pages_.find(hash);
  if (found == pages_.end() || found->second.query != query) return nullptr;
  // Out of date for a moment only, while nothing is heard: it may be good again.
  if (!changes_.hears(now.steady)) return nullptr;
  if (!is_good(*found->second.page, changes_, now)) {
    drop(found);
    return nullptr;
  }
  uses_.splice(uses_.begin(), uses_, found->second.use);
  return found->second.page;
}

void SearchPages::keep(const SearchQuery& query, std::shared_ptr<const KeptPage> page, PageTime now) {
  const std::uint64_t hash = hash_(query);
  if (const auto old = pages_.find(hash); old != pages_.end()) drop(old);
  if (query.seats > limits::seats_per_booking_ceiling || (query.after && page->empty)) return;
  const std::size_t bytes = bytes_of(query, *page);
  if (!is_good(*page, changes_, now) || bytes > limits_.bytes || limits_.pages == 0) return;
  const int asked = asks_.of(hash);
  while (pages_.size() >= limits_.pages || bytes_ + bytes > limits_.bytes) {
    if (asks_.of(uses_.back()->first) > asked) return;
    drop(uses_.back());
  }
  const auto entry = pages_.emplace(hash, Entry{query, std::move(page), bytes, {}}).first;
  entry->second.use = uses_.insert(uses_.begin(), entry);
  bytes_ += bytes;
}

void SearchPages::drop(Pages::iterator entry) {
  bytes_ -= entry->second.bytes;
  uses_.erase(entry->second.use);
  pages_.erase(entry);
}

}  // namespace flightdeck::flights
