/* Stands between a process and the files below one folder: writes down what
 * they are told, and lets the n-th call fail. Loaded with LD_PRELOAD.
 *
 * TILLKEEP_DISK_FOLDER  only files below it are watched
 * TILLKEEP_DISK_TRACE   where to write down, else nowhere
 * TILLKEEP_DISK_LAZY    do not wait for the disk: for looking at many files quickly
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, SYNC, UNLINK, MARK, READ, OPEN, RENAME };

struct record { /* followed by the name, then by the bytes */
    uint32_t what, name;
    uint64_t at, size;
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_size;
static int trace = -1;
static long calls, nth, sticky;
static int failure, lazy;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("TILLKEEP_DISK_FOLDER");
    const char *into = getenv("TILLKEEP_DISK_TRACE");
    if (name != NULL && realpath(name, folder) != NULL)
        folder_size = strlen(folder);
    lazy = getenv("TILLKEEP_DISK_LAZY") != NULL;
    if (into != NULL)
        trace = (int)syscall(SYS_openat, AT_FDCWD, into, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static int below(const char *path)
{
    return folder_size && strncmp(path, folder, folder_size) == 0 && path[folder_size] == '/';
}

static int path_of(int fd, char *path)
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (size <= 0)
        return 0;
    path[size] = 0;
    return below(path);
}

static void all(const void *bytes, size_t size)
{
    const char *left = bytes;
    while (size) {
        ssize_t done = syscall(SYS_write, trace, left, size);
        if (done <= 0)
            abort();
        left += done, size -= (size_t)done;
    }
}

static void note(int what, const char *name, uint64_t at, const void *bytes, uint64_t size)
{
    if (trace < 0)
        return;
    struct record head = {(uint32_t)what, (uint32_t)strlen(name), at, size};
    all(&head, sizeof head);
    all(name, head.name);
    if (bytes != NULL)
        all(bytes, size);
}

/* What the tests call: a mark in the trace, and the fault. */

void disk_mark(const char *text)
{
    pthread_mutex_lock(&gate);
    note(MARK, "", 0, text, strlen(text));
    pthread_mutex_unlock(&gate);
}

void disk_arm(long number, int error, long stays)
{
    pthread_mutex_lock(&gate);
    calls = 0, nth = number, failure = error, sticky = stays;
    pthread_mutex_unlock(&gate);
}

long disk_calls(void)
{
    return calls;
}

/* A full disk still reads and takes things away. */
static int fails(int what)
{
    int takes_room = what == WRITE || what == TRUNCATE || what == SYNC || what == OPEN;
    if (failure == ENOSPC && !takes_room)
        return 0;
    calls++;
    if (!nth || calls < nth || (calls > nth && !sticky))
        return 0;
    errno = failure;
    return 1;
}

#define REAL(type, name, ...)                                                                     \
    static type (*real)(__VA_ARGS__);                                                             \
    if (real == NULL)                                                                             \
        real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define GUARDED(what, call, done)                                                                 \
    pthread_mutex_lock(&gate);                                                                    \
    if (fails(what)) {                                                                            \
        pthread_mutex_unlock(&gate);                                                              \
        return -1;                                                                                \
    }                                                                                             \
    result = (call);                                                                              \
    int kept = errno;                                                                             \
    if (result >= 0)                                                                              \
        done;                                                                                     \
    errno = kept;                                                                                 \
    pthread_mutex_unlock(&gate);                                                                  \
    return result

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    char path[PATH_MAX];
    ssize_t result;
    if (!path_of(fd, path))
        return real(fd, bytes, size, at);
    GUARDED(WRITE, real(fd, bytes, size, at), note(WRITE, path, (uint64_t)at, bytes, (uint64_t)result));
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return pwrite64(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    REAL(ssize_t, "write", int, const void *, size_t);
    char path[PATH_MAX];
    ssize_t result;
    if (!path_of(fd, path))
        return real(fd, bytes, size);
    off64_t at = lseek64(fd, 0, SEEK_CUR);
    GUARDED(WRITE, real(fd, bytes, size), note(WRITE, path, (uint64_t)at, bytes, (uint64_t)result));
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t at)
{
    REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
    char path[PATH_MAX];
    ssize_t result;
    if (!path_of(fd, path))
        return real(fd, bytes, size, at);
    GUARDED(READ, real(fd, bytes, size, at), (void)0);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    REAL(ssize_t, "read", int, void *, size_t);
    char path[PATH_MAX];
    ssize_t result;
    if (!path_of(fd, path))
        return real(fd, bytes, size);
    GUARDED(READ, real(fd, bytes, size), (void)0);
}

int ftruncate64(int fd, off64_t size)
{
    REAL(int, "ftruncate64", int, off64_t);
    char path[PATH_MAX];
    int result;
    if (!path_of(fd, path))
        return real(fd, size);
    GUARDED(TRUNCATE, real(fd, size), note(TRUNCATE, path, (uint64_t)size, NULL, 0));
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int fdatasync(int fd)
{
    REAL(int, "fdatasync", int);
    char path[PATH_MAX];
    int result;
    if (!path_of(fd, path))
        return real(fd);
    GUARDED(SYNC, lazy ? 0 : real(fd), note(SYNC, path, 0, NULL, 0));
}

int fsync(int fd)
{
    REAL(int, "fsync", int);
    char path[PATH_MAX];
    int result;
    if (!path_of(fd, path))
        return real(fd);
    GUARDED(SYNC, lazy ? 0 : real(fd), note(SYNC, path, 0, NULL, 0));
}

int unlink(const char *path)
{
    REAL(int, "unlink", const char *);
    int result;
    if (!below(path))
        return real(path);
    GUARDED(UNLINK, real(path), note(UNLINK, path, 0, NULL, 0));
}

int rename(const char *from, const char *to)
{
    REAL(int, "rename", const char *, const char *);
    int result;
    if (!below(to))
        return real(from, to);
    GUARDED(RENAME, real(from, to), (void)0);
}

int open64(const char *path, int flags, ...)
{
    REAL(int, "open64", const char *, int, ...);
    va_list more;
    va_start(more, flags);
    int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, int) : 0;
    va_end(more);
    int result;
    int makes = (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    if (!below(path) || (failure == ENOSPC && !makes)) /* what is there already takes no room */
        return real(path, flags, mode);
    GUARDED(OPEN, real(path, flags, mode), (void)0);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, int) : 0;
    va_end(more);
    return open64(path, flags, mode);
}
