// What Glibc's module map leaves out: epoll, eventfd, and calls that need _GNU_SOURCE, which must not
// be defined here, or the types of this module would differ from Glibc's.
#ifndef CLINUX_H
#define CLINUX_H

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/// accept4(2) without the peer's address; the socket is non-blocking and closed on exec.
int clinux_accept(int listener);

/// The processors in this thread's affinity mask; at least 1 (sched_getaffinity(2)).
int clinux_processor_count(void);

/// environ(7): "NAME=value" strings, the last one NULL.
char **clinux_environment(void);

#endif
