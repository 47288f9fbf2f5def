#include "payment_mock/mock_payment_book.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace flightdeck::payment_mock {
namespace {

using Entry = MockPaymentBook::Entry;
using payment::PaymentStatus;

BookingId id_of(std::uint64_t number) {
  BookingId id;
  for (std::size_t i = 0; i < 8; ++i) id.value.data()[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

const MockSettings always_pays{.success_rate = 1};
const MockSettings never_pays{.success_rate = 0};

TEST(MockPaymentBook, DecidesOnce) {
  MockPaymentBook book(always_pays);
  EXPECT_EQ(book.open(id_of(1), Money{500}).entry, Entry::opened);
  EXPECT_EQ(book.open(id_of(1), Money{500}).entry, Entry::undecided);
  EXPECT_FALSE(book.find(id_of(1)));
  const auto payment = book.decide(id_of(1));
  EXPECT_EQ(payment.status, PaymentStatus::success);
  EXPECT_EQ(payment.payment_id, payment_id(id_of(1)));
  const auto again = book.open(id_of(1), Money{500});
  EXPECT_EQ(again.entry, Entry::decided);
  ASSERT_TRUE(again.payment);
  EXPECT_EQ(again.payment->payment_id, payment.payment_id);
  ASSERT_TRUE(book.find(id_of(1)));
  EXPECT_EQ(book.find(id_of(1))->amount, Money{500});
}

TEST(MockPaymentBook, RefusesASecondAmount) {
  MockPaymentBook book(always_pays);
  book.open(id_of(1), Money{500});
  EXPECT_EQ(book.open(id_of(1), Money{900}).entry, Entry::other_amount);
  EXPECT_EQ(book.decide(id_of(1)).amount, Money{500});
  EXPECT_EQ(book.open(id_of(1), Money{900}).entry, Entry::other_amount);
  EXPECT_EQ(book.open(id_of(1), Money{500}).payment->amount, Money{500});
}

TEST(MockPaymentBook, RefundsWhatItHasForgottenForWhoeverNamesIt) {
  MockPaymentBook book(always_pays, 1);
  book.open(id_of(1), Money{500});
  book.decide(id_of(1));
  book.open(id_of(2), Money{500});
  book.decide(id_of(2));
  ASSERT_FALSE(book.find(id_of(1)));
  EXPECT_EQ(book.refund(id_of(1)).error().code, ErrorCode::not_found);
  EXPECT_EQ(book.refund(id_of(1), payment_id(id_of(2))).error().code, ErrorCode::not_found);
  EXPECT_EQ(book.refund(id_of(1), payment_id(id_of(1))).value().refund_id, refund_id(id_of(1)));
  EXPECT_FALSE(book.find(id_of(2))) << "it takes no more room";
}

TEST(MockPaymentBook, RefundsWhatWasPaidOnce) {
  MockPaymentBook book(always_pays);
  EXPECT_EQ(book.refund(id_of(1)).error().code, ErrorCode::not_found);
  book.open(id_of(1), Money{500});
  EXPECT_EQ(book.refund(id_of(1)).error().code, ErrorCode::invalid_state);
  book.decide(id_of(1));
  EXPECT_FALSE(book.find(id_of(1))->refunded);
  const auto refund = book.refund(id_of(1));
  ASSERT_TRUE(refund);
  EXPECT_TRUE(book.find(id_of(1))->refunded);
  EXPECT_EQ(book.refund(id_of(1)).value().refund_id, refund->refund_id);
}

TEST(MockPaymentBook, RefundsNothingThatWasNeverPaid) {
  MockPaymentBook book(never_pays);
  book.open(id_of(1), Money{500});
  EXPECT_EQ(book.decide(id_of(1)).status, PaymentStatus::failure);
  EXPECT_EQ(book.refund(id_of(1)).error().code, ErrorCode::invalid_state);
}

TEST(MockPaymentBook, ForgetsTheOldestDecidedOnly) {
  MockPaymentBook book(always_pays, 3);
  // Stays undecided.
  book.open(id_of(1), Money{1});
  for (std::uint64_t i = 2; i <= 10; ++i) {
    book.open(id_of(i), Money{1});
    book.decide(id_of(i));
  }
  EXPECT_FALSE(book.find(id_of(2)));
  EXPECT_FALSE(book.find(id_of(8)));
  EXPECT_TRUE(book.find(id_of(9)));
  EXPECT_TRUE(book.find(id_of(10)));
  EXPECT_EQ(book.open(id_of(1), Money{1}).entry, Entry::undecided);
}

TEST(MockPaymentBook, GivesTheSameVerdictAfterForgetting) {
  MockPaymentBook book({.success_rate = 0.5}, 1);
  std::vector<PaymentStatus> first;
  for (std::uint64_t i = 0; i < 100; ++i) {
    book.open(id_of(i), Money{1});
    first.push_back(book.decide(id_of(i)).status);
  }
  for (std::uint64_t i = 0; i < 99; ++i) {
    ASSERT_EQ(book.open(id_of(i), Money{1}).entry, Entry::opened);
    EXPECT_EQ(book.decide(id_of(i)).status, first[i]);
  }
}

TEST(MockPaymentBook, TakesNoMoreThanItCanWaitFor) {
  MockPaymentBook book(always_pays, 100, 2);
  book.open(id_of(1), Money{1});
  book.open(id_of(2), Money{1});
  EXPECT_EQ(book.open(id_of(3), Money{1}).entry, Entry::refused);
  EXPECT_EQ(book.open(id_of(2), Money{1}).entry, Entry::undecided);
  book.decide(id_of(1));
  book.decide(id_of(1));
  EXPECT_EQ(book.open(id_of(3), Money{1}).entry, Entry::opened);
  EXPECT_EQ(book.open(id_of(4), Money{1}).entry, Entry::refused);
}

TEST(MockPaymentBook, OpensABookingOnceForManyThreads) {
  constexpr std::uint64_t bookings = 2000;
  MockPaymentBook book(always_pays);
  std::atomic<std::uint64_t> opened{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&book, &opened] {
      for (std::uint64_t i = 0; i < bookings; ++i) {
        if (book.open(id_of(i), Money{1}).entry != Entry::opened) continue;
        ++opened;
        book.decide(id_of(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, bookings);
}

}  // namespace
}  // namespace flightdeck::payment_mock
