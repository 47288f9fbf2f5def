// The way to the database: a connection that is made anew after it was lost.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.h"
#include "postgres/connection.h"
#include "postgres/database_watch.h"

namespace flightdeck::postgres {

// Makes a connection usable: settings, statements, a transaction.
using SetUp = std::function<void(Connection& connection, Deadline deadline)>;

// A connection to one of the servers, set up: the one at `first` is tried first, and `first` becomes the one
// that answered. Throws the first ConnectionRefused, else what the last one failed with: they share user,
// password and database.
std::unique_ptr<Connection> connect_to_one(const std::vector<ConnectionSettings>& servers, std::size_t& first,
                                           Deadline all, const SetUp& set_up);

// What a client was told of must survive a crash, so the session's commits wait for the disk, whatever the
// server's own default is. Throws ConnectionRefused when the setting does not stay.
void make_commits_durable(Connection& connection, Deadline deadline);

// Used from one thread at a time.
class Link {
 public:
  // Connects at once and prepares the statements. Throws std::runtime_error in one line, without the
  // password: a ConnectionLost that is no ConnectionRefused when trying again may help. `outages` hears when
  // the connection is lost and cannot be made again at once, and of the first answer that is of use after
  // that. It outlives the link.
  Link(const std::string& url, Purpose purpose, std::vector<Statement> statements, OutageLog& outages);

  // The live connection, made anew when there is none. Throws UnavailableError: at once, without trying,
  // while the last failed attempt is too fresh.
  Connection& connection(Deadline deadline);
  // It is of no more use. The next call of `connection` makes a new one; when that goes well, nobody hears of
  // it.
  void drop(const std::string& reason);
  // The database has done what this link is for. Not every answer is a sign of that: a server that takes no
  // writes lets everybody connect.
  void works();

  // The live connection as it is, or none.
  Connection* live() { return connection_.get(); }

  // `work(connection, deadline)` on a live connection; once more on a fresh one when it turns out dead and
  // time is left. For work that may be done twice. Throws UnavailableError, and what `work` throws of its
  // own.
  template <class Work>
  auto run(std::chrono::milliseconds within, Work work) {
    const Deadline deadline(within);
    for (bool again = false;; again = true) {
      Connection& usable = connection(deadline);
      try {
        if constexpr (std::is_void_v<decltype(work(usable, deadline))>) {
          work(usable, deadline);
          return works();
        } else {
          auto answer = work(usable, deadline);
          works();
          return answer;
        }
      } catch (const ConnectionLost& error) {
        drop(error.what());
        if (!again && !deadline.passed()) continue;
        lose(error.what());
        throw UnavailableError(error.what());
      } catch (const DatabaseError& error) {
        note(error);
        throw RejectedError(error.what());
      }
    }
  }
  // Drops the connection if the error says that this server takes no writes.
  void note(const DatabaseError& error);

 private:
  std::unique_ptr<Connection> connect(Deadline all);
  void put_off();
  void lose(const std::string& reason);

  std::vector<ConnectionSettings> servers_;
  // The one to try first: the last that answered.
  std::size_t server_ = 0;
  Purpose purpose_;
  std::vector<Statement> statements_;
  OutageLog& outages_;
  std::unique_ptr<Connection> connection_;
  std::string dropped_for_;
  // `outages_` knows that this link has lost the database.
  bool away_ = false;
  std::chrono::milliseconds pause_;
  std::chrono::steady_clock::time_point next_attempt_{};
};

}  // namespace flightdeck::postgres
