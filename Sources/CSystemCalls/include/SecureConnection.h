// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// Encrypted connections by way of libcurl, which FoundationNetworking loads on Linux.
#pragma once

#include <stddef.h>

/// A connection to a server under TLS; used by one thread at a time, but for cancelling.
typedef struct mlops_secure_connection mlops_secure_connection;

/// Whether libcurl is in the process or can be loaded.
int mlops_secure_is_available(void);

/// A connection that is not open yet; NULL where libcurl is missing or memory is.
mlops_secure_connection *mlops_secure_make(void);

/// Connects and checks the server's certificate.
///
/// `url` names scheme, host and port; `authorities` is a file of certificates to trust, or NULL for the system's.
/// Returns libcurl's code, 0 for success; `message` takes up to 255 bytes that say what went wrong.
int mlops_secure_connect(
    mlops_secure_connection *connection, const char *url, const char *authorities, long milliseconds,
    char message[256]);

/// The socket, to wait for; -1 where there is none.
int mlops_secure_descriptor(mlops_secure_connection *connection);

/// Sends what can be sent at once: the count in bytes, -1 where the caller has to wait, -2 where the connection broke.
long mlops_secure_send(mlops_secure_connection *connection, const void *bytes, size_t count);

/// Takes what has arrived: the count in bytes, 0 at the end, -1 where the caller has to wait, -2 where the connection broke.
long mlops_secure_receive(mlops_secure_connection *connection, void *bytes, size_t count);

/// Ends connecting and waiting, from any thread.
void mlops_secure_cancel(mlops_secure_connection *connection);

/// Closes the connection and frees it.
void mlops_secure_free(mlops_secure_connection *connection);
