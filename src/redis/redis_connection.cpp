#include "redis/redis_connection.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/redis/connection.hpp>
#include <deque>
#include <functional>
#include <span>
#include <utility>

#include "redis/keys.h"
#include "redis/pipeline.h"
#include "redis/push_reader.h"
#include "redis/refusal_log.h"
#include "redis/refusals.h"
#include "redis/scripts.h"

namespace flightdeck::redis {

namespace asio = boost::asio;
using Time = std::chrono::steady_clock::time_point;
using ErrorCodeOf = boost::system::error_code;
using Answer = std::optional<Replies>;

namespace {

// The system's certificates, or those that SSL_CERT_FILE and SSL_CERT_DIR name.
asio::ssl::context trusting_context() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  // Then no certificate is trusted.
  ErrorCodeOf none_found;
  context.set_default_verify_paths(none_found);
  return context;
}

// The same one, not read again from disk.
asio::ssl::context share(asio::ssl::context& context) {
  SSL_CTX_up_ref(context.native_handle());
  return asio::ssl::context(context.native_handle());
}

// One connection from its first packet to its end. Never used again after that: Boost's object remembers a
// refused HELLO for ever. Kept alive by what it has under way.
struct Session {
  Session(asio::io_context& context, const RedisEndpoint& endpoint, asio::ssl::context& tls)
      : link(context, share(tls)), end_again(context) {
    config.use_ssl = endpoint.tls;
    config.addr = {endpoint.host, std::to_string(endpoint.port)};
    config.username = endpoint.user.empty() ? "default" : endpoint.user;
    config.password = endpoint.password;
    config.clientname = "flightdeck";
    config.database_index.reset();
    config.resolve_timeout = limits::redis_connect_deadline;
    config.connect_timeout = limits::redis_connect_deadline;
    config.ssl_handshake_timeout = limits::redis_connect_deadline;
    config.health_check_interval = Time::duration::zero();
    config.reconnect_wait_interval = Time::duration::zero();
    if (!endpoint.tls) return;
    auto& stream = link.next_layer();
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(endpoint.host));
    ErrorCodeOf not_an_address;
    asio::ip::make_address(endpoint.host, not_an_address);
    if (!not_an_address) return;
    std::string name = endpoint.host;
    SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }

  boost::redis::config config;
  PushReader pushes;
  boost::redis::connection link;
  asio::steady_timer end_again;
  // It was up.
  bool proven = false;
  bool ended = false;
};

// Boost's cancel gets lost when it falls between two steps of connecting: it is repeated until it worked.
void end(const std::shared_ptr<Session>& session) {
  if (session->ended) return;
  session->link.cancel();
  session->end_again.expires_after(limits::redis_end_retry);
  session->end_again.async_wait([session](const ErrorCodeOf&) { end(session); });
}

// Boost reads no further while 256 pushes wait to be received, so they are, though all was said by then.
void receive_pushes(const std::shared_ptr<Session>& session) {
  session->link.async_receive([session](const ErrorCodeOf& error, std::size_t) {
    if (error) return;
    for (ErrorCodeOf none_left; !none_left;) session->link.receive(none_left);
    receive_pushes(session);
  });
}

// A call under way. Its commands belong to the waiting coroutine, and are not touched once it has its answer.
struct Call {
  std::span<const Command> commands;
  // Empty: it has its answer.
  std::function<void(Answer)> done;
  Time deadline{};
  // Seen so once.
  bool overdue = false;
};

struct Batch {
  Pipeline pipeline;
  std::vector<std::shared_ptr<Call>> calls;
  // That it was sent on.
  std::shared_ptr<Session> session;
};

constexpr const char* credentials_refused = "user or password refused";

std::string why_ended(const Session& session, const ErrorCodeOf& error) {
  if (!error) return "connection broken";
  // Boost ended it on its own: before it has proven itself, since HELLO was refused.
  const bool aborted = error == asio::error::operation_aborted || error == boost::redis::error::resp3_hello;
  if (!aborted) return error.message();
  return session.proven ? "connection broken" : credentials_refused;
}

std::string complaint_of(std::span<const Reply> replies) {
  for (const Reply& reply : replies) {
    // Said to all that follows a HELLO it refused.
    if (reply.is_error("NOAUTH")) return credentials_refused;
    // A PING is refused with the writes.
    if (reply.is_error("MISCONF")) continue;
    if (reply.kind == Reply::Kind::error) return reply.text;
  }
  return {};
}

}  // namespace

