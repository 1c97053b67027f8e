// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Byte planes with AVX-512: 64 rows in a vector, leaf values by permutations of their bytes.

#include "PlaneKernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))

// The first five (four) steps look at every 8th (16th) threshold, which stand after the 256 in the table.

AVX512 static void quantize_f32_avx512(const tree_plane_model *model, const float *columns, uint8_t *planes) {
    const __m512 band = _mm512_set1_ps(1e-35f);
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_cut_list *cut = model->cuts + c;
        const float *x = columns + (size_t)cut->column * rows;
        const float *thresholds = model->thresholds_f32 + cut->first_threshold;
        const __m512 pivots0 = _mm512_loadu_ps(thresholds + 256), pivots1 = _mm512_loadu_ps(thresholds + 272);
        for (int row = 0; row < rows; row += 16) {
            const __m512 v = _mm512_loadu_ps(x + row);
            __m512i low = _mm512_setzero_si512();
            for (int step = 16; step != 0; step >>= 1) {
                __m512i middle = _mm512_add_epi32(low, _mm512_set1_epi32(step));
                __m512 t = _mm512_permutex2var_ps(pivots0, middle, pivots1);
                low = _mm512_mask_mov_epi32(low, _mm512_cmp_ps_mask(t, v, _CMP_LE_OQ), middle);
            }
            low = _mm512_slli_epi32(low, 3);
            for (int step = 4; step != 0; step >>= 1) {
                __m512i middle = _mm512_add_epi32(low, _mm512_set1_epi32(step));
                __m512 t = _mm512_i32gather_ps(middle, thresholds - 1, 4);
                low = _mm512_mask_mov_epi32(low, _mm512_cmp_ps_mask(t, v, _CMP_LE_OQ), middle);
            }
            __mmask16 missing = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
            if (cut->zero_is_missing) {
                missing |= _mm512_cmp_ps_mask(_mm512_abs_ps(v), band, _CMP_LE_OQ);
            }
            const __m128i ranks = _mm512_cvtepi32_epi8(low);
            if (cut->left_plane != none) {
                _mm_storeu_si128((__m128i *)(planes + (size_t)cut->left_plane * rows + row),
                                 _mm_mask_mov_epi8(ranks, missing, _mm_setzero_si128()));
            }
            if (cut->right_plane != none) {
                _mm_storeu_si128((__m128i *)(planes + (size_t)cut->right_plane * rows + row),
                                 _mm_mask_mov_epi8(ranks, missing, _mm_set1_epi8((char)255)));
            }
        }
    }
}

AVX512 static void quantize_f64_avx512(const tree_plane_model *model, const double *columns, uint8_t *planes) {
    const __m512d band = _mm512_set1_pd((double)1e-35f);
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_cut_list *cut = model->cuts + c;
        const double *x = columns + (size_t)cut->column * rows;
        const double *thresholds = model->thresholds_f64 + cut->first_threshold;
        const __m512d pivots0 = _mm512_loadu_pd(thresholds + 256), pivots1 = _mm512_loadu_pd(thresholds + 264);
        for (int row = 0; row < rows; row += 8) {
            const __m512d v = _mm512_loadu_pd(x + row);
            __m512i low = _mm512_setzero_si512();
            for (int step = 8; step != 0; step >>= 1) {
                __m512i middle = _mm512_add_epi64(low, _mm512_set1_epi64(step));
                __m512d t = _mm512_permutex2var_pd(pivots0, middle, pivots1);
                low = _mm512_mask_mov_epi64(low, _mm512_cmp_pd_mask(t, v, _CMP_LE_OQ), middle);
            }
            low = _mm512_slli_epi64(low, 4);
            for (int step = 8; step != 0; step >>= 1) {
                __m512i middle = _mm512_add_epi64(low, _mm512_set1_epi64(step));
                __m512d t = _mm512_i64gather_pd(middle, thresholds - 1, 8);
                low = _mm512_mask_mov_epi64(low, _mm512_cmp_pd_mask(t, v, _CMP_LE_OQ), middle);
            }
            __mmask8 missing = _mm512_cmp_pd_mask(v, v, _CMP_UNORD_Q);
            if (cut->zero_is_missing) {
                missing |= _mm512_cmp_pd_mask(_mm512_abs_pd(v), band, _CMP_LE_OQ);
            }
            const __m128i ranks = _mm512_cvtepi64_epi8(low);
            if (cut->left_plane != none) {
                _mm_storel_epi64((__m128i *)(planes + (size_t)cut->left_plane * rows + row),
                                 _mm_mask_mov_epi8(ranks, missing, _mm_setzero_si128()));
            }
            if (cut->right_plane != none) {
                _mm_storel_epi64((__m128i *)(planes + (size_t)cut->right_plane * rows + row),
                                 _mm_mask_mov_epi8(ranks, missing, _mm_set1_epi8((char)255)));
            }
        }
    }
}

