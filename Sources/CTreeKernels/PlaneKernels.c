// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// The byte-plane form: 64 rows at once, one byte compare for each decision, leaves chosen from the bottom up.
// Here the processor's kernels are chosen; they stand in a file for each kind of vectors.

#include "PlaneKernels.h"

int tree_kernel_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2")) {
        return 2;
    }
    return __builtin_cpu_supports("avx2") ? 1 : 0;
#elif defined(__aarch64__)
    return 1;
#else
    return 0;
#endif
}

#if defined(__x86_64__) || defined(__aarch64__)

static const tree_plane_kernels *kernels(int level) {
#if defined(__x86_64__)
    return level == 2 ? &tree_plane_avx512 : &tree_plane_avx2;
#else
    return &tree_plane_neon;
#endif
}

void tree_quantize_f32(int level, const tree_plane_model *model, const float *columns, uint8_t *planes) {
    kernels(level)->quantize_f32(model, columns, planes);
}

void tree_quantize_f64(int level, const tree_plane_model *model, const double *columns, uint8_t *planes) {
    kernels(level)->quantize_f64(model, columns, planes);
}

void tree_add_f32(int level, const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                  const uint16_t *categories, uint8_t *scratch, float *sums) {
    kernels(level)->add_f32(model, first, last, planes, categories, scratch, sums);
}

void tree_add_f64(int level, const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                  const uint16_t *categories, uint8_t *scratch, double *sums) {
    kernels(level)->add_f64(model, first, last, planes, categories, scratch, sums);
}

void tree_leaves(int level, const tree_plane_model *model, size_t tree, uint8_t *planes, const uint16_t *categories,
                 uint8_t *scratch, uint8_t *leaves) {
    kernels(level)->leaves(model, tree, planes, categories, scratch, leaves);
}

#else

// No vector form for this processor: the Swift form is used, and nothing calls the kernels.
void tree_quantize_f32(int level, const tree_plane_model *model, const float *columns, uint8_t *planes) {}
void tree_quantize_f64(int level, const tree_plane_model *model, const double *columns, uint8_t *planes) {}
void tree_add_f32(int level, const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                  const uint16_t *categories, uint8_t *scratch, float *sums) {}
void tree_add_f64(int level, const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                  const uint16_t *categories, uint8_t *scratch, double *sums) {}
void tree_leaves(int level, const tree_plane_model *model, size_t tree, uint8_t *planes, const uint16_t *categories,
                 uint8_t *scratch, uint8_t *leaves) {}

#endif