struct RedisConnection::Impl : std::enable_shared_from_this<Impl> {
  enum class State { idle, connecting, up, doubtful, waiting, closed };

  Impl(asio::io_context& io, RedisEndpoint where, Log& log_to, Milliseconds deadline_of_calls)
      : context(io), endpoint(std::move(where)), log(log_to), call_deadline(deadline_of_calls) {}

  asio::io_context& context;
  const RedisEndpoint endpoint;
  Log& log;
  const Milliseconds call_deadline;

  KeyWatcher* watcher = nullptr;
  std::optional<Command> watch_command;
  flights::IndexLag* lag = nullptr;

  asio::ssl::context tls{endpoint.tls ? trusting_context()
                                      : asio::ssl::context(asio::ssl::context::tls_client)};
  State state = State::idle;
  // While connecting, up or doubtful.
  std::shared_ptr<Session> session;
  std::uint64_t generation = 0;
  // When the state was entered.
  Time since{};
  Time last_answer{};
  Milliseconds pause = limits::redis_reconnect_first;
  bool told_lost = false;
  asio::steady_timer reconnect{context};
  asio::steady_timer pulse{context};

  // By deadline; answered ones may be left among them.
  std::deque<std::shared_ptr<Call>> calls;
  std::deque<std::shared_ptr<Call>> unsent;
  std::size_t under_way = 0;
  bool send_posted = false;
  bool alarm_set = false;
  asio::steady_timer alarm{context};
  const std::vector<Command> ping{Command("PING")};

  Refusals refusals;
  std::unique_ptr<RefusalLog> own_refusal_log = std::make_unique<RefusalLog>(log);
  RefusalLog* refusal_log = own_refusal_log.get();
  // And `refusal_log` knows.
  bool refused = false;
  // And `lag` knows.
  bool refusal_lags = false;
  // Why it is not up.
  bool left_a_replica = false;
  std::vector<Command> try_one_write{Command("PING")};
  std::vector<Command> try_every_command{Command("PING")};
  const std::vector<Command> load_look{Command("SCRIPT").add("LOAD").add(try_commands_script.text)};
  bool looks_now = false;

  void enter(State next) {
    if (lag && next == State::doubtful) lag->begin();
    if (lag && state == State::doubtful) lag->end();
    state = next;
    since = std::chrono::steady_clock::now();
  }

  // --- the connection ---

  void connect() {
    enter(State::connecting);
    session = std::make_shared<Session>(context, endpoint, tls);
    if (watcher) {
      session->pushes.deliver_to(watcher);
      session->link.set_receive_response(session->pushes);
      receive_pushes(session);
    }
    // Boost sends its HELLO before what waits for the connection.
    prove(session, true);
    session->link.async_run(session->config, boost::redis::logger(boost::redis::logger::level::disabled),
                            [self = shared_from_this(), mine = session](const ErrorCodeOf& error) {
                              mine->ended = true;
                              mine->end_again.cancel();
                              // What it still waits for.
                              mine->link.cancel();
                              if (mine != self->session) return;
                              self->lose(why_ended(*mine, error));
                            });
    beat();
  }

  // Up once this is answered. A new connection is made ready besides.
  void prove(const std::shared_ptr<Session>& mine, bool is_new) {
    const auto pipeline = std::make_shared<Pipeline>();
    if (is_new) {
      if (endpoint.database != 0)
        pipeline->add(Command("SELECT").add(static_cast<std::int64_t>(endpoint.database)));
      if (watch_command) {
        pipeline->add(*watch_command);
      } else {
        for (const Script& script : all_scripts())
          pipeline->add(Command("SCRIPT").add("LOAD").add(script.text));
      }
    }
    pipeline->add(ping.front());
    const Command& tried = look_command().front();
    pipeline->add(tried);
    mine->link.async_exec(
        pipeline->request, *pipeline,
        [self = shared_from_this(), mine, pipeline, &tried](const ErrorCodeOf& error, std::size_t) {
          if (!error) self->on_proof(mine, pipeline->replies, tried);
        });
  }

  void on_proof(const std::shared_ptr<Session>& mine, const Replies& replies, const Command& tried) {
    const std::string complaint = complaint_of(std::span(replies).first(replies.size() - 1));
    // HELLO was refused.
    if (mine != session || !mine->link.next_layer().next_layer().is_open()) return;
    if (!complaint.empty()) return lose(complaint);
    if (state == State::connecting) refusals.forget();
    if (!looked(tried, replies.back(), std::chrono::steady_clock::now())) return leave_replica();
    if (state == State::connecting) {
      ++generation;
      if (watcher) watcher->everything_changed();
    }
    if (lag && told_lost) lag->last_until(std::chrono::steady_clock::now() + limits::index_lag_grace);
    left_a_replica = false;
    enter(State::up);
    mine->proven = true;
    last_answer = since;
    pause = limits::redis_reconnect_first;
    if (std::exchange(told_lost, false))
      say(LogLevel::info, watcher ? "changes in Redis are heard again" : "Redis is back", {});
  }

