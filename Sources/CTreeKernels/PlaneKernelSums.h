// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// The leaf values of 64 rows, added where the leaves are known by their numbers. Included by a file that defines
//     TARGET         the attribute of its functions
//     find_leaves(model, tree, planes, categories, scratch)    the number of each row's leaf

#include <string.h>

static TARGET void add_f32(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                           const uint16_t *categories, uint8_t *scratch, float *sums) {
    for (size_t t = first; t < last; t++) {
        const tree_plane_tree *tree = model->trees + t;
        const uint8_t *leaves = find_leaves(model, tree, planes, categories, scratch);
        const float *values = (const float *)(model->leaf_bytes + (size_t)tree->first_value * 8);
        for (uint32_t k = 0; k < tree->width; k++) {
            float *sum = sums + (size_t)(tree->output + k) * rows;
            const float *value = values + (size_t)k * tree->padded;
            for (int row = 0; row < rows; row++) sum[row] += value[leaves[row]];
        }
    }
}

static TARGET void add_f64(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                           const uint16_t *categories, uint8_t *scratch, double *sums) {
    for (size_t t = first; t < last; t++) {
        const tree_plane_tree *tree = model->trees + t;
        const uint8_t *leaves = find_leaves(model, tree, planes, categories, scratch);
        const double *values = (const double *)(model->leaf_bytes + (size_t)tree->first_value * 8);
        for (uint32_t k = 0; k < tree->width; k++) {
            double *sum = sums + (size_t)(tree->output + k) * rows;
            const double *value = values + (size_t)k * tree->padded;
            for (int row = 0; row < rows; row++) sum[row] += value[leaves[row]];
        }
    }
}

static TARGET void leaves_to_memory(const tree_plane_model *model, size_t tree, uint8_t *planes,
                                    const uint16_t *categories, uint8_t *scratch, uint8_t *leaves) {
    memcpy(leaves, find_leaves(model, model->trees + tree, planes, categories, scratch), rows);
}
