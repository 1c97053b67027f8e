// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// One row where bytes cannot be permuted freely: all decisions of a block become bits, then a walk over the bits.
// Included by a file that defines TARGET, row_vectors, load_row and
//     decision_bits(block, row, slot_vectors)     1 where the row goes right

typedef uint64_t answers;

static inline TARGET answers answer(const tree_row_model *model, uint32_t number, const row_vectors *row,
                                    uint64_t extra, uint32_t slot_vectors) {
    return decision_bits(model->blocks + number, row, slot_vectors) | extra;
}

static inline TARGET uint32_t way_out(const tree_row_model *model, uint32_t number, const answers *found,
                                      uint32_t decision) {
    const uint8_t *children = model->blocks[number].left;
    uint32_t at = 128 + decision;
    // Four decisions before each look at how many are left: fewer branches that go wrong. A way out stays where it is.
    for (int left = model->block_places[number].depth; left > 0; left -= 4) {
#pragma clang loop unroll(full)
        for (int step = 0; step < 4; step++) {
            // The right children stand 64 bytes after the left ones.
            const uint32_t next = children[(*found >> (at & 63) & 1) << 6 | (at & 63)];
            at = at & 128 ? next : at;
        }
    }
    return at;
}

#include "RowKernelTrees.h"

// Eight steps of binary search for each column; several run side by side in the processor.
static inline void quantize_row_f32(const tree_plane_model *model, const tree_row_model *rows, const float *values,
                                    uint8_t *row_bytes) {
    const float zero_band = 1e-35f;
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_cut_list *cut = model->cuts + c;
        const float *thresholds = model->thresholds_f32 + cut->first_threshold - 1;
        const float x = values[rows->columns[c]];
        uint32_t low = 0;
#pragma clang loop unroll(full)
        for (uint32_t step = 128; step != 0; step >>= 1) low += thresholds[low + step] <= x ? step : 0;
        const int missing = x != x || (cut->zero_is_missing && x >= -zero_band && x <= zero_band);
        put_rank(cut, (uint8_t)low, missing, row_bytes);
    }
}

static inline void quantize_row_f64(const tree_plane_model *model, const tree_row_model *rows, const double *values,
                                    uint8_t *row_bytes) {
    const double zero_band = 1e-35f;
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_cut_list *cut = model->cuts + c;
        const double *thresholds = model->thresholds_f64 + cut->first_threshold - 1;
        const double x = values[rows->columns[c]];
        uint32_t low = 0;
#pragma clang loop unroll(full)
        for (uint32_t step = 128; step != 0; step >>= 1) low += thresholds[low + step] <= x ? step : 0;
        const int missing = x != x || (cut->zero_is_missing && x >= -zero_band && x <= zero_band);
        put_rank(cut, (uint8_t)low, missing, row_bytes);
    }
}

