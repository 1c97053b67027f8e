// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Byte planes with AVX2: 32 rows in a vector.

#include "PlaneKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))

// Quantising: the number of thresholds that are not above x, by eight steps of binary search. NaN counts none.

TARGET static __m256i rank8_f32(const float *thresholds, __m256 x) {
    __m256i low = _mm256_setzero_si256();
    for (int step = 128; step != 0; step >>= 1) {
        __m256i middle = _mm256_add_epi32(low, _mm256_set1_epi32(step));
        __m256 t = _mm256_i32gather_ps(thresholds - 1, middle, 4);
        low = _mm256_blendv_epi8(low, middle, _mm256_castps_si256(_mm256_cmp_ps(t, x, _CMP_LE_OQ)));
    }
    return low;
}

TARGET static __m256i rank4_f64(const double *thresholds, __m256d x) {
    __m256i low = _mm256_setzero_si256();
    for (int step = 128; step != 0; step >>= 1) {
        __m256i middle = _mm256_add_epi64(low, _mm256_set1_epi64x(step));
        __m256d t = _mm256_i64gather_pd(thresholds - 1, middle, 8);
        low = _mm256_blendv_epi8(low, middle, _mm256_castpd_si256(_mm256_cmp_pd(t, x, _CMP_LE_OQ)));
    }
    return low;
}

TARGET static void quantize_f32_avx2(const tree_plane_model *model, const float *columns, uint8_t *planes) {
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

TARGET static void quantize_f64_avx2(const tree_plane_model *model, const double *columns, uint8_t *planes) {
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
TARGET static const uint8_t *find_leaves(const tree_plane_model *model, const tree_plane_tree *tree, uint8_t *planes,
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

#include "PlaneKernelSums.h"

const tree_plane_kernels tree_plane_avx2 = {quantize_f32_avx2, quantize_f64_avx2, add_f32, add_f64, leaves_to_memory};

#endif
