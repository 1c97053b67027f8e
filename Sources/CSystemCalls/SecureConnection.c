// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "SecureConnection.h"

#if defined(__linux__)

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// What is used of curl/curl.h: the numbers are part of libcurl's stable binary interface.
enum {
    OPT_URL = 10002, OPT_ERROR_BUFFER = 10010, OPT_CONTEXT = 10057, OPT_CA_FILE = 10065,
    OPT_PROGRESS_FUNCTION = 20219, OPT_NO_PROGRESS = 43, OPT_HTTP_VERSION = 84, OPT_NO_SIGNAL = 99,
    OPT_CONNECT_ONLY = 141, OPT_TIMEOUT_MS = 155, OPT_CONNECT_TIMEOUT_MS = 156,
    INFO_ACTIVE_SOCKET = 0x500000 + 44, HTTP_1_1 = 2, GLOBAL_DEFAULT = 3, CODE_AGAIN = 81
};

static int (*curl_global_init)(long);
static void *(*curl_easy_init)(void);
static int (*curl_easy_setopt)(void *, int, ...);
static int (*curl_easy_getinfo)(void *, int, ...);
static int (*curl_easy_perform)(void *);
static int (*curl_easy_send)(void *, const void *, size_t, size_t *);
static int (*curl_easy_recv)(void *, void *, size_t, size_t *);
static void (*curl_easy_cleanup)(void *);
static int is_available;

struct mlops_secure_connection {
    void *curl;
    atomic_int descriptor;
    atomic_int is_cancelled;
};

static void load(void) {
    // FoundationNetworking links libcurl, so as a rule it is there already.
    void *library = dlsym(RTLD_DEFAULT, "curl_easy_recv") ? RTLD_DEFAULT : dlopen("libcurl.so.4", RTLD_NOW);
    if (library == NULL && dlsym(RTLD_DEFAULT, "curl_easy_recv") == NULL) return;
#define FIND(name) *(void **)&name = dlsym(library, #name)
    FIND(curl_global_init);
    FIND(curl_easy_init);
    FIND(curl_easy_setopt);
    FIND(curl_easy_getinfo);
    FIND(curl_easy_perform);
    FIND(curl_easy_send);
    FIND(curl_easy_recv);
    FIND(curl_easy_cleanup);
#undef FIND
    is_available = curl_global_init && curl_easy_init && curl_easy_setopt && curl_easy_getinfo
        && curl_easy_perform && curl_easy_send && curl_easy_recv && curl_easy_cleanup
        && curl_global_init(GLOBAL_DEFAULT) == 0;
}

int mlops_secure_is_available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_available;
}

// A write to a connection that the other side has reset raises SIGPIPE, which would end the process: it is held back in
// this thread, and taken away again if it came.
typedef struct {
    sigset_t before;
    int was_pending;
} held_signal;

static held_signal hold_signal(void) {
    held_signal held;
    sigset_t pipe, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigemptyset(&pending);
    sigpending(&pending);
    held.was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &held.before);
    return held;
}

static void release_signal(held_signal held) {
    if (!held.was_pending) {
        sigset_t pipe;
        struct timespec none = {0, 0};
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        while (sigtimedwait(&pipe, NULL, &none) > 0) {}
    }
    pthread_sigmask(SIG_SETMASK, &held.before, NULL);
}

mlops_secure_connection *mlops_secure_make(void) {
    if (!mlops_secure_is_available()) return NULL;
    mlops_secure_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) return NULL;
    atomic_init(&connection->descriptor, -1);
    connection->curl = curl_easy_init();
    if (connection->curl != NULL) return connection;
    free(connection);
    return NULL;
}

static int progress(void *context, int64_t a, int64_t b, int64_t c, int64_t d) {
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&((mlops_secure_connection *)context)->is_cancelled);
}

