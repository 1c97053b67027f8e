// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CSystemCalls.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/ioctl.h>
// From linux/fs.h, which not every C library finds.
#ifndef FICLONE
#define FICLONE _IOW(0x94, 9, int)
#endif
#elif defined(__APPLE__)
#include <sys/clonefile.h>
#endif

int mlops_clone_file(const char *source, const char *target, int mode) {
#if defined(__linux__)
    int from = open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0) return -1;
    int to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
    if (to < 0) {
        int number = errno;
        close(from);
        errno = number;
        return -1;
    }
    int answer = ioctl(to, FICLONE, from);
    int number = errno;
    close(from);
    if (close(to) != 0 && answer == 0) {
        answer = -1;
        number = errno;
    }
    if (answer != 0) unlink(target);
    errno = number;
    return answer == 0 ? 0 : -1;
#elif defined(__APPLE__)
    if (clonefile(source, target, CLONE_NOFOLLOW | CLONE_NOOWNERCOPY) != 0) return -1;
    // A clone has the source's mode; the mask applies as it does where a file is made.
    mode_t mask = umask(0);
    umask(mask);
    if (chmod(target, (mode_t)mode & ~mask) == 0) return 0;
    int number = errno;
    unlink(target);
    errno = number;
    return -1;
#else
    (void)source;
    (void)target;
    (void)mode;
    errno = ENOSYS;
    return -1;
#endif
}
