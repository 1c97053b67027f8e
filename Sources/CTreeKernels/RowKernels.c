// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// One row, all trees: here the processor's kernels are chosen; they stand in a file for each kind of vectors.

#include "RowKernels.h"

#if defined(__x86_64__) || defined(__aarch64__)

static const tree_row_kernels *kernels(int level) {
#if defined(__x86_64__)
    return level == 2 ? &tree_row_avx512 : &tree_row_avx2;
#else
    return &tree_row_neon;
#endif
}

void tree_row_quantize_f32(int level, const tree_plane_model *planes, const tree_row_model *model, const float *values,
                           uint8_t *row_bytes) {
    kernels(level)->quantize_f32(planes, model, values, row_bytes);
}

void tree_row_quantize_f64(int level, const tree_plane_model *planes, const tree_row_model *model, const double *values,
                           uint8_t *row_bytes) {
    kernels(level)->quantize_f64(planes, model, values, row_bytes);
}

void tree_row_add_f32(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                      float *sums) {
    kernels(level)->add_f32(model, row_bytes, categories, sums);
}

void tree_row_add_f64(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                      double *sums) {
    kernels(level)->add_f64(model, row_bytes, categories, sums);
}

void tree_row_exits(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                    uint32_t *exits) {
    kernels(level)->exits(model, row_bytes, categories, exits);
}

#else

// No vector form for this processor: the Swift form is used, and nothing calls the kernels.
void tree_row_quantize_f32(int level, const tree_plane_model *planes, const tree_row_model *model, const float *values,
                           uint8_t *row_bytes) {}

void tree_row_quantize_f64(int level, const tree_plane_model *planes, const tree_row_model *model, const double *values,
                           uint8_t *row_bytes) {}

void tree_row_add_f32(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                      float *sums) {}

void tree_row_add_f64(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                      double *sums) {}

void tree_row_exits(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                    uint32_t *exits) {}

#endif
