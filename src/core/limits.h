// Every limit, deadline and interval of the program that is not a setting. Sizes are in bytes of memory or of
// the wire, counts are plain numbers, and durations carry their unit in their type.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace flightdeck::limits {

using std::chrono::milliseconds;
using std::chrono::seconds;

// --- HTTP requests: docs/api.md states these as part of the contract ---

// A request with a longer body is refused with 413, one with longer headers with 431, and one with a longer
// target (path and query) with 414.
inline constexpr std::size_t body_bytes = 64 * 1024;
inline constexpr std::size_t header_bytes = 16 * 1024;
inline constexpr std::size_t target_bytes = 8 * 1024;
// The extensions of one chunk, and those of all chunks of a body together. A request with longer ones is
// refused with 413, since `body_bytes` does not count them.
inline constexpr std::size_t chunk_extension_bytes = 1024;
inline constexpr std::size_t chunk_extensions_bytes = 16 * 1024;
// A chunk's size has at most this many hexadecimal digits, since a client may write leading zeros.
inline constexpr std::size_t chunk_size_digits = 64;
// A client may send this many blank lines before a request (RFC 9112, 2.2). One more is refused with 400.
inline constexpr int blank_lines_before_request = 4;
// An `X-Request-Id` that is longer is ignored, and the server makes an id of its own.
inline constexpr std::size_t request_id_chars = 128;
// Longer values of these fields are refused with 422.
inline constexpr std::size_t idempotency_key_chars = 255;
inline constexpr std::size_t place_chars = 64;
inline constexpr std::size_t flight_number_chars = 16;
inline constexpr std::size_t payment_ref_chars = 128;
// A longer cursor is refused without being decoded. Every cursor that the program makes is shorter.
inline constexpr std::size_t cursor_chars = 256;
// The longest URL that a request or a setting may name, such as a callback URL.
inline constexpr std::size_t url_bytes = 2048;
// A JSON body may nest this deep, and each object in it may have this many members. Parsing stops at the
// first one too many.
inline constexpr std::size_t json_depth = 16;
inline constexpr std::size_t json_members = 64;
// A request may have this many query parameters. The ones after that are not read, and it is refused.
inline constexpr std::size_t query_parameters = 64;
// `If-Match` and `If-None-Match` may each list this many entity tags. A header with more is refused.
inline constexpr std::size_t entity_tags = 64;
// A client that asks with `Prefer: wait=N` for a longer wait gets this one.
inline constexpr seconds wait_max{30};

// --- HTTP answers ---

// The longest answer to a bad request, with its head. It bounds the work that a bad request causes, however
// many errors it has: errors that do not fit are counted and not listed.
inline constexpr std::size_t problem_bytes = 16 * 1024;
// The part of `problem_bytes` that is reserved for the status line and the headers.
inline constexpr std::size_t problem_head_bytes = 1024;
// An answer lists this many field errors. It gives the number of all of them as `errors_total`.
inline constexpr std::size_t errors_listed = 50;
// A field name from the client, and a detail or an error message, are cut to these lengths.
inline constexpr std::size_t field_shown_bytes = 64;
inline constexpr std::size_t detail_shown_bytes = 1024;
// A page has this many items unless `limit` says otherwise, and `limit` may ask for this many.
inline constexpr std::size_t page_items_default = 20;
inline constexpr std::size_t page_items_max = 100;
// A user's bookings are filtered by status in steps of this many. A page may be short and have a next one.
inline constexpr std::size_t bookings_looked_at = 2000;

// --- HTTP connections ---

