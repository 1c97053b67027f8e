// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// System calls that need flags or macros the C library's Swift module does not export.
#pragma once

#include "SecureConnection.h"

/// Writes everything of the file system that holds the open file to the device; -1 with errno set on failure,
/// ENOSYS where the system has no such call.
int mlops_sync_file_system(int descriptor);

/// Writes a file to the device itself, not only to the device's cache; -1 with errno set on failure.
int mlops_sync_file(int descriptor);

/// Asks the system to begin writing a file to the device, where it can be asked; promises nothing.
void mlops_start_writing(int descriptor);

/// Lets what is written to an open file go past the system's cache, or no longer; -1 with errno set where that cannot be. Where it can,
/// memory, offset and size of each write may have to be multiples of some power of two.
int mlops_write_past_cache(int descriptor, int is_past);

/// Makes a new file that shares a file's blocks until one of them is written; -1 with errno set on failure, and then no
/// file is made. A symbolic link is not followed.
int mlops_clone_file(const char *source, const char *target, int mode);
