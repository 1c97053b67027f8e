// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// What the byte-plane kernels of the several processors share, and how they are called.
#pragma once

#include "CTreeKernels.h"

enum { rows = 64, leaf_numbers = 256, none = 0xffff };

// The kernels for one kind of vectors.
typedef struct {
    void (*quantize_f32)(const tree_plane_model *model, const float *columns, uint8_t *planes);
    void (*quantize_f64)(const tree_plane_model *model, const double *columns, uint8_t *planes);
    void (*add_f32)(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                    const uint16_t *categories, uint8_t *scratch, float *sums);
    void (*add_f64)(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                    const uint16_t *categories, uint8_t *scratch, double *sums);
    void (*leaves)(const tree_plane_model *model, size_t tree, uint8_t *planes, const uint16_t *categories,
                   uint8_t *scratch, uint8_t *leaves);
} tree_plane_kernels;

#if defined(__x86_64__)
extern const tree_plane_kernels tree_plane_avx2, tree_plane_avx512;
#elif defined(__aarch64__)
extern const tree_plane_kernels tree_plane_neon;
#endif

// The planes of one cut list, from the ranks of 64 rows and which of them are missing.
static inline void finish_planes(const tree_cut_list *cut, const uint8_t *ranks, const uint8_t *missing, uint8_t *planes) {
    if (cut->left_plane != none) {
        uint8_t *plane = planes + (size_t)cut->left_plane * rows;
        for (int row = 0; row < rows; row++) plane[row] = missing[row] ? 0 : ranks[row];
    }
    if (cut->right_plane != none) {
        uint8_t *plane = planes + (size_t)cut->right_plane * rows;
        for (int row = 0; row < rows; row++) plane[row] = missing[row] ? 255 : ranks[row];
    }
}

// The planes of a tree's sets of categories.
static inline void make_set_planes(const tree_plane_model *model, const tree_plane_tree *tree, uint8_t *planes,
                            const uint16_t *categories) {
    for (uint32_t s = 0; s < tree->set_count; s++) {
        const tree_set_node *set = model->set_nodes + tree->first_set + s;
        const uint32_t *words = model->set_words + set->first_word;
        const uint16_t *ids = categories + (size_t)set->column * rows;
        uint8_t *plane = planes + (size_t)set->plane * rows;
        for (int row = 0; row < rows; row++) {
            plane[row] = (uint8_t)(~(words[ids[row] >> 5] >> (ids[row] & 31)) & 1);
        }
    }
}
