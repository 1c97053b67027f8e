// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// One row with NEON, whose table look-ups see 64 bytes of the row at a time.

#include "RowKernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define TARGET

typedef struct {
    uint8x16x4_t bytes[4];
} row_vectors;

static inline row_vectors load_row(const tree_row_model *model, const uint8_t *row_bytes) {
    row_vectors row = {0};
    for (uint32_t v = 0; v < model->slot_vectors; v++) {
        for (int part = 0; part < 4; part++) row.bytes[v].val[part] = vld1q_u8(row_bytes + 64 * v + 16 * part);
    }
    return row;
}

// Of 16 decisions: the bit of its place in eight where the row goes right.
static inline uint8x16_t decide(const tree_row_block *block, int first, const row_vectors *row, uint32_t slot_vectors,
                                uint8x16_t places) {
    uint8x16_t slots = vld1q_u8(block->slots + first);
    uint8x16_t bins = vqtbl4q_u8(row->bytes[0], slots);
    for (uint32_t v = 1; v < slot_vectors; v++) {
        // A slot outside of the 64 leaves what was found before.
        slots = vsubq_u8(slots, vdupq_n_u8(64));
        bins = vqtbx4q_u8(bins, row->bytes[v], slots);
    }
    return vandq_u8(vcgtq_u8(bins, vld1q_u8(block->ranks + first)), places);
}

static inline uint64_t decision_bits(const tree_row_block *block, const row_vectors *row, uint32_t slot_vectors) {
    static const uint8_t powers[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t places = vld1q_u8(powers);
    const uint8x16_t low = vpaddq_u8(decide(block, 0, row, slot_vectors, places),
                                     decide(block, 16, row, slot_vectors, places));
    const uint8x16_t high = vpaddq_u8(decide(block, 32, row, slot_vectors, places),
                                      decide(block, 48, row, slot_vectors, places));
    const uint8x16_t sums = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

#include "RowKernelWalk.h"

const tree_row_kernels tree_row_neon = {quantize_row_f32, quantize_row_f64, add_f32, add_f64, find_exits};

#endif
