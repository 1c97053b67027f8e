// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// The trees of one row, in order. Included by a file that defines, for its kind of vectors,
//     TARGET      the attribute of its functions
//     row_vectors the row's bytes as the kernel keeps them, with load_row(model, bytes)
//     answers     the answers of a block, with answer(model, block, row, extra, slot_vectors), where extra are the bits
//                 of its sets
//     way_out(model, block, answers, decision)    the way out of a block
// Trees that share a block share its answers.

// What a loop over trees need not ask, because the model says so.
typedef struct {
    int sets, chains;
    uint32_t slot_vectors;
} row_needs;

static inline __attribute__((always_inline)) TARGET answers block_answer(const tree_row_model *model, uint32_t block,
                                                                         const row_vectors *row,
                                                                         const uint16_t *categories, row_needs needs) {
    const tree_row_place *place = model->block_places + block;
    const uint64_t extra = needs.sets && place->set_count != 0 ? set_bits(model, place, categories) : 0;
    return answer(model, block, row, extra, needs.slot_vectors);
}

// Writes the ways out of the trees from `tree` on; `found` and `block` are what the last of them left behind.
static inline __attribute__((always_inline)) TARGET uint32_t tree_exit(const tree_row_model *model, size_t number,
                                                                       const row_vectors *row,
                                                                       const uint16_t *categories, answers *found,
                                                                       uint32_t *block, row_needs needs) {
    const tree_row_tree tree = model->trees[number];
    if (tree.block != *block) {
        *block = tree.block;
        *found = block_answer(model, tree.block, row, categories, needs);
    }
    uint32_t exit = model->block_places[tree.block].first_exit + way_out(model, tree.block, found, tree.decision);
    for (uint32_t chain = tree.chain; needs.chains && chain > 1; chain--) {
        // A leaf that was found early stays, at the same cost: the work is the same for every row.
        const uint32_t target = model->targets[exit], next_block = target >> 6;
        const answers further = block_answer(model, next_block, row, categories, needs);
        const uint32_t next = model->block_places[next_block].first_exit +
                              way_out(model, next_block, &further, target & 63);
        exit = target != 0 ? next : exit;
    }
    return exit;
}

#define LOOP(use, ...)                                                                                                 \
    for (size_t t = 0; t < model->tree_count; t++) {                                                                   \
        const uint32_t exit = tree_exit(model, t, &row, categories, &found, &block, (row_needs){__VA_ARGS__});         \
        use;                                                                                                           \
    }

#define FOR_EACH_TREE(use)                                                                                             \
    const row_vectors row = load_row(model, row_bytes);                                                                \
    uint32_t block = UINT32_MAX;                                                                                       \
    answers found = {0};                                                                                               \
    if (model->has_sets || model->slot_vectors != 1) {                                                                 \
        LOOP(use, 1, 1, model->slot_vectors)                                                                           \
    } else if (model->has_chains) {                                                                                    \
        LOOP(use, 0, 1, 1)                                                                                             \
    } else {                                                                                                           \
        LOOP(use, 0, 0, 1)                                                                                             \
    }

static TARGET void add_f32(const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                           float *sums) {
    if (model->output_count == 1) {
        float sum = sums[0];
        FOR_EACH_TREE(sum += model->values_f32[exit])
        sums[0] = sum;
    } else {
        FOR_EACH_TREE(sums[model->outputs[t]] += model->values_f32[exit])
    }
}

static TARGET void add_f64(const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                           double *sums) {
    if (model->output_count == 1) {
        double sum = sums[0];
        FOR_EACH_TREE(sum += model->values_f64[exit])
        sums[0] = sum;
    } else {
        FOR_EACH_TREE(sums[model->outputs[t]] += model->values_f64[exit])
    }
}

static TARGET void find_exits(const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                              uint32_t *exits) {
    FOR_EACH_TREE(exits[t] = exit)
}