int mlops_secure_connect(
    mlops_secure_connection *connection, const char *url, const char *authorities, long milliseconds,
    char message[256]) {
    void *curl = connection->curl;
    message[0] = 0;
    curl_easy_setopt(curl, OPT_URL, url);
    curl_easy_setopt(curl, OPT_ERROR_BUFFER, message);
    curl_easy_setopt(curl, OPT_CONNECT_ONLY, 1L);
    // What is spoken over the connection is HTTP/1.1, so nothing else may be agreed on.
    curl_easy_setopt(curl, OPT_HTTP_VERSION, (long)HTTP_1_1);
    curl_easy_setopt(curl, OPT_NO_SIGNAL, 1L);
    curl_easy_setopt(curl, OPT_TIMEOUT_MS, milliseconds);
    curl_easy_setopt(curl, OPT_CONNECT_TIMEOUT_MS, milliseconds);
    curl_easy_setopt(curl, OPT_NO_PROGRESS, 0L);
    curl_easy_setopt(curl, OPT_PROGRESS_FUNCTION, progress);
    curl_easy_setopt(curl, OPT_CONTEXT, connection);
    if (authorities != NULL) curl_easy_setopt(curl, OPT_CA_FILE, authorities);
    held_signal held = hold_signal();
    int code = curl_easy_perform(curl);
    release_signal(held);
    // The buffer is the caller's, and later calls must not write to it.
    curl_easy_setopt(curl, OPT_ERROR_BUFFER, NULL);
    if (code != 0) return code;
    int descriptor = -1;
    code = curl_easy_getinfo(curl, INFO_ACTIVE_SOCKET, &descriptor);
    atomic_store(&connection->descriptor, descriptor);
    return code;
}

int mlops_secure_descriptor(mlops_secure_connection *connection) {
    return atomic_load(&connection->descriptor);
}

long mlops_secure_send(mlops_secure_connection *connection, const void *bytes, size_t count) {
    size_t done = 0;
    held_signal held = hold_signal();
    int code = curl_easy_send(connection->curl, bytes, count, &done);
    release_signal(held);
    if (code == CODE_AGAIN || (code == 0 && done == 0)) return -1;
    return code == 0 ? (long)done : -2;
}

long mlops_secure_receive(mlops_secure_connection *connection, void *bytes, size_t count) {
    size_t done = 0;
    held_signal held = hold_signal();
    int code = curl_easy_recv(connection->curl, bytes, count, &done);
    release_signal(held);
    if (code == CODE_AGAIN) return -1;
    return code == 0 ? (long)done : -2;
}

void mlops_secure_cancel(mlops_secure_connection *connection) {
    atomic_store(&connection->is_cancelled, 1);
    int descriptor = atomic_load(&connection->descriptor);
    if (descriptor >= 0) shutdown(descriptor, SHUT_RDWR);
}

void mlops_secure_free(mlops_secure_connection *connection) {
    held_signal held = hold_signal();
    curl_easy_cleanup(connection->curl);
    release_signal(held);
    free(connection);
}

#else

// Apple's systems have a URLSession that needs no help.
int mlops_secure_is_available(void) { return 0; }
mlops_secure_connection *mlops_secure_make(void) { return NULL; }
int mlops_secure_connect(
    mlops_secure_connection *connection, const char *url, const char *authorities, long milliseconds,
    char message[256]) {
    (void)connection, (void)url, (void)authorities, (void)milliseconds;
    message[0] = 0;
    return 1;
}
int mlops_secure_descriptor(mlops_secure_connection *connection) { (void)connection; return -1; }
long mlops_secure_send(mlops_secure_connection *connection, const void *bytes, size_t count) {
    (void)connection, (void)bytes, (void)count;
    return -2;
}
long mlops_secure_receive(mlops_secure_connection *connection, void *bytes, size_t count) {
    (void)connection, (void)bytes, (void)count;
    return -2;
}
void mlops_secure_cancel(mlops_secure_connection *connection) { (void)connection; }
void mlops_secure_free(mlops_secure_connection *connection) { (void)connection; }

#endif
