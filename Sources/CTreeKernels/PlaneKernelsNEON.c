// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Byte planes with NEON: 16 rows in a vector. Without gathers, eight rows search their ranks side by side.

#include "PlaneKernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define TARGET

enum { at_once = 8 };

#define NUMBER float
#define NAMED(name) name##_f32
#include "PlaneKernelRanks.h"
#undef NUMBER
#undef NAMED

#define NUMBER double
#define NAMED(name) name##_f64
#include "PlaneKernelRanks.h"
#undef NUMBER
#undef NAMED

static const uint8_t *find_leaves(const tree_plane_model *model, const tree_plane_tree *tree, uint8_t *planes,
                                  const uint16_t *categories, uint8_t *scratch) {
    make_set_planes(model, tree, planes, categories);
    const tree_plane_node *nodes = model->nodes + tree->first_node;
    uint8_t *results = scratch + leaf_numbers * rows;
    if (tree->node_count == 0) return scratch;
    for (uint32_t n = 0; n < tree->node_count; n++) {
        const tree_plane_node node = nodes[n];
        const uint8x16_t rank = vdupq_n_u8(node.rank);
        const uint8_t *plane = planes + (size_t)node.plane * rows;
        uint8_t *result = results + (size_t)n * rows;
        if (n < tree->twin_count) {
            // right = left + 1, and the mask is -1 where right: left - mask.
            const uint8x16_t left = vdupq_n_u8((uint8_t)node.left);
            for (int part = 0; part < rows; part += 16) {
                vst1q_u8(result + part, vsubq_u8(left, vcgtq_u8(vld1q_u8(plane + part), rank)));
            }
        } else {
            const uint8_t *left = scratch + (size_t)node.left * rows, *right = scratch + (size_t)node.right * rows;
            for (int part = 0; part < rows; part += 16) {
                vst1q_u8(result + part, vbslq_u8(vcleq_u8(vld1q_u8(plane + part), rank), vld1q_u8(left + part),
                                                 vld1q_u8(right + part)));
            }
        }
    }
    return results + (size_t)(tree->node_count - 1) * rows;
}

#include "PlaneKernelSums.h"

const tree_plane_kernels tree_plane_neon = {quantize_f32, quantize_f64, add_f32, add_f64, leaves_to_memory};

#endif