  void say(LogLevel level, std::string_view message, std::string_view reason) {
    if (!log.enabled(level)) return;
    const std::int64_t port = endpoint.port;
    if (reason.empty()) {
      log.write(level, {}, message, {{"host", endpoint.host}, {"port", port}});
    } else {
      log.write(level, {}, message, {{"host", endpoint.host}, {"port", port}, {"error", reason}});
    }
  }

  void tell_lost(std::string_view reason) {
    if (std::exchange(told_lost, true)) return;
    say(LogLevel::warn, watcher ? "changes in Redis are not heard" : "Redis is away", reason);
  }

  void lose(const std::string& reason) {
    tell_lost(reason);
    left_a_replica = false;
    connect_later();
  }

  // Its address may lead to the primary, now or soon. The log has been told what it refuses.
  void leave_replica() {
    left_a_replica = true;
    connect_later();
  }

  void connect_later() {
    drop_session();
    enter(State::waiting);
    reconnect.expires_after(pause);
    reconnect.async_wait([self = shared_from_this()](const ErrorCodeOf& error) {
      if (!error && self->state == State::waiting) self->connect();
    });
    pause = std::min(2 * pause, limits::redis_reconnect_longest);
    end_calls();
  }

  void drop_session() {
    pulse.cancel();
    if (!session) return;
    session->pushes.deliver_to(nullptr);
    end(std::exchange(session, nullptr));
    if (watcher) watcher->lost();
  }

  void doubt() {
    enter(State::doubtful);
    tell_lost("no answer within the deadline");
    prove(session, false);
    end_calls();
  }

  // The look at the connection every now and then.
  void beat() {
    pulse.expires_after(limits::redis_health_interval);
    pulse.async_wait([self = shared_from_this(), mine = session](const ErrorCodeOf& error) {
      if (!error && mine == self->session) self->look();
    });
  }

  void look() {
    const Time now = std::chrono::steady_clock::now();
    if (state == State::connecting && now - since > limits::redis_connect_deadline) {
      return lose("no answer to the first commands");
    }
    if (state == State::doubtful && now - since > limits::redis_silence_deadline) {
      return lose("no answer for long");
    }
    if (state == State::up) try_write();
    beat();
  }

  // --- what Redis refuses ---

  // A replica goes on answering reads, so nobody would know.
  void try_write() {
    if (std::exchange(looks_now, true)) return;
    const std::vector<Command>& commands = look_command();
    const Time asked_at = std::chrono::steady_clock::now();
    submit(commands, [this, &commands, asked_at](const Answer& answer) {
      looks_now = false;
      if (!answer) return;
      const Reply& reply = answer->front();
      if (reply.is_error("NOSCRIPT")) return submit(load_look, [](const Answer&) {});
      // Another error was heard as that of any call.
      if (!looked(commands.front(), reply, asked_at)) leave_replica();
    });
  }

  const std::vector<Command>& look_command() const { return watcher ? try_one_write : try_every_command; }

  // False: it is no primary.
  bool looked(const Command& look, const Reply& reply, Time asked_at) {
    const std::vector<RefusedCommand> found = parse_trial(look, reply);
    // Such as a script that is forgotten.
    if (found.empty() && reply.kind == Reply::Kind::error) return true;
    for (const RefusedCommand& one : refusals.looked(found, asked_at)) refusal_log->name(endpoint, one);
    tell_refusals();
    return std::none_of(found.begin(), found.end(),
                        [](const RefusedCommand& one) { return is_not_primary(one.refusal); });
  }

  // False: it is no primary.
  bool hear_refusals(const Batch& batch) {
    if (batch.session != session) return true;
    bool primary = true;
    const bool any_before = refusals.any();
    const Reply* reply = batch.pipeline.replies.data();
    for (const auto& call : batch.calls) {
      for (std::size_t i = 0; i < call->commands.size(); ++i, ++reply) {
        if (!call->done) continue;
        if (reply->kind == Reply::Kind::error) {
          primary = hear_error(call->commands[i], *reply) && primary;
        } else if (any_before) {
          refusals.carried_out(call->commands[i]);
        }
      }
    }
    if (any_before || refusals.any()) tell_refusals();
    return primary;
  }

