// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// check_kernels [SEEDS]: every kernel of this processor against the plain walk, bit for bit, on random models and rows.
// Exit 1 and a line for each kernel that differs.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_forms.h"

static int failures = 0;
static const char *shape_name;

static void expect(int same, const char *what, int level, unsigned seed) {
    if (same) return;
    failures++;
    printf("%s differs: level %d, %s, seed %u\n", what, level, shape_name, seed);
}

static double random_number(const random_shape *shape, unsigned *state) {
    static const double edges[] = {0, -0.0, 1e-36, -1e-36, 1e-35, 4.9e-324, 1e-45, INFINITY, -INFINITY, NAN};
    const uint32_t kind = random_next(state) % 8;
    double x;
    if (kind == 0) {
        x = edges[random_next(state) % (sizeof edges / sizeof *edges)];
    } else if (kind < 4) {
        // Just a threshold.
        x = ((int)(random_next(state) % (unsigned)shape->thresholds) - shape->thresholds / 2) * 0.37;
    } else {
        x = ((int)(random_next(state) % 20000) - 10000) / 10000.0 * shape->thresholds * 0.2;
    }
    return shape->is_single ? (double)(float)x : x;
}

// Memory of a block of rows, with its ends just where the kernels may go.
typedef struct {
    double rows[block_rows][64];
    double *columns;
    float *columns_single;
    uint8_t *planes, *scratch, *row_bytes;
    uint16_t *categories;
} workspace;

static void check_planes(const random_model *model, workspace *work, int level, unsigned seed) {
    const random_shape *shape = &model->shape;
    const size_t sums_size = (size_t)shape->outputs * block_rows;
    double *expected = calloc(sums_size, sizeof *expected), *sums = calloc(sums_size, sizeof *sums);
    float *sums_single = calloc(sums_size, sizeof *sums_single);
    if (shape->is_single) {
        tree_quantize_f32(level, &model->planes, work->columns_single, work->planes);
    } else {
        tree_quantize_f64(level, &model->planes, work->columns, work->planes);
    }
    for (size_t i = 0; i < sums_size; i++) expected[i] = sums[i] = sums_single[i] = 0.25f;
    for (int t = 0; t < shape->trees; t++) {
        uint8_t leaves[block_rows];
        tree_leaves(level, &model->planes, (size_t)t, work->planes, work->categories, work->scratch, leaves);
        for (int row = 0; row < block_rows; row++) {
            const int leaf = random_leaf(model, t, work->rows[row]);
            int number = 0;
            for (int n = 0; n < leaf; n++) number += model->trees[t].nodes[n].column < 0;
            expect(leaves[row] == number, "leaf", level, seed);
            for (int k = 0; k < model->trees[t].width; k++) {
                double *sum = expected + (model->trees[t].output + k) * block_rows + row;
                const double value = model->trees[t].nodes[leaf].values[k];
                *sum = shape->is_single ? (double)((float)*sum + (float)value) : *sum + value;
            }
        }
    }
    const size_t half = (size_t)shape->trees / 2, end = (size_t)shape->trees;
    if (shape->is_single) {
        tree_add_f32(level, &model->planes, 0, half, work->planes, work->categories, work->scratch, sums_single);
        tree_add_f32(level, &model->planes, half, end, work->planes, work->categories, work->scratch, sums_single);
        for (size_t i = 0; i < sums_size; i++) sums[i] = sums_single[i];
    } else {
        tree_add_f64(level, &model->planes, 0, half, work->planes, work->categories, work->scratch, sums);
        tree_add_f64(level, &model->planes, half, end, work->planes, work->categories, work->scratch, sums);
    }
    expect(memcmp(sums, expected, sums_size * sizeof *sums) == 0, "sum of planes", level, seed);
    free(expected), free(sums), free(sums_single);
}

static void check_rows(const random_model *model, workspace *work, int level, unsigned seed) {
    const random_shape *shape = &model->shape;
    uint32_t *exits = calloc((size_t)shape->trees, sizeof *exits);
    for (int row = 0; row < block_rows; row++) {
        double expected[3] = {0.25, 0.25, 0.25}, sums[3] = {0.25, 0.25, 0.25};
        float single[64], sums_single[3] = {0.25f, 0.25f, 0.25f};
        uint16_t categories[8];
        for (int c = 0; c < shape->columns; c++) single[c] = (float)work->rows[row][c];
        for (int c = 0; c < shape->category_columns; c++) {
            categories[c] = work->categories[c * block_rows + row];
        }
        if (shape->is_single) {
            tree_row_quantize_f32(level, &model->planes, &model->rows, single, work->row_bytes);
            tree_row_add_f32(level, &model->rows, work->row_bytes, categories, sums_single);
            for (int k = 0; k < 3; k++) sums[k] = sums_single[k];
        } else {
            tree_row_quantize_f64(level, &model->planes, &model->rows, work->rows[row], work->row_bytes);
            tree_row_add_f64(level, &model->rows, work->row_bytes, categories, sums);
        }
        tree_row_exits(level, &model->rows, work->row_bytes, categories, exits);
        for (int t = 0; t < shape->trees; t++) {
            const double value = model->trees[t].nodes[random_leaf(model, t, work->rows[row])].values[0];
            double *sum = expected + model->trees[t].output;
            *sum = shape->is_single ? (double)((float)*sum + (float)value) : *sum + value;
            expect(model->rows.values_f64[exits[t]] == value, "way out", level, seed);
        }
        expect(memcmp(sums, expected, sizeof sums) == 0, "sum of a row", level, seed);
    }
    free(exits);
}

