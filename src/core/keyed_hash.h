// A hash of what clients send: SipHash-1-3 over words. A client that does not know the key cannot make up
// inputs that collide.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace flightdeck {

// It is drawn at random when a process starts, and never leaves the process.
struct HashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

// Two sequences of `add` that differ in a value, or in where a text ends, practically never have the same
// hash.
class KeyedHash {
 public:
  explicit KeyedHash(HashKey key)
      : v0_(key.first ^ 0x736f6d6570736575U),
        v1_(key.second ^ 0x646f72616e646f6dU),
        v2_(key.first ^ 0x6c7967656e657261U),
        v3_(key.second ^ 0x7465646279746573U) {}

  KeyedHash& add(std::uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
    ++words_;
    return *this;
  }
  KeyedHash& add(std::string_view text) {
    add(text.size());
    while (!text.empty()) {
      std::uint64_t word = 0;
      const std::size_t size = std::min(text.size(), sizeof word);
      std::memcpy(&word, text.data(), size);
      add(word);
      text.remove_prefix(size);
    }
    return *this;
  }

  std::uint64_t finish() {
    add(words_);
    v2_ ^= 0xffU;
    for (int i = 0; i < 3; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
  std::uint64_t words_ = 0;
};

}  // namespace flightdeck