  bool hear_error(const Command& command, const Reply& reply) {
    std::optional<Refusal> refusal = refusal_of(reply);
    if (!refusal) return true;
    std::string name = name_of(command, *refusal);
    const RefusedCommand one{std::move(name), *std::move(refusal)};
    if (refusals.refused(one, last_answer)) refusal_log->name(endpoint, one);
    return !is_not_primary(one.refusal);
  }

  // Before anybody goes by an answer that was refused.
  void tell_refusals() {
    const bool lags = refusals.of_gate_or_index();
    if (lag && std::exchange(refusal_lags, lags) != lags) {
      if (lags) {
        lag->begin();
      } else {
        lag->last_until(std::chrono::steady_clock::now() + limits::index_lag_grace);
        lag->end();
      }
    }
    if (std::exchange(refused, refusals.any()) == refusals.any()) return;
    if (refused) {
      refusal_log->begin();
    } else {
      refusal_log->end(endpoint, state != State::closed);
    }
  }

  void close() {
    if (state == State::closed) return;
    enter(State::closed);
    refusals.forget();
    tell_refusals();
    drop_session();
    reconnect.cancel();
    alarm.cancel();
    end_calls();
  }

  // --- calls ---

  // `done` runs once, inline when the call is away at once.
  void submit(std::span<const Command> commands, std::function<void(Answer)> done) {
    if (state != State::up || under_way >= limits::redis_calls_under_way) return done(std::nullopt);
    auto call = std::make_shared<Call>();
    call->commands = commands;
    call->done = std::move(done);
    call->deadline = std::chrono::steady_clock::now() + call_deadline;
    ++under_way;
    calls.push_back(call);
    unsent.push_back(std::move(call));
    if (!alarm_set) set_alarm(calls.front()->deadline);
    // Later in this turn of the loop, together with whatever else is asked until then.
    if (std::exchange(send_posted, true)) return;
    asio::post(context, [self = shared_from_this()] { self->send(); });
  }

  void send() {
    send_posted = false;
    while (!unsent.empty()) {
      const auto batch = std::make_shared<Batch>();
      while (!unsent.empty() && batch->pipeline.replies.size() < limits::redis_pipeline_commands) {
        std::shared_ptr<Call> call = std::move(unsent.front());
        unsent.pop_front();
        if (!call->done) continue;
        for (const Command& command : call->commands) batch->pipeline.add(command);
        batch->calls.push_back(std::move(call));
      }
      if (batch->calls.empty()) continue;
      batch->session = session;
      session->link.async_exec(batch->pipeline.request, batch->pipeline,
                               [self = shared_from_this(), batch](const ErrorCodeOf& error, std::size_t) {
                                 if (error) return self->on_unanswered(*batch);
                                 self->on_answered(*batch);
                               });
    }
  }

  void on_answered(Batch& batch) {
    last_answer = std::chrono::steady_clock::now();
    const bool primary = hear_refusals(batch);
    auto next = std::make_move_iterator(batch.pipeline.replies.begin());
    for (const auto& call : batch.calls) {
      const auto begin = next;
      next += static_cast<std::ptrdiff_t>(call->commands.size());
      if (call->done) answer(*call, Replies(begin, next));
    }
    forget_answered();
    if (!primary && batch.session == session) leave_replica();
  }

  void on_unanswered(const Batch& batch) {
    for (const auto& call : batch.calls) answer(*call, std::nullopt);
    forget_answered();
  }

  void answer(Call& call, Answer replies) {
    if (!call.done) return;
    --under_way;
    const auto done = std::exchange(call.done, nullptr);
    done(std::move(replies));
  }

  void forget_answered() {
    while (!calls.empty() && !calls.front()->done) calls.pop_front();
  }

  void end_calls() {
    unsent.clear();
    for (const auto& call : std::exchange(calls, {})) answer(*call, std::nullopt);
  }

  // Set for the oldest call; most are answered long before it rings.
  void set_alarm(Time at) {
    alarm_set = true;
    alarm.expires_at(at);
    alarm.async_wait([self = shared_from_this()](const ErrorCodeOf&) { self->ring(); });
  }

  void ring() {
    alarm_set = false;
    forget_answered();
    if (calls.empty()) return;
    Call& oldest = *calls.front();
    const Time now = std::chrono::steady_clock::now();
    if (now < oldest.deadline) return set_alarm(oldest.deadline);
    if (!std::exchange(oldest.overdue, true)) return set_alarm(now + limits::redis_late_grace);
    doubt();
  }
};

