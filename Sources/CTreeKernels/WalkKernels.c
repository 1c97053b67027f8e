// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Large trees: eight rows, or eight trees of one row, go down side by side, so that one's loads hide the other's.
// Plain C, the same on every processor.

#include "CTreeKernels.h"

#include <stdbool.h>

enum { side_by_side = 8, levels_between_looks = 4 };

// The number of thresholds that are not above x; NaN counts none.
static inline uint32_t rank_f32(const float *thresholds, uint32_t count, float x) {
    uint32_t low = 0;
    while (count > 0) {
        const uint32_t half = count - count / 2;
        low += thresholds[low + half - 1] <= x ? half : 0;
        count -= half;
    }
    return low;
}

static inline uint32_t rank_f64(const double *thresholds, uint32_t count, double x) {
    uint32_t low = 0;
    while (count > 0) {
        const uint32_t half = count - count / 2;
        low += thresholds[low + half - 1] <= x ? half : 0;
        count -= half;
    }
    return low;
}

static inline void put(const tree_walk_cut *cut, uint32_t rank, bool missing, uint16_t *bins) {
    if (cut->left_slot != 0xffff) bins[cut->left_slot] = missing ? 0 : (uint16_t)rank;
    if (cut->right_slot != 0xffff) bins[cut->right_slot] = missing ? 0xffff : (uint16_t)rank;
}

void tree_walk_quantize_f32(const tree_walk_model *model, const float *columns, size_t stride, size_t rows,
                            uint16_t *bins) {
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_walk_cut *cut = model->cuts + c;
        const float *x = columns + (size_t)cut->column * stride;
        for (size_t row = 0; row < rows; row++) {
            const bool missing = x[row] != x[row] || (cut->zero_is_missing && x[row] >= -1e-35f && x[row] <= 1e-35f);
            put(cut, rank_f32(model->thresholds_f32 + cut->first_threshold, cut->count, x[row]), missing,
                bins + row * model->slot_count);
        }
    }
}

void tree_walk_quantize_f64(const tree_walk_model *model, const double *columns, size_t stride, size_t rows,
                            uint16_t *bins) {
    const double band = 1e-35f;
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_walk_cut *cut = model->cuts + c;
        const double *x = columns + (size_t)cut->column * stride;
        for (size_t row = 0; row < rows; row++) {
            const bool missing = x[row] != x[row] || (cut->zero_is_missing && x[row] >= -band && x[row] <= band);
            put(cut, rank_f64(model->thresholds_f64 + cut->first_threshold, cut->count, x[row]), missing,
                bins + row * model->slot_count);
        }
    }
}

void tree_walk_rows(const tree_walk_model *model, size_t tree, const uint16_t *bins, size_t rows, uint32_t *places) {
    const tree_walk_node *nodes = model->nodes;
    const size_t slots = model->slot_count;
    for (size_t first = 0; first < rows; first += side_by_side) {
        uint32_t at[side_by_side];
        const uint16_t *row[side_by_side];
        for (size_t i = 0; i < side_by_side; i++) {
            at[i] = model->roots[tree];
            row[i] = bins + (first + i < rows ? first + i : first) * slots;
        }
        uint32_t moved = 1;
        while (moved != 0) {
            moved = 0;
            for (int level = 0; level < levels_between_looks; level++) {
#pragma clang loop unroll(full)
                for (int i = 0; i < side_by_side; i++) {
                    const tree_walk_node node = nodes[at[i]];
                    const uint32_t next = node.left + (row[i][node.slot] > node.rank);
                    if (level == levels_between_looks - 1) moved |= next ^ at[i];
                    at[i] = next;
                }
            }
        }
        for (size_t i = 0; i < side_by_side && first + i < rows; i++) places[first + i] = model->places[at[i]];
    }
}

void tree_walk_trees(const tree_walk_model *model, size_t first, size_t last, const uint16_t *bins,
                     uint32_t *places) {
    const tree_walk_node *nodes = model->nodes;
    for (size_t tree = first; tree < last; tree += side_by_side) {
        uint32_t at[side_by_side];
        for (size_t i = 0; i < side_by_side; i++) at[i] = model->roots[tree + i < last ? tree + i : tree];
        uint32_t moved = 1;
        while (moved != 0) {
            moved = 0;
            for (int level = 0; level < 2; level++) {
#pragma clang loop unroll(full)
                for (int i = 0; i < side_by_side; i++) {
                    const tree_walk_node node = nodes[at[i]];
                    const uint32_t next = node.left + (bins[node.slot] > node.rank);
                    if (level == 1) moved |= next ^ at[i];
                    at[i] = next;
                }
            }
        }
        for (size_t i = 0; i < side_by_side && tree + i < last; i++) places[tree + i - first] = model->places[at[i]];
    }
}
