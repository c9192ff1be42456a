// What Glibc's module map leaves out: epoll, eventfd, and calls that need _GNU_SOURCE, which must not
// be defined here, or the types of this module would differ from Glibc's.
#ifndef CLINUX_H
#define CLINUX_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/// accept4(2); the socket is non-blocking and closed on exec.
int clinux_accept(int listener, struct sockaddr_storage *peer);

/// The processors in this thread's affinity mask; at least 1 (sched_getaffinity(2)).
int clinux_processor_count(void);

/// environ(7): "NAME=value" strings, the last one NULL.
char **clinux_environment(void);

/// A file in `directory` that has no name and goes with its descriptor (O_TMPFILE of open(2)); −1
/// where the file system has none such.
int clinux_open_unnamed(const char *directory, unsigned mode);

/// Gives a file without a name one, which must be free; 0, or −1 and errno.
int clinux_name(int descriptor, const char *path);

/// Sets room aside in a file without a change of its size (FALLOC_FL_KEEP_SIZE of fallocate(2)); 0,
/// or −1 and errno.
int clinux_reserve(int descriptor, long offset, long count);

/// PR_SET_DUMPABLE of prctl(2): with 0 nothing of this process' memory leaves it; 0, or −1 and errno.
int clinux_set_dumpable(int dumpable);

/// The process at the other end of a connected Unix socket, as it was when it connected
/// (SO_PEERCRED of unix(7)); 0, or −1 and errno.
int clinux_peer(int socket, unsigned *user, int *process);

#endif