// The same for sets of at most 512 bits: byte id / 8 by one permutation, bit id % 8 by another.
AVX512 static void make_set_planes_avx512(const tree_plane_model *model, const tree_plane_tree *tree, uint8_t *planes,
                                          const uint16_t *categories) {
    const __m512i powers = _mm512_set1_epi64((long long)0x8040201008040201ull);
    for (uint32_t s = 0; s < tree->set_count; s++) {
        const tree_set_node *set = model->set_nodes + tree->first_set + s;
        const uint32_t *words = model->set_words + set->first_word;
        const uint16_t *ids = categories + (size_t)set->column * rows;
        uint8_t *plane = planes + (size_t)set->plane * rows;
        if (set->bit_count > 512) {
            for (int row = 0; row < rows; row++) {
                plane[row] = (uint8_t)(~(words[ids[row] >> 5] >> (ids[row] & 31)) & 1);
            }
            continue;
        }
        const __mmask16 present = (__mmask16)((1u << ((set->bit_count + 31) / 32)) - 1);
        const __m512i table = _mm512_maskz_loadu_epi32(present, words);
        const __m512i ids0 = _mm512_loadu_si512(ids), ids1 = _mm512_loadu_si512(ids + 32);
        const __m512i bytes = _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm512_cvtepi16_epi8(_mm512_srli_epi16(ids0, 3))),
            _mm512_cvtepi16_epi8(_mm512_srli_epi16(ids1, 3)), 1);
        const __m512i low = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi16_epi8(ids0)),
                                               _mm512_cvtepi16_epi8(ids1), 1);
        const __m512i bit = _mm512_permutexvar_epi8(_mm512_and_si512(low, _mm512_set1_epi8(7)), powers);
        const __mmask64 left = _mm512_test_epi8_mask(_mm512_permutexvar_epi8(bytes, table), bit);
        _mm512_storeu_si512(plane, _mm512_maskz_set1_epi8(~left, 1));
    }
}

AVX512 static __m512i leaves_avx512(const tree_plane_model *model, const tree_plane_tree *tree, uint8_t *planes,
                                    const uint16_t *categories, uint8_t *scratch) {
    if (tree->set_count != 0) make_set_planes_avx512(model, tree, planes, categories);
    const tree_plane_node *nodes = model->nodes + tree->first_node;
    uint8_t *results = scratch + leaf_numbers * rows;
    const uint32_t count = tree->node_count, twins = tree->twin_count;
    const __m512i one = _mm512_set1_epi8(1);
    if (count == 0) return _mm512_setzero_si512();
    __m512i chosen = _mm512_setzero_si512();
    uint32_t n = 0;
    for (; n < twins; n++) {
        const tree_plane_node node = nodes[n];
        const __mmask64 right = _mm512_cmpgt_epu8_mask(_mm512_loadu_si512(planes + (size_t)node.plane * rows),
                                                       _mm512_set1_epi8((char)node.rank));
        const __m512i left = _mm512_set1_epi8((char)node.left);
        chosen = _mm512_mask_add_epi8(left, right, left, one);
        _mm512_storeu_si512(results + (size_t)n * rows, chosen);
    }
    for (; n < count; n++) {
        const tree_plane_node node = nodes[n];
        const __mmask64 left = _mm512_cmple_epu8_mask(_mm512_loadu_si512(planes + (size_t)node.plane * rows),
                                                      _mm512_set1_epi8((char)node.rank));
        chosen = _mm512_mask_mov_epi8(_mm512_loadu_si512(scratch + (size_t)node.right * rows), left,
                                      _mm512_loadu_si512(scratch + (size_t)node.left * rows));
        _mm512_storeu_si512(results + (size_t)n * rows, chosen);
    }
    return chosen;
}

// Byte `index` of each row's leaf value.
AVX512 static inline __m512i value_byte(const uint8_t *table, const tree_plane_tree *tree, uint32_t index,
                                       __m512i leaves) {
    const uint8_t *plane = table + (size_t)index * tree->padded;
    if (tree->leaf_count <= 64) return _mm512_permutexvar_epi8(leaves, _mm512_loadu_si512(plane));
    const __m512i low = _mm512_permutex2var_epi8(_mm512_loadu_si512(plane), leaves, _mm512_loadu_si512(plane + 64));
    if (tree->leaf_count <= 128) return low;
    const __m512i high =
        _mm512_permutex2var_epi8(_mm512_loadu_si512(plane + 128), leaves, _mm512_loadu_si512(plane + 192));
    return _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(leaves), high);
}

// Four planes of bytes to 64 words of 32 bits: vector j has rows 16 * lane + 4 * j + 0..3 in each 128-bit lane.
AVX512 static inline void words_of_bytes(const __m512i bytes[4], __m512i words[4]) {
    const __m512i low01 = _mm512_unpacklo_epi8(bytes[0], bytes[1]), high01 = _mm512_unpackhi_epi8(bytes[0], bytes[1]);
    const __m512i low23 = _mm512_unpacklo_epi8(bytes[2], bytes[3]), high23 = _mm512_unpackhi_epi8(bytes[2], bytes[3]);
    words[0] = _mm512_unpacklo_epi16(low01, low23);
    words[1] = _mm512_unpackhi_epi16(low01, low23);
    words[2] = _mm512_unpacklo_epi16(high01, high23);
    words[3] = _mm512_unpackhi_epi16(high01, high23);
}

