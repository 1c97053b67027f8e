// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// Models of random trees, laid out for every kernel, and the plain walk that says what is right.
#pragma once

#include "CTreeKernels.h"

enum { block_rows = 64 };

typedef struct {
    int column;         // -1 for a leaf
    double threshold;   // numeric: left unless x >= threshold
    int missing_left;
    int zero_is_missing;
    int set;            // of a decision about a set: its number, else -1
    int left, right;
    double values[3];   // of a leaf
} random_node;

typedef struct {
    random_node *nodes;
    int node_count, leaf_count, depth, output, width;
} random_tree;

// What a model is to look like.
typedef struct {
    unsigned seed;
    int trees, most_leaves, columns, category_columns, outputs, vector_leaves, thresholds;
    int is_single;      // features; sums are always of the same width here
} random_shape;

typedef struct {
    random_shape shape;
    random_tree *trees;
    uint32_t *sets;     // 128 bits each: a category below 126, 126 for none, 127 for missing
    tree_plane_model planes;
    tree_row_model rows;
    tree_walk_model walk;
    size_t plane_count;
    int plane_fits, row_fits, walk_fits;
} random_model;

uint32_t random_next(unsigned *state);
random_model *random_model_make(random_shape shape, int level);
void random_model_free(random_model *model);
// The leaf of a row as a node; the row has its columns, then its category columns.
int random_leaf(const random_model *model, int tree, const double *row);
// The place of a category column's value in its sets.
uint16_t random_category(double x);
