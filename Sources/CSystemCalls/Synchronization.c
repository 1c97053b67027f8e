// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CSystemCalls.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int mlops_sync_file_system(int descriptor) {
#if defined(__linux__)
    return syncfs(descriptor);
#else
    (void)descriptor;
    errno = ENOSYS;
    return -1;
#endif
}

int mlops_sync_file(int descriptor) {
#if defined(__APPLE__)
    // fsync leaves the data in the drive's cache; a file system that does not know the stronger call gets fsync.
    if (fcntl(descriptor, F_FULLFSYNC) == 0) return 0;
    if (errno != ENOTSUP && errno != EINVAL && errno != ENOTTY) return -1;
#endif
    return fsync(descriptor);
}

void mlops_start_writing(int descriptor) {
#if defined(__linux__)
    (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)descriptor;
#endif
}

int mlops_write_past_cache(int descriptor, int is_past) {
#if defined(__linux__)
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, is_past ? flags | O_DIRECT : flags & ~O_DIRECT);
#elif defined(__APPLE__)
    return fcntl(descriptor, F_NOCACHE, is_past);
#else
    (void)descriptor, (void)is_past;
    errno = ENOTSUP;
    return -1;
#endif
}
