#include "net/tls_session.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <new>

namespace flightdeck::net {

// OpenSSL's own writes to a socket raise SIGPIPE when the other side has gone.
struct SocketBio {
  static BIO* make(TlsSession& session) {
    static BIO_METHOD* const method = make_method();
    BIO* const bio = BIO_new(method);
    if (!bio) throw std::bad_alloc();
    BIO_set_data(bio, &session);
    BIO_set_init(bio, 1);
    return bio;
  }

 private:
  static BIO_METHOD* make_method() {
    BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (!method) throw std::bad_alloc();
    BIO_meth_set_write(method, write);
    BIO_meth_set_read(method, read);
    BIO_meth_set_ctrl(method, control);
    return method;
  }
  static TlsSession& session_of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }
  static bool later(ssize_t moved) { return moved < 0 && (errno == EAGAIN || errno == EINTR); }

  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(session_of(bio).socket_, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (later(sent)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }
  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const auto got = ::recv(session_of(bio).socket_, into, static_cast<std::size_t>(size), 0);
    if (later(got)) BIO_set_retry_read(bio);
    if (got == 0) session_of(bio).at_end_ = true;
    return static_cast<int>(got);
  }
  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return session_of(bio).at_end_ ? 1 : 0;
    return 0;
  }
};

namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

void expect_host(SSL* session, const std::string& host) {
  if (is_address(host)) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) != 1) throw std::bad_alloc();
    return;
  }
  std::string name = host;
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool taken =
      SSL_set1_host(session, name.c_str()) == 1 &&
      SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
  if (!taken) throw std::bad_alloc();
}

}  // namespace

TlsTrust::TlsTrust() : context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context_, 1);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  // The only protocol that is spoken here.
  constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context_, http_1_1.data(), http_1_1.size());
  // If there are none, no certificate is trusted.
  SSL_CTX_set_default_verify_paths(context_);
  ERR_clear_error();
}

TlsTrust::~TlsTrust() { SSL_CTX_free(context_); }

TlsSession::TlsSession(const TlsTrust& trust, int socket, const std::string& host)
    : socket_(socket), session_(SSL_new(trust.context())) {
  if (!session_) throw std::bad_alloc();
  expect_host(session_, host);
  BIO* const bio = SocketBio::make(*this);
  SSL_set_bio(session_, bio, bio);
  SSL_set_connect_state(session_);
}

TlsSession::~TlsSession() { SSL_free(session_); }

TlsStep TlsSession::step_of(int result) {
  if (result > 0) return TlsStep::done;
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ: return TlsStep::wants_read;
    case SSL_ERROR_WANT_WRITE: return TlsStep::wants_write;
    case SSL_ERROR_ZERO_RETURN: return TlsStep::ended;
    default: return TlsStep::failed;
  }
}

TlsStep TlsSession::shake_hands() {
  ERR_clear_error();
  const TlsStep step = step_of(SSL_do_handshake(session_));
  if (step == TlsStep::failed) refusal_ = describe_refusal();
  return step;
}

TlsStep TlsSession::read(std::span<char> into, std::size_t& moved) {
  ERR_clear_error();
  moved = 0;
  return step_of(SSL_read_ex(session_, into.data(), into.size(), &moved));
}

TlsStep TlsSession::write(std::string_view bytes, std::size_t& moved) {
  ERR_clear_error();
  moved = 0;
  return step_of(SSL_write_ex(session_, bytes.data(), bytes.size(), &moved));
}

bool TlsSession::holds_more() const { return SSL_has_pending(session_) == 1; }

void TlsSession::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(session_);
}

std::string TlsSession::describe_refusal() const {
  const long verified = SSL_get_verify_result(session_);
  if (verified != X509_V_OK) {
    const std::string why = X509_verify_cert_error_string(verified);
    switch (verified) {
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "its certificate is of nobody who is trusted here (" + why + ")";
      default: return "its certificate is refused (" + why + ")";
    }
  }
  const unsigned long error = ERR_peek_last_error();
  // The connection was cut, or broke.
  if (error == 0 || at_end_) return {};
  const char* const reason = ERR_reason_error_string(error);
  return "it does not agree on TLS (" + std::string(reason ? reason : "unknown reason") + ")";
}

}  // namespace flightdeck::net
