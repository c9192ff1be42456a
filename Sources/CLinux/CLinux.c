#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int clinux_accept(int listener, struct sockaddr_storage *peer) {
    socklen_t count = sizeof *peer;
    return accept4(listener, (struct sockaddr *)peer, &count, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

char **clinux_environment(void) { return environ; }

int clinux_open_unnamed(const char *directory, unsigned mode) {
    return open(directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
}

int clinux_name(int descriptor, const char *path) {
    // The way of open(2) for processes without CAP_DAC_READ_SEARCH.
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int clinux_reserve(int descriptor, long offset, long count) {
    return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, count);
}

int clinux_set_dumpable(int dumpable) {
    return prctl(PR_SET_DUMPABLE, (unsigned long)dumpable, 0, 0, 0);
}

int clinux_peer(int socket, unsigned *user, int *process) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return -1;
    }
    *user = credentials.uid;
    *process = credentials.pid;
    return 0;
}
