#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* A macro of several others, which Swift does not import. */
enum { COpenSSLPublicKeySelection = EVP_PKEY_PUBLIC_KEY };

/* An OSSL_PARAM keeps the pointer to its key. Of a macro Swift would make a string, whose bytes are
   gone after the call that it is passed to. */
static const char *const COpenSSLModulusKey = OSSL_PKEY_PARAM_RSA_N;
static const char *const COpenSSLExponentKey = OSSL_PKEY_PARAM_RSA_E;
static const char *const COpenSSLGroupKey = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const COpenSSLPointKey = OSSL_PKEY_PARAM_PUB_KEY;
static const char *const COpenSSLDigestKey = OSSL_MAC_PARAM_DIGEST;

// Macros of libssl, which Swift cannot see, and functions that libssl calls back.

// Never asks a terminal for the passphrase of a key: there is none.
static inline int copenssl_no_passphrase(char *buffer, int size, int writing, void *seen) {
    (void)buffer, (void)size, (void)writing;
    *(int *)seen = 1;
    return -1;
}

// Reads a private key; `is_encrypted` becomes 1 where that needs a passphrase.
static inline EVP_PKEY *copenssl_read_key(BIO *bio, int *is_encrypted) {
    return PEM_read_bio_PrivateKey(bio, NULL, copenssl_no_passphrase, is_encrypted);
}

// Chooses http/1.1 among the protocols that a client offers; without it the handshake fails with
// the alert no_application_protocol (RFC 7301 §3.2).
static inline int copenssl_choose_http(
    SSL *ssl, const unsigned char **chosen, unsigned char *chosen_count,
    const unsigned char *offered, unsigned int offered_count, void *unused) {
    static const unsigned char http[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    (void)ssl, (void)unused;
    unsigned char *found = NULL;
    int result = SSL_select_next_proto(
        &found, chosen_count, http, sizeof http, offered, offered_count);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// What servers and clients have in common. Without renegotiation a write never has to read. An end
// without close_notify is an end: HTTP says how long its messages are. 1 on success.
static inline int copenssl_configure(SSL_CTX *context) {
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
                     | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
        && SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
        // Not the groups of finite fields, which cost a server up to a hundred times as much.
        && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1;
}

// Sessions are resumed by tickets alone, which every event loop can read and none has to keep.
static inline int copenssl_configure_server(SSL_CTX *context) {
    static const unsigned char name[] = "churnd";
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, copenssl_choose_http, NULL);
    return SSL_CTX_set_num_tickets(context, 1) == 1
        && SSL_CTX_set_session_id_context(context, name, sizeof name - 1) == 1;
}

// Takes over the certificate on success.
static inline int copenssl_add_chain(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add0_chain_cert(context, certificate) == 1;
}

// The name that a client asks for (RFC 6066 §3).
static inline int copenssl_ask_for(SSL *ssl, const char *name) {
    return SSL_set_tlsext_host_name(ssl, name) == 1;
}
