// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

// A decision of the byte-plane form: left if plane[byte of the row] <= rank.
// A child below 256 is a leaf of that number; 256 + n is decision n of the same tree. A tree's decisions are in an
// order in which children come before their parents; those with two leaves, right = left + 1, come first of all.
typedef struct {
    uint16_t plane;
    uint8_t rank;
    uint8_t unused;
    uint16_t left;
    uint16_t right;
} tree_plane_node;

// One tree of the byte-plane form.
typedef struct {
    uint32_t first_node;    // in nodes
    uint32_t first_value;   // in leaf_bytes, counted in 8 bytes; level 2: byte planes, else numbers
    uint16_t node_count;
    uint16_t twin_count;    // how many of the first nodes have two leaves
    uint16_t leaf_count;
    uint16_t padded;        // leaf_count rounded up to a multiple of 8: the stride of the leaf values
    uint32_t output;        // the output that the leaves add to; vector leaves: 0
    uint32_t width;         // numbers in a leaf
    uint32_t first_set;     // in set_nodes: planes made for this tree only
    uint32_t set_count;
} tree_plane_tree;

// A list of at most 255 rising thresholds of one column, padded to 256 with NaN, and the planes made from it.
typedef struct {
    uint32_t column;
    uint32_t first_threshold;
    uint16_t count;
    uint16_t left_plane;    // plane in which missing is 0, or 0xffff
    uint16_t right_plane;   // plane in which missing is 255, or 0xffff
    uint16_t zero_is_missing;
} tree_cut_list;

// A plane made for one tree: 0 where the category of a row goes left, 1 where it goes right.
typedef struct {
    uint32_t column;        // among the category columns of the block
    uint32_t first_word;    // in set_words: bit c says that category c goes left
    uint32_t bit_count;     // the categories of the column, with the two places for none and missing
    uint32_t plane;
} tree_set_node;

// What the kernels read. Everything is checked before a kernel sees it.
typedef struct {
    const tree_plane_node *nodes;
    const tree_plane_tree *trees;
    const uint8_t *leaf_bytes;
    const tree_set_node *set_nodes;
    const uint32_t *set_words;
    const tree_cut_list *cuts;
    size_t cut_count;
    const float *thresholds_f32;
    const double *thresholds_f64;
} tree_plane_model;

// What the processor can do: 0 nothing special, 1 AVX2 or NEON, 2 AVX-512 with byte permutes.
int tree_kernel_level(void);

// Makes byte planes from 64 rows: columns[c * 64 + row]; planes has 64 bytes a plane.
void tree_quantize_f32(int level, const tree_plane_model *model, const float *columns, uint8_t *planes);
void tree_quantize_f64(int level, const tree_plane_model *model, const double *columns, uint8_t *planes);

// Adds the leaves of trees [first, last) to sums[output * 64 + row]. categories[column * 64 + row] are the category
// columns; scratch has 64 bytes for 512 decisions.
void tree_add_f32(int level, const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                  const uint16_t *categories, uint8_t *scratch, float *sums);
void tree_add_f64(int level, const tree_plane_model *model, size_t first, size_t last, uint8_t *planes,
                  const uint16_t *categories, uint8_t *scratch, double *sums);

// The leaf of each of 64 rows in one tree.
void tree_leaves(int level, const tree_plane_model *model, size_t tree, uint8_t *planes, const uint16_t *categories,
                 uint8_t *scratch, uint8_t *leaves);

// The form for single rows: a tree's decisions in preorder as two lists of bytes, its children as a table in which a
// leaf leads to itself. Trees stand in groups of eight of one kind, sorted by depth; `number` is the tree's own place.
typedef struct {
    uint32_t first_node;    // in slots and ranks
    uint32_t first_child;   // in children; parts <= 1: numbers of 8 bits, else of 16
    uint32_t first_value;   // in values, less the number of decisions
    uint32_t number;
    uint16_t parts;         // vectors of 64 decisions
    uint16_t depth;
} tree_row_tree;

typedef struct {
    const uint8_t *slots;
    const uint8_t *ranks;
    const uint8_t *children;
    const tree_row_tree *trees;
    size_t tree_count;      // a multiple of 8: the last ones of a kind may be there twice
    const uint32_t *outputs;
    size_t sum_count;       // the trees that are added
    uint32_t slot_vectors;  // 1, 2 or 4
    uint32_t output_count;
    const uint32_t *columns;    // the column of each cut list
    const float *values_f32;
    const double *values_f64;
} tree_row_model;

// The leaves of one row, as places in values. row_bytes has 64 bytes for each slot vector; places has eight entries
// more than there are trees.
void tree_row_leaves_f32(const tree_plane_model *planes, const tree_row_model *model, const float *values,
                         uint8_t *row_bytes, uint32_t *places);
void tree_row_leaves_f64(const tree_plane_model *planes, const tree_row_model *model, const double *values,
                         uint8_t *row_bytes, uint32_t *places);
// Adds them to sums in the order of the trees.
void tree_row_sum_f32(const tree_row_model *model, const uint32_t *places, float *sums);
void tree_row_sum_f64(const tree_row_model *model, const uint32_t *places, double *sums);

// A node of the form for large trees: right if the row's bin is above rank. The right child follows the left one; a
// leaf has rank 0xffff and leads to itself.
typedef struct {
    uint16_t slot;
    uint16_t rank;
    uint32_t left;
} tree_walk_node;

typedef struct {
    uint32_t column;
    uint32_t first_threshold;
    uint32_t count;
    uint16_t left_slot;     // the slot in which missing is 0, or 0xffff
    uint16_t right_slot;    // the slot in which missing is 0xffff, or 0xffff
    uint32_t zero_is_missing;
} tree_walk_cut;

typedef struct {
    const tree_walk_node *nodes;
    const uint32_t *roots;
    const uint32_t *places;     // for each leaf where its values stand
    const tree_walk_cut *cuts;
    size_t cut_count;
    size_t slot_count;
    const float *thresholds_f32;
    const double *thresholds_f64;
} tree_walk_model;

// Bins of rows: bins[row * slot_count + slot] from columns[column * stride + row].
void tree_walk_quantize_f32(const tree_walk_model *model, const float *columns, size_t stride, size_t rows,
                            uint16_t *bins);
void tree_walk_quantize_f64(const tree_walk_model *model, const double *columns, size_t stride, size_t rows,
                            uint16_t *bins);
// The leaves of rows in one tree, and of one row in trees.
void tree_walk_rows(const tree_walk_model *model, size_t tree, const uint16_t *bins, size_t rows, uint32_t *places);
void tree_walk_trees(const tree_walk_model *model, size_t first, size_t last, const uint16_t *bins,
                     uint32_t *places);
