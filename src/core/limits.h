// Every limit and deadline of the program that is not a setting, named, in one place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace flightdeck::limits {

using std::chrono::milliseconds;
using std::chrono::seconds;

// HTTP, as the contract states them.
inline constexpr std::size_t body_bytes = 64 * 1024;
inline constexpr std::size_t header_bytes = 16 * 1024;
inline constexpr std::size_t target_bytes = 8 * 1024;
// Of one chunk.
inline constexpr std::size_t chunk_extension_bytes = 1024;
// Of all chunks of a body.
inline constexpr std::size_t chunk_extensions_bytes = 16 * 1024;
// Leading zeros are allowed.
inline constexpr std::size_t chunk_size_digits = 64;
inline constexpr int blank_lines_before_request = 4;
inline constexpr std::size_t request_id_chars = 128;
inline constexpr std::size_t idempotency_key_chars = 255;
inline constexpr std::size_t place_chars = 64;
inline constexpr std::size_t flight_number_chars = 16;
inline constexpr std::size_t payment_ref_chars = 128;
// Every cursor of ours is shorter.
inline constexpr std::size_t cursor_chars = 256;
// One that a request names.
inline constexpr std::size_t url_bytes = 2048;
inline constexpr std::size_t json_depth = 16;
// Of an object in a body.
inline constexpr std::size_t json_members = 64;
// Of a request.
inline constexpr std::size_t query_parameters = 64;
// Of If-Match, and of If-None-Match.
inline constexpr std::size_t entity_tags = 64;
// What an answer to a bad request says at most: work and answers do not grow with what was sent.
// Of the whole answer.
inline constexpr std::size_t problem_bytes = 16 * 1024;
// Of those, not for its body.
inline constexpr std::size_t problem_head_bytes = 1024;
// The others are only counted.
inline constexpr std::size_t errors_listed = 50;
// Of a name that the client made up.
inline constexpr std::size_t field_shown_bytes = 64;
inline constexpr std::size_t detail_shown_bytes = 1024;
inline constexpr std::size_t page_items_default = 20;
inline constexpr std::size_t page_items_max = 100;
// Of a user, for a page of those with a status.
inline constexpr std::size_t bookings_looked_at = 2000;
inline constexpr seconds wait_max{30};

// HTTP connections.
// Unless `--keep-alive-s` says otherwise.
inline constexpr seconds idle_connection_deadline{75};
inline constexpr seconds keep_alive_max{24 * 60 * 60};
// Of a connection that has never sent anything.
inline constexpr seconds first_byte_deadline{10};
// From the first byte, were it of a blank line before the request, to its last.
inline constexpr seconds request_read_deadline{15};
inline constexpr seconds response_write_deadline{15};
inline constexpr std::size_t connections_per_thread = 8192;
// Of the process' descriptors, one in so many is not for clients: database, Redis and payments must have
// theirs.
inline constexpr std::size_t descriptors_kept_share = 4;
// Answers gathered before they are written.
inline constexpr std::size_t pipelined_bytes_max = 256 * 1024;
// For a client to take the last answer before its connection goes.
inline constexpr seconds lingering_close_deadline{2};
// Connections may outlive their deadlines by this much.
inline constexpr milliseconds deadline_check_interval{500};
inline constexpr int accepted_a_turn = 16;
// By one look at all of them, the longest idle first.
inline constexpr std::size_t idle_connections_found = 64;
// Connections that have sent something.
inline constexpr int served_a_turn = 32;
// Out of descriptors: no use in trying at once again.
inline constexpr milliseconds accept_retry_pause{100};
// Of the 10 s that a stop may take.
inline constexpr seconds shutdown_drain_deadline{6};
// Then for what was cut off to end.
inline constexpr seconds shutdown_cut_off_deadline{2};

// Flights and bookings. Settings can change the seat maxima up to these.
inline constexpr std::int64_t seats_per_flight_ceiling = 1'000'000'000;
inline constexpr std::int64_t seats_per_booking_ceiling = 100;
// 999,999.99: times 100 seats still fits NUMERIC(10,2).
inline constexpr std::int64_t price_minor_max = 99'999'999;

