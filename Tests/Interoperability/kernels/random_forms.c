// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
#include "random_forms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { set_words = 4, cut_stride = 288, no_plane = 0xffff };

uint32_t random_next(unsigned *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void *zeroed(size_t count, size_t size) {
    // Kernels may load a vector beyond the last element, as the package's tables allow.
    void *memory = aligned_alloc(64, (count * size + 256 + 63) / 64 * 64);
    if (memory == NULL) abort();
    memset(memory, 0, (count * size + 256 + 63) / 64 * 64);
    return memory;
}

static double threshold_number(const random_shape *shape, unsigned *state) {
    // Few different numbers, so that rows meet thresholds exactly.
    const double x = ((int)(random_next(state) % (unsigned)shape->thresholds) - shape->thresholds / 2) * 0.37;
    return shape->is_single ? (double)(float)x : x;
}

static int grow(random_model *model, random_tree *tree, unsigned *state, int leaves, int depth) {
    const random_shape *shape = &model->shape;
    const int index = tree->node_count++;
    if (depth > tree->depth) tree->depth = depth;
    random_node *node = tree->nodes + index;
    *node = (random_node){.column = -1, .set = -1, .left = -1, .right = -1};
    if (leaves == 1) {
        tree->leaf_count++;
        for (int k = 0; k < tree->width; k++) {
            const double value = (int)random_next(state) / 1e7 - 0.8;
            node->values[k] = shape->is_single ? (double)(float)value : value;
        }
        return index;
    }
    node->missing_left = random_next(state) & 1;
    if (shape->category_columns > 0 && random_next(state) % 4 == 0) {
        node->column = shape->columns + (int)(random_next(state) % (unsigned)shape->category_columns);
        node->set = (int)(random_next(state) % 64);
    } else {
        node->column = (int)(random_next(state) % (unsigned)shape->columns);
        node->threshold = threshold_number(shape, state);
        node->zero_is_missing = node->column % 5 == 4;
    }
    const int left_leaves = 1 + (int)(random_next(state) % (unsigned)(leaves - 1));
    const int left = grow(model, tree, state, left_leaves, depth + 1);
    tree->nodes[index].left = left;
    const int right = grow(model, tree, state, leaves - left_leaves, depth + 1);
    tree->nodes[index].right = right;
    return index;
}

uint16_t random_category(double x) {
    if (isnan(x)) return 127;
    return x > -1 && x < 126 ? (uint16_t)x : 126;
}

int random_leaf(const random_model *model, int tree, const double *row) {
    const random_node *nodes = model->trees[tree].nodes;
    int at = 0;
    while (nodes[at].column >= 0) {
        const random_node *node = nodes + at;
        const double x = row[node->column];
        int left;
        if (node->set >= 0) {
            const uint32_t place = random_category(x);
            left = model->sets[node->set * set_words + place / 32] >> (place % 32) & 1;
        } else if (isnan(x) || (node->zero_is_missing && fabs(x) <= (double)1e-35f)) {
            left = node->missing_left;
        } else {
            left = !(x >= node->threshold);
        }
        at = left ? node->left : node->right;
    }
    return at;
}

// For every column the different thresholds, rising.
typedef struct {
    double values[4096];
    int count, left_plane, right_plane;
} cut_values;

static int rising(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int rank_of(const cut_values *cut, double threshold) {
    int rank = 0;
    while (cut->values[rank] < threshold) rank++;
    return rank;
}

static cut_values *collect(const random_model *model) {
    const int columns = model->shape.columns;
    cut_values *cuts = zeroed((size_t)columns, sizeof *cuts);
    for (int t = 0; t < model->shape.trees; t++) {
        for (int n = 0; n < model->trees[t].node_count; n++) {
            const random_node *node = model->trees[t].nodes + n;
            if (node->column < 0 || node->set >= 0) continue;
            cut_values *cut = cuts + node->column;
            int seen = 0;
            for (int i = 0; i < cut->count; i++) seen |= cut->values[i] == node->threshold;
            if (!seen) cut->values[cut->count++] = node->threshold;
        }
    }
    for (int c = 0; c < columns; c++) {
        qsort(cuts[c].values, (size_t)cuts[c].count, sizeof(double), rising);
        cuts[c].left_plane = cuts[c].right_plane = no_plane;
    }
    return cuts;
}

static uint32_t plane_of(cut_values *cut, int missing_left, size_t *plane_count) {
    int *plane = missing_left ? &cut->left_plane : &cut->right_plane;
    if (*plane == no_plane) *plane = (int)(*plane_count)++;
    return (uint32_t)*plane;
}

static void lay_out_cuts(random_model *model, cut_values *cuts) {
    const int columns = model->shape.columns;
    tree_cut_list *lists = zeroed((size_t)columns, sizeof *lists);
    float *singles = zeroed(16 + (size_t)columns * cut_stride, sizeof *singles);
    double *doubles = zeroed(16 + (size_t)columns * cut_stride, sizeof *doubles);
    uint32_t *row_columns = zeroed((size_t)columns, sizeof *row_columns);
    const int step = model->shape.is_single ? 8 : 16;
    for (int c = 0; c < columns; c++) {
        double padded[cut_stride];
        for (int i = 0; i < 256; i++) padded[i] = i < cuts[c].count ? cuts[c].values[i] : NAN;
        for (int i = 0; i < 32; i++) padded[256 + i] = i > 0 && i < 256 / step ? padded[i * step - 1] : NAN;
        for (int i = 0; i < cut_stride; i++) {
            doubles[16 + c * cut_stride + i] = padded[i];
            singles[16 + c * cut_stride + i] = (float)padded[i];
        }
        lists[c] = (tree_cut_list){.column = (uint32_t)c, .first_threshold = (uint32_t)(16 + c * cut_stride),
                                   .count = (uint16_t)cuts[c].count, .left_plane = (uint16_t)cuts[c].left_plane,
                                   .right_plane = (uint16_t)cuts[c].right_plane, .zero_is_missing = c % 5 == 4};
        row_columns[c] = (uint32_t)c;
    }
    model->planes.cuts = lists;
    model->planes.cut_count = (size_t)columns;
    model->planes.thresholds_f32 = singles;
    model->planes.thresholds_f64 = doubles;
    model->rows.columns = row_columns;
}

// One tree's decisions, children first and those with two leaves before all others.
static void lay_out_planes(random_model *model, cut_values *cuts, int level) {
    const random_shape *shape = &model->shape;
    size_t total = 0;
    for (int t = 0; t < shape->trees; t++) total += (size_t)model->trees[t].node_count;
    tree_plane_node *nodes = zeroed(total, sizeof *nodes);
    tree_plane_tree *trees = zeroed((size_t)shape->trees, sizeof *trees);
    tree_set_node *sets = zeroed(total, sizeof *sets);
    const size_t bytes = shape->is_single ? 4 : 8;
    uint8_t *leaf_bytes = zeroed(total * 8 * 3 + (size_t)shape->trees * 64 * 3, 1);
    for (int t = 0; t < shape->trees; t++) {
        for (int n = 0; n < model->trees[t].node_count; n++) {
            const random_node *node = model->trees[t].nodes + n;
            if (node->column >= 0 && node->set < 0) {
                plane_of(cuts + node->column, node->missing_left, &model->plane_count);
            }
        }
    }
    const size_t shared = model->plane_count;
    size_t next_node = 0, next_set = 0, next_value = 0;
    for (int t = 0; t < shape->trees; t++) {
        const random_tree *tree = model->trees + t;
        uint16_t *becomes = zeroed((size_t)tree->node_count, sizeof *becomes);
        const size_t first_node = next_node, first_set = next_set;
        int leaf = 0, twins = 0;
        const size_t padded = ((size_t)tree->leaf_count + 7) / 8 * 8;
        for (int n = 0; n < tree->node_count; n++) {
            const random_node *node = tree->nodes + n;
            if (node->column >= 0) continue;
            for (int k = 0; k < tree->width; k++) {
                const float single = (float)node->values[k];
                uint8_t value[8];
                memcpy(value, bytes == 4 ? (const void *)&single : (const void *)&node->values[k], bytes);
                for (size_t b = 0; b < bytes; b++) {
                    const size_t place = level == 2 ? ((size_t)k * bytes + b) * padded + (size_t)leaf
                                                    : ((size_t)k * padded + (size_t)leaf) * bytes + b;
                    leaf_bytes[next_value + place] = value[b];
                }
            }
            becomes[n] = (uint16_t)leaf++;
        }
        for (int twin_pass = 1; twin_pass >= 0; twin_pass--) {
            for (int n = tree->node_count - 1; n >= 0; n--) {
                const random_node *node = tree->nodes + n;
                if (node->column < 0) continue;
                const int twin = tree->nodes[node->left].column < 0 && tree->nodes[node->right].column < 0;
                if (twin != twin_pass) continue;
                twins += twin;
                tree_plane_node *made = nodes + next_node;
                if (node->set >= 0) {
                    made->plane = (uint16_t)(shared + next_set - first_set);
                    sets[next_set++] = (tree_set_node){.column = (uint32_t)(node->column - shape->columns),
                                                       .first_word = (uint32_t)(node->set * set_words),
                                                       .bit_count = 128, .plane = made->plane};
                    if ((size_t)made->plane + 1 > model->plane_count) model->plane_count = (size_t)made->plane + 1;
                } else {
                    made->plane = (uint16_t)plane_of(cuts + node->column, node->missing_left, &model->plane_count);
                    made->rank = (uint8_t)rank_of(cuts + node->column, node->threshold);
                }
                made->left = becomes[node->left];
                made->right = becomes[node->right];
                becomes[n] = (uint16_t)(256 + next_node++ - first_node);
            }
        }
        trees[t] = (tree_plane_tree){
            .first_node = (uint32_t)first_node, .first_value = (uint32_t)(next_value / 8),
            .node_count = (uint16_t)(next_node - first_node), .twin_count = (uint16_t)twins,
            .leaf_count = (uint16_t)tree->leaf_count, .padded = (uint16_t)padded, .output = (uint32_t)tree->output,
            .width = (uint32_t)tree->width, .first_set = (uint32_t)first_set,
            .set_count = (uint32_t)(next_set - first_set)};
        next_value += padded * bytes * (size_t)tree->width;
        next_value = (next_value + 7) / 8 * 8;
        free(becomes);
    }
    model->planes.nodes = nodes;
    model->planes.trees = trees;
    model->planes.leaf_bytes = leaf_bytes;
    model->planes.set_nodes = sets;
    model->planes.set_words = model->sets;
}

// A tree as blocks of at most `room` decisions in preorder; what does not fit becomes a block of its own.
typedef struct {
    random_model *model;
    cut_values *cuts;
    tree_row_block *blocks;
    tree_row_place *places;
    tree_set_node *sets;
    uint32_t *targets;
    float *singles;
    double *doubles;
    size_t block_count, exit_count, set_count;
    int room;
} row_layout;

static int lay_out_block(row_layout *layout, const random_tree *tree, int root, int *chain) {
    const size_t number = layout->block_count++;
    tree_row_block *block = layout->blocks + number;
    tree_row_place *place = layout->places + number;
    *place = (tree_row_place){.first_exit = (uint32_t)layout->exit_count, .first_set = (uint32_t)layout->set_count};
    memset(block->ranks, 255, sizeof block->ranks);
    struct { int node, parent, right, level; } waiting[512];
    struct { int node, exit; } later[256];
    int depth = 1, count = 0, open = 0, exits = 0, postponed = 0;
    waiting[open++] = (__typeof__(waiting[0])){root, -1, 0, 1};
    while (open > 0) {
        const __typeof__(waiting[0]) item = waiting[--open];
        const random_node *node = tree->nodes + item.node;
        const int is_leaf = node->column < 0 && item.parent >= 0;
        uint8_t child;
        if (is_leaf || count == layout->room) {
            child = (uint8_t)exits;
            if (is_leaf) {
                layout->singles[layout->exit_count + (size_t)exits] = (float)node->values[0];
                layout->doubles[layout->exit_count + (size_t)exits] = node->values[0];
            } else {
                later[postponed++] = (__typeof__(later[0])){item.node, exits};
            }
            exits++;
        } else {
            child = (uint8_t)(128 + count);
            if (item.level > depth) depth = item.level;
            if (node->column < 0) {
                // A tree of one leaf: a decision whose ways out are the same.
                layout->singles[layout->exit_count] = (float)node->values[0];
                layout->doubles[layout->exit_count] = node->values[0];
                exits = 1;
            } else if (node->set >= 0) {
                layout->sets[layout->set_count++] = (tree_set_node){
                    .column = (uint32_t)(node->column - layout->model->shape.columns),
                    .first_word = (uint32_t)(node->set * set_words), .bit_count = 128, .plane = (uint32_t)count};
                place->set_count++;
            } else {
                block->slots[count] = (uint8_t)plane_of(layout->cuts + node->column, node->missing_left,
                                                        &layout->model->plane_count);
                block->ranks[count] = (uint8_t)rank_of(layout->cuts + node->column, node->threshold);
            }
            if (node->column >= 0) {
                waiting[open++] = (__typeof__(waiting[0])){node->right, count, 1, item.level + 1};
                waiting[open++] = (__typeof__(waiting[0])){node->left, count, 0, item.level + 1};
            }
            count++;
        }
        if (item.parent >= 0) (item.right ? block->right : block->left)[item.parent] = child;
    }
    place->depth = (uint16_t)depth;
    layout->exit_count += (size_t)exits;
    int longest = 0;
    for (int i = 0; i < postponed; i++) {
        int below = 0;
        const int target = lay_out_block(layout, tree, later[i].node, &below);
        layout->targets[place->first_exit + (size_t)later[i].exit] = (uint32_t)target * 64;
        if (below > longest) longest = below;
    }
    *chain = longest + 1;
    return (int)number;
}

static void lay_out_rows(random_model *model, cut_values *cuts) {
    const random_shape *shape = &model->shape;
    size_t total = 0;
    for (int t = 0; t < shape->trees; t++) total += (size_t)model->trees[t].node_count;
    row_layout layout = {.model = model, .cuts = cuts};
    layout.blocks = zeroed(total, sizeof *layout.blocks);
    layout.places = zeroed(total, sizeof *layout.places);
    layout.sets = zeroed(total, sizeof *layout.sets);
    layout.targets = zeroed(2 * total, sizeof *layout.targets);
    layout.singles = zeroed(2 * total, sizeof *layout.singles);
    layout.doubles = zeroed(2 * total, sizeof *layout.doubles);
    tree_row_tree *trees = zeroed((size_t)shape->trees, sizeof *trees);
    uint32_t *outputs = zeroed((size_t)shape->trees, sizeof *outputs);
    uint32_t jumps = 0;
    int longest = 0;
    for (int t = 0; t < shape->trees; t++) {
        int chain = 0;
        // Some trees are cut more than they need to be.
        layout.room = shape->seed % 2 == 0 && t % 3 == 0 ? 7 : 64;
        const int block = lay_out_block(&layout, model->trees + t, 0, &chain);
        if (chain > longest) longest = chain;
        trees[t] = (tree_row_tree){.block = (uint32_t)block, .decision = 0, .chain = (uint16_t)chain};
        outputs[t] = (uint32_t)model->trees[t].output;
    }
    for (size_t b = 0; b < layout.block_count; b++) {
        while (1u << jumps < layout.places[b].depth) jumps++;
    }
    model->rows = (tree_row_model){
        .blocks = layout.blocks, .block_places = layout.places, .trees = trees, .tree_count = (size_t)shape->trees,
        .targets = layout.targets, .set_nodes = layout.sets, .set_words = model->sets, .outputs = outputs,
        .columns = model->rows.columns, .values_f32 = layout.singles, .values_f64 = layout.doubles,
        .slot_vectors = model->plane_count <= 64 ? 1 : model->plane_count <= 128 ? 2 : 4,
        .output_count = (uint32_t)shape->outputs, .jumps = jumps,
        .has_sets = layout.set_count != 0, .has_chains = longest > 1};
}

static void lay_out_walk(random_model *model, cut_values *cuts) {
    const random_shape *shape = &model->shape;
    size_t total = 0, thresholds = 0;
    for (int t = 0; t < shape->trees; t++) total += (size_t)model->trees[t].node_count;
    tree_walk_number *numbers = zeroed(total, sizeof *numbers);
    tree_walk_bin *bins = zeroed(total, sizeof *bins);
    uint32_t *places = zeroed(total, sizeof *places), *roots = zeroed((size_t)shape->trees, sizeof *roots);
    tree_walk_cut *walk_cuts = zeroed((size_t)shape->columns, sizeof *walk_cuts);
    size_t slot_count = 0, base = 0;
    double *values = zeroed((size_t)shape->columns * 4096, sizeof *values);
    const uint32_t slot_bits = 7;
    for (int c = 0; c < shape->columns; c++) cuts[c].left_plane = cuts[c].right_plane = no_plane;
    int *queue = zeroed(total + 1, sizeof *queue);
    for (int t = 0; t < shape->trees; t++) {
        const random_tree *tree = model->trees + t;
        roots[t] = (uint32_t)base;
        queue[0] = 0;
        size_t count = 1;
        for (size_t i = 0; i < count; i++) {
            const random_node *node = tree->nodes + queue[i];
            if (node->column < 0) {
                bins[base + i] = (tree_walk_bin){.slot = 0, .rank = 0xffff, .left = (uint32_t)i};
                numbers[base + i] = (tree_walk_number){.threshold = NAN, .link = (uint32_t)i << slot_bits};
                places[base + i] = (uint32_t)queue[i];
            } else {
                const uint32_t slot = plane_of(cuts + node->column, node->missing_left, &slot_count);
                bins[base + i] = (tree_walk_bin){
                    .slot = (uint16_t)slot, .rank = (uint16_t)rank_of(cuts + node->column, node->threshold),
                    .left = (uint32_t)count};
                numbers[base + i] = (tree_walk_number){.threshold = (float)node->threshold,
                                                       .link = (uint32_t)count << slot_bits | slot};
                queue[count++] = node->left;
                queue[count++] = node->right;
            }
        }
        base += count;
    }
    for (int c = 0; c < shape->columns; c++) {
        walk_cuts[c] = (tree_walk_cut){.column = (uint32_t)c, .first_threshold = (uint32_t)thresholds,
                                       .count = (uint32_t)cuts[c].count, .left_slot = (uint16_t)cuts[c].left_plane,
                                       .right_slot = (uint16_t)cuts[c].right_plane, .zero_is_missing = c % 5 == 4};
        for (int i = 0; i < cuts[c].count; i++) values[thresholds++] = cuts[c].values[i];
    }
    free(queue);
    model->walk = (tree_walk_model){.numbers = numbers, .bins = bins, .roots = roots, .places = places,
                                    .cuts = walk_cuts, .cut_count = (size_t)shape->columns, .slot_count = slot_count,
                                    .slot_bits = slot_bits, .thresholds = values};
}

random_model *random_model_make(random_shape shape, int level) {
    random_model *model = zeroed(1, sizeof *model);
    unsigned state = shape.seed;
    model->shape = shape;
    model->sets = zeroed(64 * set_words, sizeof *model->sets);
    for (int i = 0; i < 64 * set_words; i++) model->sets[i] = random_next(&state) * 2654435761u;
    model->trees = zeroed((size_t)shape.trees, sizeof *model->trees);
    for (int t = 0; t < shape.trees; t++) {
        random_tree *tree = model->trees + t;
        const int leaves = t % 7 == 6 ? 1 : 1 + (int)(random_next(&state) % (unsigned)shape.most_leaves);
        tree->nodes = zeroed((size_t)leaves * 2, sizeof *tree->nodes);
        tree->width = shape.vector_leaves ? shape.outputs : 1;
        tree->output = shape.vector_leaves ? 0 : t % shape.outputs;
        grow(model, tree, &state, leaves, 0);
    }
    cut_values *cuts = collect(model);
    model->plane_fits = shape.most_leaves <= 256;
    for (int c = 0; c < shape.columns; c++) model->plane_fits &= cuts[c].count <= 255;
    if (model->plane_fits) {
        lay_out_planes(model, cuts, level);
        lay_out_cuts(model, cuts);
        size_t shared = 0;
        for (int c = 0; c < shape.columns; c++) {
            shared += (size_t)((cuts[c].left_plane != no_plane) + (cuts[c].right_plane != no_plane));
        }
        model->row_fits = shared <= 256 && !shape.vector_leaves;
        const size_t with_sets = model->plane_count;
        model->plane_count = shared;
        if (model->row_fits) lay_out_rows(model, cuts);
        model->plane_count = with_sets;
    }
    model->walk_fits = shape.category_columns == 0;
    if (model->walk_fits) lay_out_walk(model, cuts);
    free(cuts);
    return model;
}

void random_model_free(random_model *model) {
    const void *tables[] = {
        model->planes.nodes, model->planes.trees, model->planes.leaf_bytes, model->planes.set_nodes, model->planes.cuts,
        model->planes.thresholds_f32, model->planes.thresholds_f64, model->rows.blocks, model->rows.block_places,
        model->rows.trees, model->rows.targets, model->rows.set_nodes, model->rows.outputs, model->rows.columns,
        model->rows.values_f32, model->rows.values_f64, model->walk.numbers, model->walk.bins, model->walk.roots,
        model->walk.places, model->walk.cuts, model->walk.thresholds, model->sets};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) free((void *)tables[i]);
    for (int t = 0; t < model->shape.trees; t++) free(model->trees[t].nodes);
    free(model->trees);
    free(model);
}
