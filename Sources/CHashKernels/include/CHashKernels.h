// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
//
// Hash kernels that need instructions chosen at run time, or the optimiser even in debug builds.
// Each has a twin in Swift that gives the same bits and is the reference in the tests.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has SHA-256 instructions; without them the three functions below do nothing useful.
int mlops_sha256_is_available(void);

/// Compresses `blocks` blocks of 64 bytes into the state.
void mlops_sha256_compress(uint32_t state[8], const uint8_t *data, size_t blocks);

/// Compresses as many blocks of two unrelated contents, interleaved: the instructions wait for their own
/// results most of the time, so two contents take little longer than one.
void mlops_sha256_compress_pair(uint32_t first_state[8], const uint8_t *first, uint32_t second_state[8],
                                const uint8_t *second, size_t blocks);

/// Where a gear hash was small. A place is twice the count of bytes up to and with the one that made it so, plus one where
/// the hash was at most `strict` and not only at most `lenient`.
struct mlops_cut_places {
    uint64_t strict, lenient;
    uint32_t *places;
    size_t count, capacity;
};

/// Compresses blocks of 64 bytes into the state and rolls the gear hash (see below) over the same bytes: the instructions of
/// the one wait for their own results most of the time, and the other runs meanwhile. Ends early where fewer than 1,024
/// places are free. Returns how many blocks were taken; there must be fewer than 2^24.
size_t mlops_sha256_compress_and_scan(uint32_t state[8], const uint8_t *data, size_t blocks,
                                      const uint64_t table[256], uint64_t *hash, struct mlops_cut_places *places);

/// Whether this processor can compress sixteen contents at once; without that the function below does nothing useful.
int mlops_sha256_many_is_available(void);

/// Compresses as many blocks of sixteen unrelated contents. `states` holds the first word of each state, then the
/// second of each, and so on.
void mlops_sha256_compress_many(uint32_t states[8 * 16], const uint8_t *const data[16], size_t blocks);

/// Whether this processor has CRC-32C instructions.
int mlops_crc32c_is_available(void);

/// Extends a CRC-32C (not yet inverted) by bytes.
uint32_t mlops_crc32c_update(uint32_t crc, const uint8_t *data, size_t count);

/// Rolls the gear hash over bytes until one of `hash & mask` is zero: `hash = (hash << 1) + table[byte]`.
/// Returns how many bytes were taken, the last of which made the hash match; `count + 1` where none did.
size_t mlops_gear_scan(const uint64_t table[256], const uint8_t *data, size_t count, uint64_t mask,
                       uint64_t *hash);
