// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// What the kernels for single rows share, and how they are called.
#pragma once

#include "CTreeKernels.h"

// The kernels for one kind of vectors.
typedef struct {
    void (*quantize_f32)(const tree_plane_model *planes, const tree_row_model *model, const float *values,
                         uint8_t *row_bytes);
    void (*quantize_f64)(const tree_plane_model *planes, const tree_row_model *model, const double *values,
                         uint8_t *row_bytes);
    void (*add_f32)(const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories, float *sums);
    void (*add_f64)(const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories, double *sums);
    void (*exits)(const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories, uint32_t *exits);
} tree_row_kernels;

#if defined(__x86_64__)
extern const tree_row_kernels tree_row_avx2, tree_row_avx512;
#elif defined(__aarch64__)
extern const tree_row_kernels tree_row_neon;
#endif

// The bytes of one cut list, from the rank of a value and whether it is missing.
__attribute__((unused)) static inline void put_rank(const tree_cut_list *cut, uint8_t rank, int missing,
                                                    uint8_t *row_bytes) {
    if (cut->left_plane != 0xffff) row_bytes[cut->left_plane] = missing ? 0 : rank;
    if (cut->right_plane != 0xffff) row_bytes[cut->right_plane] = missing ? 255 : rank;
}

// Bits of the block's decisions about sets: 1 where the row goes right.
// Kept out of the loop over trees, as models without sets never come here.
__attribute__((noinline, unused)) static uint64_t set_bits(const tree_row_model *model, const tree_row_place *place,
                                                           const uint16_t *categories) {
    uint64_t bits = 0;
    for (uint32_t s = 0; s < place->set_count; s++) {
        const tree_set_node *set = model->set_nodes + place->first_set + s;
        const uint32_t id = categories[set->column];
        const uint64_t left = model->set_words[set->first_word + (id >> 5)] >> (id & 31) & 1;
        bits |= (left ^ 1) << set->plane;
    }
    return bits;
}
