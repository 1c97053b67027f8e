// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Eight ways down, side by side. Included once for each width by a file that defines
//     NAMED(name)    the name in this width, with the types NAMED(node) and NAMED(slot) and the step
//                    NAMED(next)(model, nodes, at, row), which stays at a leaf
//     NODES          where `model` has its nodes in this width
// Everything is inlined, so what the eight ways share, a tree or a row, costs them nothing.

static inline __attribute__((always_inline)) void NAMED(walk)(const tree_walk_model *model,
                                                              const NAMED(node) *const nodes[side_by_side],
                                                              const NAMED(slot) *const row[side_by_side],
                                                              uint32_t at[side_by_side]) {
    uint32_t moved = 1;
    while (moved != 0) {
        moved = 0;
        for (int level = 0; level < levels_between_looks; level++) {
#pragma clang loop unroll(full)
            for (int i = 0; i < side_by_side; i++) {
                const uint32_t next = NAMED(next)(model, nodes[i], at[i], row[i]);
                if (level == levels_between_looks - 1) moved |= next ^ at[i];
                at[i] = next;
            }
        }
    }
}

static void NAMED(rows)(const tree_walk_model *model, size_t tree, const NAMED(slot) *slots, size_t rows,
                        uint32_t *places) {
    const uint32_t root = model->roots[tree];
    const NAMED(node) *nodes[side_by_side];
    for (size_t i = 0; i < side_by_side; i++) nodes[i] = NODES + root;
    for (size_t first = 0; first < rows; first += side_by_side) {
        uint32_t at[side_by_side] = {0};
        const NAMED(slot) *row[side_by_side];
        for (size_t i = 0; i < side_by_side; i++) {
            row[i] = slots + (first + i < rows ? first + i : first) * model->slot_count;
        }
        NAMED(walk)(model, nodes, row, at);
        for (size_t i = 0; i < side_by_side && first + i < rows; i++) places[first + i] = model->places[root + at[i]];
    }
}

void NAMED(tree_walk_trees)(const tree_walk_model *model, size_t first, size_t last, const NAMED(slot) *slots,
                            uint32_t *places) {
    const NAMED(slot) *row[side_by_side];
    for (size_t i = 0; i < side_by_side; i++) row[i] = slots;
    for (size_t tree = first; tree < last; tree += side_by_side) {
        uint32_t at[side_by_side] = {0}, root[side_by_side];
        const NAMED(node) *nodes[side_by_side];
        for (size_t i = 0; i < side_by_side; i++) {
            root[i] = model->roots[tree + i < last ? tree + i : tree];
            nodes[i] = NODES + root[i];
        }
        NAMED(walk)(model, nodes, row, at);
        for (size_t i = 0; i < side_by_side && tree + i < last; i++) {
            places[tree + i - first] = model->places[root[i] + at[i]];
        }
    }
}