AVX512 static void add_f32_avx512(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                                  const uint16_t *categories, uint8_t *scratch, float *sums) {
    for (size_t t = first; t < last; t++) {
        const tree_plane_tree *tree = model->trees + t;
        const __m512i leaves = leaves_avx512(model, tree, planes, categories, scratch);
        const uint8_t *table = model->leaf_bytes + (size_t)tree->first_value * 8;
        for (uint32_t k = 0; k < tree->width; k++) {
            __m512i bytes[4], words[4];
            for (uint32_t b = 0; b < 4; b++) bytes[b] = value_byte(table, tree, k * 4 + b, leaves);
            words_of_bytes(bytes, words);
            float *sum = sums + (size_t)(tree->output + k) * rows;
            for (int j = 0; j < 4; j++) {
                _mm512_storeu_ps(sum + 16 * j,
                                 _mm512_add_ps(_mm512_loadu_ps(sum + 16 * j), _mm512_castsi512_ps(words[j])));
            }
        }
    }
}

AVX512 static void add_f64_avx512(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                                  const uint16_t *categories, uint8_t *scratch, double *sums) {
    for (size_t t = first; t < last; t++) {
        const tree_plane_tree *tree = model->trees + t;
        const __m512i leaves = leaves_avx512(model, tree, planes, categories, scratch);
        const uint8_t *table = model->leaf_bytes + (size_t)tree->first_value * 8;
        for (uint32_t k = 0; k < tree->width; k++) {
            __m512i bytes[8], low[4], high[4];
            for (uint32_t b = 0; b < 8; b++) bytes[b] = value_byte(table, tree, k * 8 + b, leaves);
            words_of_bytes(bytes, low);
            words_of_bytes(bytes + 4, high);
            double *sum = sums + (size_t)(tree->output + k) * rows;
            for (int j = 0; j < 4; j++) {
                const __m512d first_half = _mm512_castsi512_pd(_mm512_unpacklo_epi32(low[j], high[j]));
                const __m512d second_half = _mm512_castsi512_pd(_mm512_unpackhi_epi32(low[j], high[j]));
                _mm512_storeu_pd(sum + 16 * j, _mm512_add_pd(_mm512_loadu_pd(sum + 16 * j), first_half));
                _mm512_storeu_pd(sum + 16 * j + 8, _mm512_add_pd(_mm512_loadu_pd(sum + 16 * j + 8), second_half));
            }
        }
    }
}

// Where the vectors above keep a row: 16 * j + 4 * lane + element for row 16 * lane + 4 * j + element.
static inline int place_f32(int row) { return (row & 3) | (row >> 4) << 2 | (row >> 2 & 3) << 4; }
static inline int place_f64(int row) {
    return (row & 1) | (row >> 4) << 1 | (row >> 1 & 1) << 3 | (row >> 2 & 3) << 4;
}

static size_t output_count(const tree_plane_model *model, size_t first, size_t last) {
    size_t count = 0;
    for (size_t t = first; t < last; t++) {
        const size_t end = (size_t)model->trees[t].output + model->trees[t].width;
        if (end > count) count = end;
    }
    return count;
}

AVX512 static void add_f32(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                           const uint16_t *categories, uint8_t *scratch, float *sums) {
    const size_t count = output_count(model, first, last);
    float natural[rows];
    for (size_t k = 0; k < count; k++) {
        memcpy(natural, sums + k * rows, sizeof natural);
        for (int row = 0; row < rows; row++) sums[k * rows + (size_t)place_f32(row)] = natural[row];
    }
    add_f32_avx512(model, first, last, planes, categories, scratch, sums);
    for (size_t k = 0; k < count; k++) {
        memcpy(natural, sums + k * rows, sizeof natural);
        for (int row = 0; row < rows; row++) sums[k * rows + (size_t)row] = natural[place_f32(row)];
    }
}

AVX512 static void add_f64(const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                           const uint16_t *categories, uint8_t *scratch, double *sums) {
    const size_t count = output_count(model, first, last);
    double natural[rows];
    for (size_t k = 0; k < count; k++) {
        memcpy(natural, sums + k * rows, sizeof natural);
        for (int row = 0; row < rows; row++) sums[k * rows + (size_t)place_f64(row)] = natural[row];
    }
    add_f64_avx512(model, first, last, planes, categories, scratch, sums);
    for (size_t k = 0; k < count; k++) {
        memcpy(natural, sums + k * rows, sizeof natural);
        for (int row = 0; row < rows; row++) sums[k * rows + (size_t)row] = natural[place_f64(row)];
    }
}

AVX512 static void leaves_to_memory(const tree_plane_model *model, size_t tree, uint8_t *planes,
                                    const uint16_t *categories, uint8_t *scratch, uint8_t *leaves) {
    _mm512_storeu_si512(leaves, leaves_avx512(model, model->trees + tree, planes, categories, scratch));
}

const tree_plane_kernels tree_plane_avx512 = {quantize_f32_avx512, quantize_f64_avx512, add_f32, add_f64,
                                              leaves_to_memory};

#endif