// A connection without a request is closed after this, unless `--keep-alive-s` says otherwise. That setting
// goes up to `keep_alive_max`.
inline constexpr seconds idle_connection_deadline{75};
inline constexpr seconds keep_alive_max{24 * 60 * 60};
// A connection that has never sent a byte is closed after this.
inline constexpr seconds first_byte_deadline{10};
// A request must have arrived this long after its first byte. A blank line before the request counts as its
// first byte, so that blank lines do not keep a connection open.
inline constexpr seconds request_read_deadline{15};
// A client must take its answers within this time once a write to its socket had to wait.
inline constexpr seconds response_write_deadline{15};
// After the last answer the connection stays open this long, so that the client can read that answer although
// it goes on sending.
inline constexpr seconds lingering_close_deadline{2};
// Deadlines of connections are checked this often. A connection may outlive its deadline by as much.
inline constexpr milliseconds deadline_check_interval{500};
// An I/O thread keeps this many connections open. A new one takes the place of the one that has been idle
// longest; when none is idle, it is answered 503.
inline constexpr std::size_t connections_per_thread = 8192;
// A search for idle connections inspects all and keeps this many, for the next new connections.
inline constexpr std::size_t idle_connections_found = 64;
// One in this many file descriptors is kept from clients, for the database, Redis and the payment service.
inline constexpr std::size_t descriptors_kept_share = 4;
// Answers to pipelined requests gather up to this size. Then they are written before the next one is read.
inline constexpr std::size_t pipelined_bytes_max = 256 * 1024;
// One turn of the event loop accepts this many connections. With one a turn the kernel's queue overflows when
// thousands of clients connect at once.
inline constexpr int accepted_a_turn = 16;
// One turn of the event loop serves this many connections that have sent something. The others wait for the
// next turn, so that answers of Redis, the ledger and the payment service are handled in between.
inline constexpr int served_a_turn = 32;
// When the process has no descriptor left, accepting is tried again after this pause.
inline constexpr milliseconds accept_retry_pause{100};
// SIGTERM gives running requests this long to end by themselves. Then connections are closed, and handlers
// that still run have this long to notice. Together they stay below the 10 s that a stop may take.
inline constexpr seconds shutdown_drain_deadline{6};
inline constexpr seconds shutdown_cut_off_deadline{2};

// --- Flights and bookings ---

// Settings can raise the greatest number of seats of a flight and of a booking up to these.
inline constexpr std::int64_t seats_per_flight_ceiling = 1'000'000'000;
inline constexpr std::int64_t seats_per_booking_ceiling = 100;
// The highest price of a seat, in cents: 999,999.99. A hundred such seats still fit NUMERIC(10,2).
inline constexpr std::int64_t price_minor_max = 99'999'999;

// A queue may grow to `burst` once, and is held to `standing` as long as anybody is being refused.
struct QueueLimits {
  std::int64_t standing;
  std::int64_t burst;
};
// This many bookings may be in the process of being placed at once. One more is answered 503.
inline constexpr QueueLimits bookings_placing{.standing = 384, .burst = 1024};
// A booking request that waited this many milliseconds before the process served it is answered 503.
inline constexpr QueueLimits booking_waited_ms{.standing = 50, .burst = 500};
// `standing` applies until this long after the last refusal.
inline constexpr milliseconds admission_patience{500};

// A thread keeps this many free coroutine frames of each size class for reuse. Further ones are freed.
inline constexpr std::size_t frames_kept = 2048;

// --- The ledger: batches, queues and locks ---