namespace {

Command look_at_every_command(const Keys& keys) {
  // One argument: Redis hangs up on whoever has not proven himself yet and sends more than ten.
  std::string kinds;
  const auto add = [&kinds](std::string_view kind, std::string_view how, const std::string& key) {
    for (const std::string_view part : {kind, how, std::string_view(key)}) kinds.append(part).push_back('\0');
  };
  // No flight has it.
  const FlightId none;
  add("flight", "absent", keys.flight(none));
  add("flight_seats", "absent", keys.seats(none));
  add("flight_holds", "absent", keys.holds(none));
  add("search", "absent", keys.search("", ""));
  add("flight_departures", "zset", keys.departures());
  add("flight_index", "hash", keys.index());
  Command look = script_call(try_commands_script, {keys.never_there(), keys.index()});
  look.add(kinds);
  return look;
}

}  // namespace

RedisConnection::RedisConnection(asio::io_context& context, RedisEndpoint endpoint, Log& log,
                                 Milliseconds call_deadline)
    : impl_(std::make_shared<Impl>(context, std::move(endpoint), log, call_deadline)) {
  try_writes_under({});
}

RedisConnection::~RedisConnection() { close(); }

void RedisConnection::watch(std::vector<std::string> prefixes, KeyWatcher& watcher) {
  Command command("CLIENT");
  command.add("TRACKING").add("ON").add("BCAST");
  for (const std::string& prefix : prefixes) command.add("PREFIX").add(prefix);
  impl_->watcher = &watcher;
  impl_->watch_command = std::move(command);
}

void RedisConnection::doubt(flights::IndexLag& lag) { impl_->lag = &lag; }

void RedisConnection::try_writes_under(const std::string& prefix, RefusalLog* refusals) {
  const Keys keys(prefix);
  impl_->try_one_write.front() = write_that_changes_nothing(keys.never_there());
  impl_->try_every_command.front() = look_at_every_command(keys);
  if (refusals) impl_->refusal_log = refusals;
}

void RedisConnection::start() {
  if (impl_->state == Impl::State::idle) impl_->connect();
}

void RedisConnection::close() {
  // A task that ends here may be the last to need this object.
  const auto impl = impl_;
  impl->close();
}

bool RedisConnection::up() const { return impl_->state == Impl::State::up; }

RedisCondition RedisConnection::condition() const {
  if (!up()) return impl_->left_a_replica ? RedisCondition::refusing : RedisCondition::away;
  return impl_->refusals.any() ? RedisCondition::refusing : RedisCondition::well;
}

bool RedisConnection::takes_writes() const { return up() && !impl_->refusals.any_general(); }
std::uint64_t RedisConnection::generation() const { return impl_->generation; }

Task<std::optional<Replies>> RedisConnection::call(std::vector<Command> commands) {
  std::optional<Replies> replies = co_await call_kept(commands);
  co_return replies;
}

Task<std::optional<Replies>> RedisConnection::call_kept(std::span<const Command> commands) {
  const auto impl = impl_;
  Replies replies;
  // Calls of scripts that Redis has no more.
  std::vector<std::size_t> forgotten;
  for (std::size_t begin = 0; begin < commands.size(); begin += limits::redis_pipeline_commands) {
    const auto some =
        commands.subspan(begin, std::min(commands.size() - begin, limits::redis_pipeline_commands));
    auto exchanged =
        callback_awaiter<Answer>([&impl, some](auto done) { impl->submit(some, std::move(done)); });
    Answer answer = co_await exchanged;
    if (!answer) co_return std::nullopt;
    for (Reply& reply : *answer) {
      if (reply.is_error("NOSCRIPT")) forgotten.push_back(replies.size());
      replies.push_back(std::move(reply));
    }
  }
  if (forgotten.empty()) co_return replies;

  std::vector<Command> again;
  for (const Script& script : all_scripts()) again.push_back(Command("SCRIPT").add("LOAD").add(script.text));
  const std::size_t loads = again.size();
  for (const std::size_t i : forgotten) again.push_back(commands[i]);
  auto exchanged =
      callback_awaiter<Answer>([&impl, &again](auto done) { impl->submit(again, std::move(done)); });
  Answer answer = co_await exchanged;
  if (!answer) co_return std::nullopt;
  for (std::size_t i = 0; i < forgotten.size(); ++i) replies[forgotten[i]] = std::move((*answer)[loads + i]);
  co_return replies;
}

}  // namespace flightdeck::redis
