// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Large trees: eight rows, or eight trees of one row, go down side by side, so that one's loads hide the other's.
// Plain C, the same on every processor.

#include "WalkKernels.h"

#include <math.h>
#include <stdbool.h>

enum { side_by_side = 8, levels_between_looks = 3, none = 0xffff };

void tree_walk_fill_f32(const tree_walk_model *model, const float *columns, size_t stride, size_t rows, float *slots) {
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_walk_cut *cut = model->cuts + c;
        const float *x = columns + (size_t)cut->column * stride;
        const float band = cut->zero_is_missing ? 1e-35f : -1;
        // NaN is not above any threshold, so it goes left; nothing is above infinity.
        if (cut->left_slot != none) {
            float *slot = slots + cut->left_slot;
            for (size_t row = 0; row < rows; row++) slot[row * model->slot_count] = fabsf(x[row]) <= band ? NAN : x[row];
        }
        if (cut->right_slot != none) {
            float *slot = slots + cut->right_slot;
            for (size_t row = 0; row < rows; row++) {
                const bool missing = x[row] != x[row] || fabsf(x[row]) <= band;
                slot[row * model->slot_count] = missing ? INFINITY : x[row];
            }
        }
    }
}

// The number of thresholds that are not above x; NaN counts none.
static inline uint32_t rank_of(const double *thresholds, uint32_t count, double x) {
    uint32_t low = 0;
    while (count > 0) {
        const uint32_t half = count - count / 2;
        low += thresholds[low + half - 1] <= x ? half : 0;
        count -= half;
    }
    return low;
}

void tree_walk_fill_f64(const tree_walk_model *model, const double *columns, size_t stride, size_t rows,
                        uint16_t *slots) {
    const double band = 1e-35f;
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_walk_cut *cut = model->cuts + c;
        const double *x = columns + (size_t)cut->column * stride;
        for (size_t row = 0; row < rows; row++) {
            const bool missing = x[row] != x[row] || (cut->zero_is_missing && x[row] >= -band && x[row] <= band);
            const uint32_t rank = rank_of(model->thresholds + cut->first_threshold, cut->count, x[row]);
            uint16_t *slot = slots + row * model->slot_count;
            if (cut->left_slot != none) slot[cut->left_slot] = missing ? 0 : (uint16_t)rank;
            if (cut->right_slot != none) slot[cut->right_slot] = missing ? 0xffff : (uint16_t)rank;
        }
    }
}

static inline uint32_t next_f32(const tree_walk_model *model, const tree_walk_number *nodes, uint32_t at,
                                const float *row) {
    const tree_walk_number node = nodes[at];
    return (node.link >> model->slot_bits) + (row[node.link & ((1u << model->slot_bits) - 1)] >= node.threshold);
}

static inline uint32_t next_f64(const tree_walk_model *model, const tree_walk_bin *nodes, uint32_t at,
                                const uint16_t *row) {
    (void)model;
    const tree_walk_bin node = nodes[at];
    return node.left + (row[node.slot] > node.rank);
}

#define NAMED(name) name##_f32
#define NODES model->numbers
typedef tree_walk_number node_f32;
typedef float slot_f32;
#include "WalkKernelWays.h"
#undef NAMED
#undef NODES

#define NAMED(name) name##_f64
#define NODES model->bins
typedef tree_walk_bin node_f64;
typedef uint16_t slot_f64;
#include "WalkKernelWays.h"

void tree_walk_rows_f32(int level, const tree_walk_model *model, size_t tree, const float *slots, size_t rows,
                        uint32_t *places) {
#if defined(__x86_64__)
    if (level == 2) {
        tree_walk_rows_f32_avx512(model, tree, slots, rows, places);
        return;
    }
#endif
    rows_f32(model, tree, slots, rows, places);
}

void tree_walk_rows_f64(int level, const tree_walk_model *model, size_t tree, const uint16_t *slots, size_t rows,
                        uint32_t *places) {
    rows_f64(model, tree, slots, rows, places);
}
