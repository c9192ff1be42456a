// Counts a program's allocations: preloaded, it adds one to the number in the file that
// ALLOCATION_COUNT names for each call of malloc, calloc and realloc that may take memory. While
// the second number in the file is positive, it writes where a call came from, and counts it down.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

struct counts { atomic_long calls, traces; };
static struct counts *shared;
static __thread int is_tracing;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ALLOCATION_COUNT");
    int file = path ? open(path, O_RDWR) : -1;
    if (file < 0) return;
    void *first[1];
    backtrace(first, 1);
    struct counts *mapped = mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) shared = mapped;
}

static void count(void) {
    if (!shared) return;
    atomic_fetch_add_explicit(&shared->calls, 1, memory_order_relaxed);
    if (is_tracing || atomic_load_explicit(&shared->traces, memory_order_relaxed) <= 0) return;
    if (atomic_fetch_sub(&shared->traces, 1) <= 0) return;
    is_tracing = 1;
    void *frames[24];
    int depth = backtrace(frames, 24);
    backtrace_symbols_fd(frames, depth, 2);
    (void)!write(2, "\n", 1);
    is_tracing = 0;
}

void *malloc(size_t size) { count(); return __libc_malloc(size); }
void *calloc(size_t count_, size_t size) { count(); return __libc_calloc(count_, size); }
void *realloc(void *old, size_t size) { count(); return __libc_realloc(old, size); }