// One transaction applies this many commands at most.
inline constexpr std::size_t ledger_batch_commands = 256;
// A writer queues this many commands. One more is refused with 503.
inline constexpr std::size_t ledger_queue_commands = 16 * 1024;
// Where the database takes several writers at once, this many threads write commands that need flights.
inline constexpr std::size_t ledger_selling_threads = 2;
// A batch waits this long for a row that another session has locked. Then it goes on without the commands
// that need the row.
inline constexpr milliseconds ledger_lock_patience{100};
// Those commands are set aside until the row is free. When it has been locked for this long they are refused
// with 503, and so are later commands that need it.
inline constexpr milliseconds ledger_lock_wait{800};
// While commands are set aside, their rows are tried again this often.
inline constexpr milliseconds ledger_lock_look_pause{20};
// A writer sets this many commands aside. Further ones whose row is locked are refused with 503.
inline constexpr std::size_t ledger_locked_out_commands = 1024;
// One query answers this many reads by id.
inline constexpr std::size_t ledger_batch_reads = 256;
// This many reads of each kind may wait. One more is refused with 503.
inline constexpr std::size_t ledger_queue_reads = 16 * 1024;
// A read that has waited in its queue for this long is refused with 503 instead of being started.
inline constexpr milliseconds ledger_read_wait{2000};
// A flight that the seat gate does not know is loaded from the ledger, and the gate is asked again, this many
// times. Then the ledger decides alone.
inline constexpr int gate_cold_retries = 2;
// A flight and its seat counts are read this many times until no commit came between the two reads. Then the
// last ones are answered as they are.
inline constexpr int seat_count_tries = 10;
// A booking that a request waits for may be settled by another process. Its row is therefore read after
// `wait_reread_first`, and then with pauses that double up to `wait_reread_longest`.
inline constexpr milliseconds wait_reread_first{250};
inline constexpr milliseconds wait_reread_longest{2000};

// --- The ledger: the database server ---

