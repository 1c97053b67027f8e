// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Byte planes with AVX2: 32 rows in a vector.

#include "PlaneKernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

// Quantising: the number of thresholds that are not above x, by eight steps of binary search. NaN counts none.

AVX2 static __m256i rank8_f32(const float *thresholds, __m256 x) {
    __m256i low = _mm256_setzero_si256();
    for (int step = 128; step != 0; step >>= 1) {
        __m256i middle = _mm256_add_epi32(low, _mm256_set1_epi32(step));
        __m256 t = _mm256_i32gather_ps(thresholds - 1, middle, 4);
        low = _mm256_blendv_epi8(low, middle, _mm256_castps_si256(_mm256_cmp_ps(t, x, _CMP_LE_OQ)));
    }
    return low;
}

AVX2 static __m256i rank4_f64(const double *thresholds, __m256d x) {
    __m256i low = _mm256_setzero_si256();
    for (int step = 128; step != 0; step >>= 1) {
        __m256i middle = _mm256_add_epi64(low, _mm256_set1_epi64x(step));
        __m256d t = _mm256_i64gather_pd(thresholds - 1, middle, 8);
        low = _mm256_blendv_epi8(low, middle, _mm256_castpd_si256(_mm256_cmp_pd(t, x, _CMP_LE_OQ)));
    }
    return low;
}

AVX2 static void quantize_f32_avx2(const tree_plane_model *model, const float *columns, uint8_t *planes) {
    const float zero_band = 1e-35f;
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_cut_list *cut = model->cuts + c;
        const float *x = columns + (size_t)cut->column * rows;
        uint8_t ranks[rows], missing[rows];
        for (int row = 0; row < rows; row += 8) {
            int32_t wide[8];
            _mm256_storeu_si256((__m256i *)wide,
                                rank8_f32(model->thresholds_f32 + cut->first_threshold, _mm256_loadu_ps(x + row)));
            for (int lane = 0; lane < 8; lane++) ranks[row + lane] = (uint8_t)wide[lane];
        }
        for (int row = 0; row < rows; row++) {
            missing[row] = x[row] != x[row] ||
                           (cut->zero_is_missing && x[row] >= -zero_band && x[row] <= zero_band);
        }
        finish_planes(cut, ranks, missing, planes);
    }
}

AVX2 static void quantize_f64_avx2(const tree_plane_model *model, const double *columns, uint8_t *planes) {
    const double zero_band = 1e-35f;
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_cut_list *cut = model->cuts + c;
        const double *x = columns + (size_t)cut->column * rows;
        uint8_t ranks[rows], missing[rows];
        for (int row = 0; row < rows; row += 4) {
            int64_t wide[4];
            _mm256_storeu_si256((__m256i *)wide,
                                rank4_f64(model->thresholds_f64 + cut->first_threshold, _mm256_loadu_pd(x + row)));
            for (int lane = 0; lane < 4; lane++) ranks[row + lane] = (uint8_t)wide[lane];
        }
        for (int row = 0; row < rows; row++) {
            missing[row] = x[row] != x[row] ||
                           (cut->zero_is_missing && x[row] >= -zero_band && x[row] <= zero_band);
        }
        finish_planes(cut, ranks, missing, planes);
    }
}

// Leaves of 64 rows, 32 rows at a time.
AVX2 static const uint8_t *leaves_avx2(const tree_plane_model *model, const tree_plane_tree *tree, uint8_t *planes,
                                       const uint16_t *categories, uint8_t *scratch) {
    make_set_planes(model, tree, planes, categories);
    const tree_plane_node *nodes = model->nodes + tree->first_node;
    uint8_t *results = scratch + leaf_numbers * rows;
    if (tree->node_count == 0) return scratch;
    for (uint32_t n = 0; n < tree->node_count; n++) {
        const tree_plane_node node = nodes[n];
        const __m256i rank = _mm256_set1_epi8((char)node.rank);
        for (int half = 0; half < rows; half += 32) {
            const __m256i x = _mm256_loadu_si256((const __m256i *)(planes + (size_t)node.plane * rows + half));
            const __m256i left = _mm256_cmpeq_epi8(_mm256_min_epu8(x, rank), x);
            __m256i chosen;
            if (n < tree->twin_count) {
                // right = left + 1, and the mask is -1 where left: left + 1 + mask.
                chosen = _mm256_add_epi8(_mm256_set1_epi8((char)(node.left + 1)), left);
            } else {
                chosen = _mm256_blendv_epi8(
                    _mm256_loadu_si256((const __m256i *)(scratch + (size_t)node.right * rows + half)),
                    _mm256_loadu_si256((const __m256i *)(scratch + (size_t)node.left * rows + half)), left);
            }
            _mm256_storeu_si256((__m256i *)(results + (size_t)n * rows + half), chosen);
        }
    }
    return results + (size_t)(tree->node_count - 1) * rows;
}

AVX2 static void add_f32_avx2(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                              const uint16_t *categories, uint8_t *scratch, float *sums) {
    for (size_t t = first; t < last; t++) {
        const tree_plane_tree *tree = model->trees + t;
        const uint8_t *leaves = leaves_avx2(model, tree, planes, categories, scratch);
        const float *values = (const float *)(model->leaf_bytes + (size_t)tree->first_value * 8);
        for (uint32_t k = 0; k < tree->width; k++) {
            float *sum = sums + (size_t)(tree->output + k) * rows;
            const float *value = values + (size_t)k * tree->padded;
            for (int row = 0; row < rows; row++) sum[row] += value[leaves[row]];
        }
    }
}

AVX2 static void add_f64_avx2(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                              const uint16_t *categories, uint8_t *scratch, double *sums) {
    for (size_t t = first; t < last; t++) {
        const tree_plane_tree *tree = model->trees + t;
        const uint8_t *leaves = leaves_avx2(model, tree, planes, categories, scratch);
        const double *values = (const double *)(model->leaf_bytes + (size_t)tree->first_value * 8);
        for (uint32_t k = 0; k < tree->width; k++) {
            double *sum = sums + (size_t)(tree->output + k) * rows;
            const double *value = values + (size_t)k * tree->padded;
            for (int row = 0; row < rows; row++) sum[row] += value[leaves[row]];
        }
    }
}

AVX2 static void leaves_to_memory(const tree_plane_model *model, size_t tree, uint8_t *planes,
                                  const uint16_t *categories, uint8_t *scratch, uint8_t *leaves) {
    memcpy(leaves, leaves_avx2(model, model->trees + tree, planes, categories, scratch), rows);
}

const tree_plane_kernels tree_plane_avx2 = {quantize_f32_avx2, quantize_f64_avx2, add_f32_avx2, add_f64_avx2,
                                            leaves_to_memory};

#endif