// How long a queue may become once, and how long while somebody is refused.
struct QueueLimits {
  std::int64_t standing;
  std::int64_t burst;
};
// At once in a process.
inline constexpr QueueLimits bookings_placing{.standing = 384, .burst = 1024};
// Until it was looked at.
inline constexpr QueueLimits booking_waited_ms{.standing = 50, .burst = 500};
// After the last one that was refused.
inline constexpr milliseconds admission_patience{500};

// Coroutine frames of about a size that a thread keeps for the next ones.
inline constexpr std::size_t frames_kept = 2048;

// The ledger.
inline constexpr std::size_t ledger_batch_commands = 256;
// For a row that somebody else has locked. Then the batch goes on without it, and its own commands wait until
// the row has been locked for so long in all; it is looked at that often meanwhile. Later ones are refused at
// once.
inline constexpr milliseconds ledger_lock_patience{100};
inline constexpr milliseconds ledger_lock_wait{800};
inline constexpr milliseconds ledger_lock_look_pause{20};
// That wait so, of a writer.
inline constexpr std::size_t ledger_locked_out_commands = 1024;
// Where the database takes several writers at once.
inline constexpr std::size_t ledger_selling_threads = 2;
inline constexpr std::size_t ledger_queue_commands = 16 * 1024;
inline constexpr std::size_t ledger_batch_reads = 256;
// Of each kind.
inline constexpr std::size_t ledger_queue_reads = 16 * 1024;
// In that queue; then it is refused.
inline constexpr milliseconds ledger_read_wait{2000};
inline constexpr milliseconds ledger_connect_deadline{1000};
// To connect when a process starts: nobody waits yet.
inline constexpr milliseconds ledger_start_deadline{5000};
// A database that is not there yet is waited for: pauses between attempts, doubled from the first to the
// longest.
inline constexpr milliseconds start_pause_first{100};
inline constexpr milliseconds start_pause_longest{1000};
inline constexpr seconds start_timeout_max{24 * 60 * 60};
// For a whole begin, commit or read of a database server, from its first byte to the answer's last.
inline constexpr milliseconds ledger_answer_deadline{1500};
// Of a read: the server ends it before its connection is given up for silence.
inline constexpr milliseconds ledger_statement_deadline{1300};
// The same, of an import: nobody waits for its answer.
inline constexpr milliseconds ledger_bulk_deadline{30'000};
// To find out what became of a commit whose connection broke.
inline constexpr milliseconds ledger_commit_lookup_deadline{1500};
// But so long after it began its clients are told that nobody knows.
inline constexpr milliseconds ledger_commit_deadline{2200};
inline constexpr milliseconds ledger_commit_lookup_pause{10};
// Then the server is asked to end what still runs for a connection that broke.
inline constexpr milliseconds ledger_abandoned_backend_grace{200};
// A process that hangs keeps its locks no longer.
inline constexpr milliseconds ledger_idle_transaction_deadline{5000};
inline constexpr milliseconds ledger_tcp_user_timeout{5000};
// Doubled with each attempt that fails.
inline constexpr milliseconds ledger_reconnect_pause_first{50};
inline constexpr milliseconds ledger_reconnect_pause_max{1000};
// A write that waits for a synchronous standby for longer than this is taken for one that will not return:
// nothing else is written meanwhile.
inline constexpr milliseconds standby_patience{700};
// Then it is made again on a new connection, perhaps to another server.
inline constexpr seconds standby_probe_deadline{5};
// Another process migrates.
inline constexpr seconds migration_lock_deadline{60};
inline constexpr std::chrono::minutes migration_deadline{60};
inline constexpr int gate_cold_retries = 2;
// Another process may settle a booking that is waited for here: it is looked up this long after the wait
// began, then after twice as long each time.
inline constexpr milliseconds wait_reread_first{250};
inline constexpr milliseconds wait_reread_longest{2000};
// To read a flight and its bookings with no commit in between.
inline constexpr int seat_count_tries = 10;

// Search pages in memory, an I/O thread.
inline constexpr std::size_t search_pages_kept = 8 * 1024;
inline constexpr std::size_t search_page_bytes_kept = 16 * 1024 * 1024;
// Changes by other processes come by a connection to Redis that is asked for a sign of life this often; pages
// are served from memory until so long after the last one that was answered was asked for. So none is ever
// older than that.
inline constexpr milliseconds change_feed_beat{250};
inline constexpr milliseconds change_feed_trust{750};

// Payment.
inline constexpr seconds payment_call_deadline{10};
inline constexpr std::size_t payment_connections_per_thread = 1024;
inline constexpr std::size_t payment_calls_queued_per_thread = 16 * 1024;
inline constexpr std::size_t payment_answer_bytes = 64 * 1024;
// While calls wait because all connections are taken, those make room that have been silent for so long, and
// for so many times as long as answers take.
inline constexpr milliseconds payment_silence{250};
inline constexpr int payment_silence_answers = 4;
inline constexpr milliseconds payment_room_pause{10};
// Calls that begin together go out on one connection, one behind the other, while answers come so quickly.
inline constexpr std::size_t http_pipeline_depth = 16;
inline constexpr milliseconds http_pipeline_quick{25};
// One that has had no answer for so long keeps its connection, and those behind it are asked for on others.
inline constexpr milliseconds http_pipeline_patience{100};
// Shorter than a server keeps it: `idle_connection_deadline`.
inline constexpr seconds payment_connection_idle{60};
// Whose TLS is refused, by name in the log.
inline constexpr std::size_t refused_peers_told = 64;
inline constexpr std::size_t mock_payments_remembered = 1'000'000;
inline constexpr std::size_t mock_payments_undecided = 100'000;
inline constexpr milliseconds mock_delay_max{60'000};
// Then a request that is never answered gets an error.
inline constexpr seconds mock_unanswered_for{30};
inline constexpr milliseconds mock_repeat_poll{10};
inline constexpr int mock_callback_attempts = 5;
// Doubled with each attempt.
inline constexpr milliseconds mock_callback_backoff_first{200};

// Unfinished business: bookings whose payment is unknown, refunds owed.
inline constexpr milliseconds unfinished_scan_interval{250};
// Claimed at once.
inline constexpr std::size_t unfinished_batch = 256;
// Looked at side by side: one that is silent costs its own place.
inline constexpr std::size_t unfinished_window = 512;
// After so many calls in a row without an answer the provider is taken for silent: then no more than so many
// are looked at side by side, until one is answered.
inline constexpr int provider_silences = 32;
inline constexpr std::size_t unfinished_probes = 8;
// Nobody else takes it meanwhile; also the pause before a retry.
inline constexpr seconds unfinished_lease{15};
// After a time-out at which the provider knew of no payment.
inline constexpr seconds payment_recheck_first{30};
// It is asked twice more: a charge may be under way.
inline constexpr std::chrono::minutes payment_recheck_last{5};

// Health: the database is looked at this often; a look that is overdue by much counts as failed.
inline constexpr seconds health_look_interval{1};
inline constexpr seconds health_stale_after{5};

// Sync of seat gate and flight index with the ledger.
inline constexpr seconds sweep_interval{1};
// Older ones are looked up: their booking may be in the ledger.
inline constexpr seconds hold_look_after{1};
// Clocks that differ by more lose holds early, no more.
inline constexpr seconds hold_from_the_future{15};
// By then its booking is in the ledger, or hardly ever will be.
inline constexpr seconds hold_deadline{10};
// Flights told again with each sweep, changed or not.
inline constexpr std::size_t scrub_batch = 250;
// Then a batch that cannot be told is passed by.
inline constexpr int scrub_tries = 3;
inline constexpr std::size_t sweep_batch = 1000;
// Changes of flights are in order give or take so much.
inline constexpr seconds change_period{10};
// A row may become visible so long after the time it carries.
inline constexpr seconds sweep_overlap{5};
// Flights; the parts of a batch are told side by side.
inline constexpr std::size_t refresh_batch = 250;
// A process that starts leaves it to another one, which gave a sign of life so lately, to tell gate and index
// of every flight: two at once take twice as long.
inline constexpr seconds rebuild_patience{3};
// Its teller is dead for certain.
inline constexpr seconds rebuild_forgotten{3600};
inline constexpr std::size_t cancel_batch = 256;
// A look.
inline constexpr std::size_t closed_flights_looked_at = 1000;
// What could not be told is kept, a thread, and told again after this pause: next to nothing while Redis is
// away, when calls end at once. With more than this owed the whole index is told anew.
inline constexpr milliseconds update_retry_pause{50};
inline constexpr std::size_t pending_flights = 4096;
inline constexpr std::size_t pending_holds = 64 * 1024;
inline constexpr std::size_t pending_flights_a_batch = 256;
// They are arguments of a script, which takes some 8000.
inline constexpr std::size_t pending_holds_a_batch = 1000;
// So long after Redis stood still or was away search asks the ledger: all others have come back by then
// (redis_reconnect_longest) and told what they owe (update_retry_pause), and a sweeper has begun
// (sweep_interval) what those owed that died.
inline constexpr milliseconds index_lag_grace{2500};

// The audit of ledger, seat gate and flight index.
// Rows of the ledger read at once.
inline constexpr std::size_t audit_page = 5000;
// Flights compared with gate and index at once.
inline constexpr std::size_t audit_flights_inspected = 250;
// Again at a difference before it is believed.
inline constexpr int audit_rounds = 5;
// Each after such a pause.
inline constexpr seconds audit_round_pause{1};
// The sweeper drops holds past hold_deadline; older ones are lost.
inline constexpr seconds audit_hold_patience{20};
// That events lie in the outbox.
inline constexpr std::chrono::minutes audit_outbox_patience{5};
// Past its time, for one that is of no use any more.
inline constexpr std::chrono::minutes audit_intent_patience{1};
// A payment of another amount that was given back is told of so long, so that somebody sees that it is tried.
inline constexpr std::chrono::hours audit_wrong_payment_told_for{24};
// The others are only counted.
inline constexpr std::size_t audit_findings_listed = 100;
// For one page of the ledger.
inline constexpr seconds audit_read_deadline{30};
// A worker audits by itself: not as soon as it starts, when it has yet to publish what was left lying; then
// so often, and so rarely that auditing stays a small part of the work.
inline constexpr seconds audit_start_delay{5};
inline constexpr seconds audit_interval{60};
// The pause is at least so many times as long as the last one took.
inline constexpr int audit_rest_factor = 20;

// Publishing events.
inline constexpr milliseconds relay_interval{250};
// Outbox rows, each with the events of one commit.
inline constexpr std::size_t relay_batch = 64;
// Batches between two pauses.
inline constexpr int relay_rounds = 16;
inline constexpr seconds relay_lease{15};
// Without a Redis nobody reads the outbox: rows older than this go, and of the others all but the newest so
// many.
inline constexpr std::chrono::hours unread_events_kept_for{1};
inline constexpr std::int64_t unread_event_rows_kept = 100'000;
inline constexpr seconds unread_events_interval{1};
// Rows removed in one transaction.
inline constexpr std::size_t unread_events_batch = 1000;
// Then rows that are not taken wait for the end of their lease.
inline constexpr int relay_tries = 3;

// Redis.
// One call, from asking to its last reply.
inline constexpr milliseconds redis_call_deadline{500};
// Past it, for replies that wait in a loop that was held up.
inline constexpr milliseconds redis_late_grace{20};
// From the first packet until it has proven itself.
inline constexpr seconds redis_connect_deadline{5};
// A connection in doubt is given up after so long.
inline constexpr seconds redis_silence_deadline{5};
inline constexpr seconds redis_health_interval{1};
// Nothing was refused for so long: then it is over.
inline constexpr seconds redis_refusal_quiet{1};
// The same of a key that no look touches: then it is tried again.
inline constexpr seconds redis_refused_key_quiet{5};
// Doubled with each failure up to.
inline constexpr milliseconds redis_reconnect_first{100};
inline constexpr milliseconds redis_reconnect_longest{1000};
// Ending a connection is asked for again after so long.
inline constexpr milliseconds redis_end_retry{50};
inline constexpr std::size_t redis_calls_under_way = 16 * 1024;
inline constexpr std::size_t redis_pipeline_commands = 256;
// Looked at by one SCAN.
inline constexpr std::size_t redis_scan_keys = 1000;
// For stale holds, each second.
inline constexpr int redis_scans_per_look = 15;
// Of sweep_batch flights, while none is to be told of.
inline constexpr int redis_departed_rounds = 10;
// Read besides a page's flights: some are sold out.
inline constexpr std::size_t redis_search_spare = 16;
inline constexpr std::size_t redis_search_chunk = 256;
// Then the ledger is asked.
inline constexpr int redis_search_chunks = 40;
inline constexpr std::size_t event_stream_length = 100'000;
// A process starts without it after this long.
inline constexpr seconds redis_start_patience{2};

// Import.
inline constexpr std::size_t import_batch = 512;
// Until it is asked again whether another process is done.
inline constexpr milliseconds demo_turn_pause{200};
// For gate and index to hear of what was imported.
inline constexpr seconds import_refresh_patience{10};
inline constexpr std::size_t import_file_bytes = 256 * 1024 * 1024;
inline constexpr std::size_t import_line_bytes = 4096;
inline constexpr std::size_t import_refusals_listed = 100;

// Stress: a run against a deployment, and its audit.
inline constexpr int stress_seats_max = 9;
inline constexpr std::uint32_t stress_users_max = 100'000;
// Ids that the arrivals are spread over.
inline constexpr std::uint32_t stress_users_of_open_loop = 4096;
inline constexpr double stress_rate_max = 1'000'000;
// Requests under way, unless said otherwise.
inline constexpr std::size_t stress_connections_of_open_loop = 8192;
// With more under way, answers are not read one by one:
inline constexpr std::size_t stress_busy_requests = 128;
// They gather for so long.
inline constexpr std::chrono::microseconds stress_busy_pause{250};
// For everything that is not a connection.
inline constexpr std::size_t stress_descriptors_spare = 64;
inline constexpr std::size_t stress_flights_max = 100'000;
inline constexpr std::chrono::hours stress_duration_max{24};
// Beyond what the deployment was asked to wait.
inline constexpr seconds stress_timeout_default{10};
// Before a user whose request was lost goes on.
inline constexpr milliseconds stress_retry_pause{100};
// Requests outlive their timeout by at most this.
inline constexpr milliseconds stress_deadline_look{100};
// Of the first connection.
inline constexpr seconds stress_connect_deadline{5};
// Of one call before the load and in the audit.
inline constexpr seconds stress_call_deadline{15};
// The audit waits for pending bookings, and for a deployment that is away.
inline constexpr seconds stress_settle_default{90};
// Between two looks whether all is settled.
inline constexpr milliseconds stress_settle_look{250};
// That the seat gate differs: longer than an orphaned hold lasts.
inline constexpr seconds stress_gate_patience{15};
// Before what is wrong is believed.
inline constexpr int stress_audit_looks = 3;
// To read everything, once all is settled.
inline constexpr std::chrono::minutes stress_audit_deadline{10};
inline constexpr std::size_t stress_audit_connections = 32;
inline constexpr std::size_t stress_reply_bytes = 8 * 1024 * 1024;
inline constexpr std::size_t stress_error_kinds = 8;
inline constexpr std::size_t stress_error_sample_bytes = 240;
// Shown of an answer that ends the run.
inline constexpr std::size_t stress_refusal_bytes = 1000;

// Telemetry.
inline constexpr milliseconds log_flush_interval{25};
inline constexpr std::size_t log_buffer_bytes = 4 * 1024 * 1024;
inline constexpr seconds log_stop_deadline{1};
inline constexpr std::size_t metric_series = 1024;

// Settings.
inline constexpr std::size_t config_file_bytes = 64 * 1024;
inline constexpr int threads_max = 256;
inline constexpr seconds payment_timeout_max{24 * 60 * 60};
inline constexpr std::int64_t bookings_in_flight_ceiling = 1'000'000;

}  // namespace flightdeck::limits