// Connecting to the database may take this long: while serving, and when a process starts and no request
// waits for it yet.
inline constexpr milliseconds ledger_connect_deadline{1000};
inline constexpr milliseconds ledger_start_deadline{5000};
// A starting process tries to reach a database that is not there yet with pauses that double from the first
// to the longest. `--start-timeout-s` says for how long, and goes up to `start_timeout_max`.
inline constexpr milliseconds start_pause_first{100};
inline constexpr milliseconds start_pause_longest{1000};
inline constexpr seconds start_timeout_max{24 * 60 * 60};
// The database must answer a whole begin, commit or read within this time. Otherwise the connection is given
// up, and the database counts as away.
inline constexpr milliseconds ledger_answer_deadline{1500};
// The database ends a read by itself after this. It is shorter than `ledger_answer_deadline`, so that a slow
// read fails alone and keeps its connection.
inline constexpr milliseconds ledger_statement_deadline{1300};
// The same for an import, whose answer no client waits for.
inline constexpr milliseconds ledger_bulk_deadline{30'000};
// When the connection broke during a commit, its outcome is looked up for this long.
inline constexpr milliseconds ledger_commit_lookup_deadline{1500};
// Commit and lookup together may take this long. Then the clients are answered 503, and the outcome is open.
inline constexpr milliseconds ledger_commit_deadline{2200};
// While the transaction is in progress the lookup asks again after `pause`. After `grace` it asks the server
// to end the backend that the broken connection left behind.
inline constexpr milliseconds ledger_commit_lookup_pause{10};
inline constexpr milliseconds ledger_abandoned_backend_grace{200};
// The server ends a transaction that is idle for this long, so that a process which hangs keeps no locks.
inline constexpr milliseconds ledger_idle_transaction_deadline{5000};
// A connection whose packets have not been acknowledged for this long is broken.
inline constexpr milliseconds ledger_tcp_user_timeout{5000};
// Pauses between attempts to reconnect double from the first to the longest.
inline constexpr milliseconds ledger_reconnect_pause_first{50};
inline constexpr milliseconds ledger_reconnect_pause_max{1000};
// When a write has waited for a synchronous standby for this long, it is assumed that commits do not return.
// Bookings are then answered 503 until one does.
inline constexpr milliseconds standby_patience{700};
// A write that has waited for this long is made again on a new connection, which may lead to another server.
inline constexpr seconds standby_probe_deadline{5};
// A process waits this long for another one that is migrating the schema.
inline constexpr seconds migration_lock_deadline{60};
// One migration may take this long.
inline constexpr std::chrono::minutes migration_deadline{60};

// --- Search pages in memory ---

// An I/O thread keeps this many rendered pages, and this many bytes of them. A new page takes the place of
// the one that was requested longest ago.
inline constexpr std::size_t search_pages_kept = 8 * 1024;
inline constexpr std::size_t search_page_bytes_kept = 16 * 1024 * 1024;
// The connection on which Redis pushes changes is asked for a sign of life this often.
inline constexpr milliseconds change_feed_beat{250};
// Pages are served from memory for this long after the last sign of life that was answered was asked for. No
// page is therefore ever out of date by more than this.
inline constexpr milliseconds change_feed_trust{750};

// --- Payment ---

// The payment service must answer a call within this time. Then the outcome is unknown, and a worker asks.
inline constexpr seconds payment_call_deadline{10};
// An I/O thread has this many connections to the payment service. Further calls queue up to the next limit,
// and one more fails at once.
inline constexpr std::size_t payment_connections_per_thread = 1024;
inline constexpr std::size_t payment_calls_queued_per_thread = 16 * 1024;
// An answer that is longer cannot be read, and the outcome of its call is unknown.
inline constexpr std::size_t payment_answer_bytes = 64 * 1024;
// An idle connection is closed after this, before a server closes it (`idle_connection_deadline`).
inline constexpr seconds payment_connection_idle{60};
// While calls wait because every connection is taken, a call gives up its connection when it has had no
// answer for `payment_silence` and for `payment_silence_answers` times as long as answers lately took. Such
// calls are searched for every `payment_room_pause`.
inline constexpr milliseconds payment_silence{250};
inline constexpr int payment_silence_answers = 4;
inline constexpr milliseconds payment_room_pause{10};
// Calls that begin together share a connection, this many of them, while the latest answers came within
// `http_pipeline_quick`.
inline constexpr std::size_t http_pipeline_depth = 16;
inline constexpr milliseconds http_pipeline_quick{25};
// A call without an answer for this long keeps the connection. Those behind it are sent again on others.
inline constexpr milliseconds http_pipeline_patience{100};
// The log names this many peers whose TLS was refused.
inline constexpr std::size_t refused_peers_told = 64;

// --- The mock payment service ---

// It forgets the oldest decided payments beyond this many. It takes no new one while this many are undecided.
inline constexpr std::size_t mock_payments_remembered = 1'000'000;
inline constexpr std::size_t mock_payments_undecided = 100'000;
// The longest delay that a setting or a request may ask for.
inline constexpr milliseconds mock_delay_max{60'000};
// A request that the mock was told never to answer gets an error after this long.
inline constexpr seconds mock_unanswered_for{30};
// A repeated payment request checks this often whether the first one has been decided.
inline constexpr milliseconds mock_repeat_poll{10};
// A callback is sent up to this many times until it is delivered, with pauses that double from this one.
inline constexpr int mock_callback_attempts = 5;
inline constexpr milliseconds mock_callback_backoff_first{200};

// --- Unfinished business: payments whose outcome is unknown, and refunds that are owed ---

// A worker claims intents that are due this often, and this many at once.
inline constexpr milliseconds unfinished_scan_interval{250};
inline constexpr std::size_t unfinished_batch = 256;
// A worker has this many bookings under way at once, so that an unanswered payment holds up no other.
inline constexpr std::size_t unfinished_window = 512;
// After this many calls in a row without an answer the provider counts as silent.
inline constexpr int provider_silences = 32;
// While the provider is silent, only this many bookings are under way side by side.
inline constexpr std::size_t unfinished_probes = 8;
// A claimed intent belongs to its worker for this long. It is also the pause before a retry.
inline constexpr seconds unfinished_lease{15};
// A provider that knew of no payment when the booking expired is asked twice more, this long after the
// expiry, since a charge may have been under way.
inline constexpr seconds payment_recheck_first{30};
inline constexpr std::chrono::minutes payment_recheck_last{5};

// --- Health ---

// The database is checked this often.
inline constexpr seconds health_look_interval{1};
// The database counts as away when the last check is older than this.
inline constexpr seconds health_stale_after{5};

// --- Keeping seat gate and flight index up to the ledger ---

// A worker sweeps this often.
inline constexpr seconds sweep_interval{1};
// A sweep reads this many flights or holds from the ledger, the gate or the index at once.
inline constexpr std::size_t sweep_batch = 1000;
// A row may become visible this long after the time that it carries. Each sweep therefore begins this long
// before the last one began.
inline constexpr seconds sweep_overlap{5};
// Changed flights are read in the order of periods of this length, and by id within a period.
inline constexpr seconds change_period{10};
// Each sweep also updates this many flights whether they changed or not, so that any other damage heals.
inline constexpr std::size_t scrub_batch = 250;
// A batch of those flights that cannot be updated is skipped after this many attempts.
inline constexpr int scrub_tries = 3;
// Updates are sent in parts of this many flights, side by side.
inline constexpr std::size_t refresh_batch = 250;
// Bookings of a closed flight are cancelled this many at a time.
inline constexpr std::size_t cancel_batch = 256;
// This many closed flights are searched at a time for bookings that are still live.
inline constexpr std::size_t closed_flights_looked_at = 1000;
// A hold that is older than this is looked up: it goes when its booking is in the ledger.
inline constexpr seconds hold_look_after{1};
// A hold without a booking goes after this long. By then its booking is in the ledger or never will be.
inline constexpr seconds hold_deadline{10};
// A hold whose time is this far ahead of the clock is taken for an old one. With clocks that differ by more,
// holds go early, and no other harm is done.
inline constexpr seconds hold_from_the_future{15};
// A worker that starts leaves a rebuild to another one that has renewed its mark within this time. Two
// rebuilds at once take twice as long.
inline constexpr seconds rebuild_patience{3};
// The mark of a rebuild is forgotten after this long without renewal.
inline constexpr seconds rebuild_forgotten{3600};
// Pending updates are sent again after this pause. That is cheap while Redis is away: calls fail at once.
inline constexpr milliseconds update_retry_pause{50};
// A thread keeps pending updates of this many flights and holds. With more, the whole index is rebuilt.
inline constexpr std::size_t pending_flights = 4096;
inline constexpr std::size_t pending_holds = 64 * 1024;
// Pending updates are sent in batches of this many flights and this many holds. Holds are arguments of a
// script, which takes some 8,000 of them.
inline constexpr std::size_t pending_flights_a_batch = 256;
inline constexpr std::size_t pending_holds_a_batch = 1000;
// After Redis has been away or stood still, searches ask the ledger for this much longer. By then every other
// process has reconnected (`redis_reconnect_longest`) and sent its pending updates (`update_retry_pause`),
// and a sweep has begun (`sweep_interval`) that sends those of processes which died.
inline constexpr milliseconds index_lag_grace{2500};

// --- The audit ---

// The audit reads this many rows of the ledger at once, and may wait this long for them.
inline constexpr std::size_t audit_page = 5000;
inline constexpr seconds audit_read_deadline{30};
// It compares this many flights with gate and index at once.
inline constexpr std::size_t audit_flights_inspected = 250;
// A difference in gate or index is a finding when it is there again in this many more inspections, each after
// this pause.
inline constexpr int audit_rounds = 5;
inline constexpr seconds audit_round_pause{1};
// A hold older than this is a finding. The sweep removes holds after `hold_deadline`.
inline constexpr seconds audit_hold_patience{20};
// Events that have been in the outbox for longer are a finding, where events are published.
inline constexpr std::chrono::minutes audit_outbox_patience{5};
// An intent with nothing left to do is a finding this long after it was due.
inline constexpr std::chrono::minutes audit_intent_patience{1};
// A payment of another amount that was refunded stays a finding for this long, so that people see it.
inline constexpr std::chrono::hours audit_wrong_payment_told_for{24};
// A report lists this many findings, and counts all of them.
inline constexpr std::size_t audit_findings_listed = 100;
// A worker audits first this long after it started, when it has published the events that were left.
inline constexpr seconds audit_start_delay{5};
// It audits again after `audit_interval`, or after `audit_rest_factor` times as long as the last audit took
// when that is longer, so that audits stay a small part of the database's work.
inline constexpr seconds audit_interval{60};
inline constexpr int audit_rest_factor = 20;

// --- Publishing events ---

// A worker publishes this often, and this many batches in a row.
inline constexpr milliseconds relay_interval{250};
inline constexpr int relay_rounds = 16;
// A batch is this many outbox rows, each with the events of one commit.
inline constexpr std::size_t relay_batch = 64;
// Claimed rows belong to their worker for this long.
inline constexpr seconds relay_lease{15};
// After this many attempts that the event stream did not take, a batch waits for the end of its lease.
inline constexpr int relay_tries = 3;
// The event stream in Redis keeps about this many entries. Redis drops the oldest.
inline constexpr std::size_t event_stream_length = 100'000;
// Without a Redis nothing reads the outbox. Rows older than this are removed, and all but the newest ones.
inline constexpr std::chrono::hours unread_events_kept_for{1};
inline constexpr std::int64_t unread_event_rows_kept = 100'000;
// They are removed this often, and this many in a transaction.
inline constexpr seconds unread_events_interval{1};
inline constexpr std::size_t unread_events_batch = 1000;

// --- Redis ---

// Redis must answer a call within this time, from asking to the last reply. Then the connection is in doubt,
// and calls fail at once until Redis answers again.
inline constexpr milliseconds redis_call_deadline{500};
// A late call is given this much longer, since its replies may wait in an event loop that was held up.
inline constexpr milliseconds redis_late_grace{20};
// A new connection must have proven itself within this time, from the first packet.
inline constexpr seconds redis_connect_deadline{5};
// A connection that has been in doubt for this long is closed, and a new one is made.
inline constexpr seconds redis_silence_deadline{5};
// A connection is checked this often: for its deadlines, and for whether Redis takes writes.
inline constexpr seconds redis_health_interval{1};
// A general refusal is over when nothing has been refused for this long.
inline constexpr seconds redis_refusal_quiet{1};
// A refusal of a key that no check touches is taken to be over after this long. The next command tries it.
inline constexpr seconds redis_refused_key_quiet{5};
// Pauses between attempts to reconnect double from the first to the longest.
inline constexpr milliseconds redis_reconnect_first{100};
inline constexpr milliseconds redis_reconnect_longest{1000};
// Boost.Redis may lose a cancellation, so it is repeated with this pause until the connection has ended.
inline constexpr milliseconds redis_end_retry{50};
// A connection has this many calls under way. One more fails at once.
inline constexpr std::size_t redis_calls_under_way = 16 * 1024;
// This many commands are sent together. The others follow when these are answered.
inline constexpr std::size_t redis_pipeline_commands = 256;
// One SCAN inspects this many keys, and a sweep makes this many of them in search of stale holds.
inline constexpr std::size_t redis_scan_keys = 1000;
inline constexpr int redis_scans_per_look = 15;
// One call removes departed flights from the index in this many rounds at most, each of `sweep_batch`.
inline constexpr int redis_departed_rounds = 10;
// A search reads this many flights beyond its page at first, since some may be sold out.
inline constexpr std::size_t redis_search_spare = 16;
// When those are not enough it reads on in chunks of this many flights. After this many chunks it asks the
// ledger.
inline constexpr std::size_t redis_search_chunk = 256;
inline constexpr int redis_search_chunks = 40;
// A starting process waits this long for Redis. Then it starts without it.
inline constexpr seconds redis_start_patience{2};

// --- Import ---

// One transaction adds this many flights.
inline constexpr std::size_t import_batch = 512;
// A file may have this many bytes, and a line of it this many.
inline constexpr std::size_t import_file_bytes = 256 * 1024 * 1024;
inline constexpr std::size_t import_line_bytes = 4096;
// The summary lists this many refused lines, and counts all of them.
inline constexpr std::size_t import_refusals_listed = 100;
// After an import, updating gate and index may take this long. The sweep updates what is left.
inline constexpr seconds import_refresh_patience{10};
// A process that waits for another one to load the demo flights checks this often whether it is done.
inline constexpr milliseconds demo_turn_pause{200};

// --- `flightdeck stress`: a run against a deployment, and its audit ---

// The greatest values that its flags take.
inline constexpr int stress_seats_max = 9;
inline constexpr std::uint32_t stress_users_max = 100'000;
inline constexpr double stress_rate_max = 1'000'000;
inline constexpr std::size_t stress_flights_max = 100'000;
inline constexpr std::chrono::hours stress_duration_max{24};
// An open loop spreads its bookings over this many user ids.
inline constexpr std::uint32_t stress_users_of_open_loop = 4096;
// An open loop has this many requests under way unless a flag says otherwise.
inline constexpr std::size_t stress_connections_of_open_loop = 8192;
// With this many requests under way, answers gather for this long before they are read. Waking up for each
// would take processor time from a deployment on the same machine.
inline constexpr std::size_t stress_busy_requests = 128;
inline constexpr std::chrono::microseconds stress_busy_pause{250};
// The run needs this many descriptors besides those of its connections.
inline constexpr std::size_t stress_descriptors_spare = 64;
// The first connection must be made within this time, or the run does not begin.
inline constexpr seconds stress_connect_deadline{5};
// A request times out this long after the wait that it asked for, unless a flag says otherwise.
inline constexpr seconds stress_timeout_default{10};
// Deadlines of requests are checked this often. A request may outlive its deadline by as much.
inline constexpr milliseconds stress_deadline_look{100};
// A user whose request was lost goes on after this pause.
inline constexpr milliseconds stress_retry_pause{100};
// One call before the load or in the audit may take this long.
inline constexpr seconds stress_call_deadline{15};
// The audit waits this long for pending bookings, and for a deployment that is away, unless a flag says
// otherwise. It checks this often whether all is settled.
inline constexpr seconds stress_settle_default{90};
inline constexpr milliseconds stress_settle_look{250};
// The audit waits this long for a seat gate that differs. An orphaned hold does not last as long.
inline constexpr seconds stress_gate_patience{15};
// The audit fails when this many inspections in a row found something wrong.
inline constexpr int stress_audit_looks = 3;
// Reading everything may take this long once all is settled, over this many connections.
inline constexpr std::chrono::minutes stress_audit_deadline{10};
inline constexpr std::size_t stress_audit_connections = 32;
// An answer that is longer is taken for a broken one.
inline constexpr std::size_t stress_reply_bytes = 8 * 1024 * 1024;
// The report tells this many kinds of errors apart and shows this much of one answer of each kind.
inline constexpr std::size_t stress_error_kinds = 8;
inline constexpr std::size_t stress_error_sample_bytes = 240;
// This much is shown of an answer that ends the run.
inline constexpr std::size_t stress_refusal_bytes = 1000;

// --- Telemetry and settings ---

// The log writes gathered lines this long after the first of them.
inline constexpr milliseconds log_flush_interval{25};
// It gathers this many bytes. Further lines are dropped, and a warning says how many.
inline constexpr std::size_t log_buffer_bytes = 4 * 1024 * 1024;
// A process that ends waits this long for its log to be written.
inline constexpr seconds log_stop_deadline{1};
// A metric has this many label sets. Requests beyond that count as route `other`.
inline constexpr std::size_t metric_series = 1024;
// The greatest values of settings, and the largest config file.
inline constexpr std::size_t config_file_bytes = 64 * 1024;
inline constexpr int threads_max = 256;
inline constexpr seconds payment_timeout_max{24 * 60 * 60};
inline constexpr std::int64_t bookings_in_flight_ceiling = 1'000'000;

}  // namespace flightdeck::limits
