// What TLS costs a server on the socket itself (SSL_set_fd) and through memory BIOs: processor time of
// the server's thread for a request on a kept connection, and for a full handshake. A build and a run:
//   cc -O2 -o /tmp/tls-bio Benchmarks/Serving/tls-bio.c -lssl -lcrypto -lpthread && /tmp/tls-bio
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { connections = 32, rounds = 5, request_bytes = 700, answer_bytes = 450 };
enum { requests = 100000, handshakes = 2000, record_bytes = 16384 + 512 };

typedef struct { SSL *ssl; BIO *in, *out; int fd; } connection;
static SSL_CTX *server_context, *client_context;
static int uses_memory, listener;
static volatile int handshakes_only;
static struct sockaddr_in address;
static char request[request_bytes], answer[answer_bytes], buffer[record_bytes];

static void check(int is_right, const char *what) { if (!is_right) { perror(what); exit(1); } }
// Sends what libssl has left in memory; a loopback socket takes so little whole. False: it is closed.
static int flush(connection *c) {
    int count = uses_memory ? BIO_read(c->out, buffer, sizeof buffer) : 0;
    return count <= 0 || send(c->fd, buffer, count, 0) == count;
}
// The socket is readable. False: the connection is over.
static int serve(connection *c) {
    static char bytes[record_bytes];
    if (uses_memory) {
        ssize_t count = recv(c->fd, bytes, sizeof bytes, 0);
        if (count <= 0) return count < 0 && errno == EAGAIN;
        BIO_write(c->in, bytes, count);
    }
    if (!SSL_is_init_finished(c->ssl)) {
        int result = SSL_do_handshake(c->ssl);
        if (!flush(c)) return 0;
        // With the handshake's last bytes a request may have come into memory.
        if (result != 1) return SSL_get_error(c->ssl, result) == SSL_ERROR_WANT_READ;
    }
    int count = SSL_read(c->ssl, bytes, sizeof bytes);
    if (count <= 0) return SSL_get_error(c->ssl, count) == SSL_ERROR_WANT_READ;
    check(SSL_write(c->ssl, answer, sizeof answer) == sizeof answer, "SSL_write");
    return flush(c);
}
static void accept_one(int epoll) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connection *c = calloc(1, sizeof *c);
    c->fd = fd;
    c->ssl = SSL_new(server_context);
    c->in = BIO_new(BIO_s_mem()), c->out = BIO_new(BIO_s_mem());
    if (uses_memory) SSL_set_bio(c->ssl, c->in, c->out);
    else BIO_free(c->in), BIO_free(c->out), SSL_set_fd(c->ssl, fd);
    SSL_set_accept_state(c->ssl);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}
static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
// Serves until as many connections as the client makes have ended; returns its processor time.
static double run_server(int count) {
    int epoll = epoll_create1(0), ended = 0;
    struct epoll_event events[64], event = {.events = EPOLLIN, .data.ptr = NULL};
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) == 0, "epoll_ctl");
    double start = cpu_seconds();
    while (ended < count) {
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            connection *c = events[i].data.ptr;
            if (!c) { accept_one(epoll); continue; }
            if (serve(c)) continue;
            SSL_free(c->ssl), close(c->fd), free(c), ended++;
        }
    }
    close(epoll);
    return cpu_seconds() - start;
}
static SSL *connect_one(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    check(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    SSL *ssl = SSL_new(client_context);
    SSL_set_fd(ssl, fd);
    check(SSL_connect(ssl) == 1, "SSL_connect");
    return ssl;
}
static void end(SSL *ssl) { int fd = SSL_get_fd(ssl); SSL_free(ssl); close(fd); }
static void *run_client(void *unused) {
    char bytes[record_bytes];
    SSL *all[connections];
    for (int i = 0; i < handshakes && handshakes_only; i++) end(connect_one());
    if (handshakes_only) return unused;
    for (int i = 0; i < connections; i++) all[i] = connect_one();
    for (int n = 0; n < requests / connections; n++) {
        for (int i = 0; i < connections; i++) SSL_write(all[i], request, sizeof request);
        for (int i = 0; i < connections; i++)
            check(SSL_read(all[i], bytes, sizeof bytes) > 0, "SSL_read");
    }
    for (int i = 0; i < connections; i++) end(all[i]);
    return unused;
}
static double measure(int memory, int only_handshakes) {
    uses_memory = memory;
    handshakes_only = only_handshakes;
    pthread_t client;
    pthread_create(&client, NULL, run_client, NULL);
    double seconds = run_server(only_handshakes ? handshakes : connections);
    pthread_join(client, NULL);
    return seconds * 1e6 / (only_handshakes ? handshakes : requests / connections * connections);
}
int main(void) {
    signal(SIGPIPE, SIG_IGN);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    server_context = SSL_CTX_new(TLS_server_method());
    client_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(server_context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_use_certificate(server_context, certificate);
    SSL_CTX_use_PrivateKey(server_context, key);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 512) == 0, "listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    puts("round  request-socket-us  request-memory-us  handshake-socket-us  handshake-memory-us");
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int round = 1; round <= rounds; round++) {
        double socket = measure(0, 0), memory = measure(1, 0), full = measure(0, 1);
        printf("%5d %18.2f %18.2f %20.1f %20.1f\n", round, socket, memory, full, measure(1, 1));
    }
    return 0;
}