static void check_walk(const random_model *model, workspace *work, int level, unsigned seed) {
    const random_shape *shape = &model->shape;
    const int counts[] = {block_rows, 49, 13, 1};
    uint32_t *places = calloc((size_t)(shape->trees > block_rows ? shape->trees : block_rows), sizeof *places);
    for (int i = 0; i < 4; i++) {
        const size_t count = (size_t)counts[i];
        // The least memory that the kernel may read, so that a sanitizer sees more.
        float *numbers = calloc(model->walk.slot_count * count + 1, sizeof *numbers);
        uint16_t *bins = calloc(model->walk.slot_count * count + 1, sizeof *bins);
        tree_walk_fill_f32(&model->walk, work->columns_single, block_rows, count, numbers);
        tree_walk_fill_f64(&model->walk, work->columns, block_rows, count, bins);
        for (int t = 0; t < shape->trees; t++) {
            if (shape->is_single) {
                tree_walk_rows_f32(level, &model->walk, (size_t)t, numbers, count, places);
            } else {
                tree_walk_rows_f64(level, &model->walk, (size_t)t, bins, count, places);
            }
            for (size_t row = 0; row < count; row++) {
                expect(places[row] == (uint32_t)random_leaf(model, t, work->rows[row]), "walk of rows", level, seed);
            }
        }
        if (shape->is_single) {
            tree_walk_trees_f32(&model->walk, 0, (size_t)shape->trees, numbers, places);
        } else {
            tree_walk_trees_f64(&model->walk, 0, (size_t)shape->trees, bins, places);
        }
        for (int t = 0; t < shape->trees; t++) {
            expect(places[t] == (uint32_t)random_leaf(model, t, work->rows[0]), "walk of trees", level, seed);
        }
        free(numbers), free(bins);
    }
    free(places);
}

static void check(random_shape shape, int level) {
    random_model *model = random_model_make(shape, level);
    unsigned state = shape.seed + 99;
    const size_t width = (size_t)(shape.columns + shape.category_columns);
    workspace work = {0};
    work.columns = calloc(width * block_rows, sizeof *work.columns);
    work.columns_single = calloc(width * block_rows, sizeof *work.columns_single);
    work.categories = calloc((size_t)(shape.category_columns + 1) * block_rows, sizeof *work.categories);
    work.planes = aligned_alloc(64, (model->plane_count + 1) * block_rows);
    work.scratch = aligned_alloc(64, 512 * block_rows);
    work.row_bytes = aligned_alloc(64, 256);
    memset(work.row_bytes, 0, 256);
    for (int leaf = 0; leaf < 256; leaf++) memset(work.scratch + leaf * block_rows, leaf, block_rows);
    for (int row = 0; row < block_rows; row++) {
        for (int c = 0; c < (int)width; c++) {
            const double x = c < shape.columns ? random_number(&shape, &state)
                                               : (random_next(&state) % 9 == 0 ? NAN : random_next(&state) % 140 - 5.5);
            work.rows[row][c] = x;
            work.columns[c * block_rows + row] = x;
            work.columns_single[c * block_rows + row] = (float)x;
            if (c >= shape.columns) work.categories[(c - shape.columns) * block_rows + row] = random_category(x);
        }
    }
    if (model->plane_fits) check_planes(model, &work, level, shape.seed);
    if (model->row_fits) check_rows(model, &work, level, shape.seed);
    if (model->walk_fits) check_walk(model, &work, level, shape.seed);
    free(work.columns), free(work.columns_single), free(work.categories), free(work.planes), free(work.scratch);
    free(work.row_bytes);
    random_model_free(model);
}

int main(int count, char **words) {
    static const struct { const char *name; random_shape shape; } shapes[] = {
        {"small", {.trees = 30, .most_leaves = 31, .columns = 20, .outputs = 1, .thresholds = 40}},
        {"middle", {.trees = 20, .most_leaves = 100, .columns = 28, .outputs = 1, .thresholds = 200}},
        {"largest planes", {.trees = 12, .most_leaves = 256, .columns = 50, .outputs = 3, .thresholds = 250}},
        {"wide rows", {.trees = 60, .most_leaves = 64, .columns = 60, .outputs = 1, .thresholds = 90}},
        {"sets", {.trees = 25, .most_leaves = 60, .columns = 10, .category_columns = 4, .outputs = 3, .thresholds = 60}},
        {"vectors", {.trees = 15, .most_leaves = 50, .columns = 8, .outputs = 3, .vector_leaves = 1, .thresholds = 30}},
        {"large trees", {.trees = 9, .most_leaves = 2000, .columns = 12, .outputs = 1, .thresholds = 3000}},
        {"stumps and chains", {.trees = 40, .most_leaves = 3, .columns = 2, .outputs = 2, .thresholds = 5}},
    };
    const int seeds = count > 1 ? atoi(words[1]) : 5, best = tree_kernel_level();
    int checked = 0;
    for (int level = 1; level <= best; level++) {
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            for (int seed = 1; seed <= seeds; seed++) {
                for (int is_single = 0; is_single < 2; is_single++) {
                    random_shape shape = shapes[s].shape;
                    shape_name = shapes[s].name;
                    shape.seed = (unsigned)(seed * 1000 + (int)s);
                    shape.is_single = is_single;
                    check(shape, level);
                    checked++;
                }
            }
        }
    }
    printf("levels up to %d: %d models, %d differences\n", best, checked, failures);
    return failures == 0 && checked > 0 ? 0 : 1;
}
