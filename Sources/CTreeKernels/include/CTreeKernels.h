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

// The form for single rows: 64 decisions stand in a block and are answered by one compare of bytes. A block holds one
// tree, some whole trees, or a piece of a larger tree whose ways out lead into other blocks.
typedef struct {
    uint8_t slots[64];  // which byte of the row
    uint8_t ranks[64];  // right if the byte is above it
    uint8_t left[64];   // 128 + n: decision n of this block; below 128: a way out
    uint8_t right[64];
} tree_row_block;

typedef struct {
    uint32_t first_exit;    // in targets and values
    uint32_t first_set;     // in set_nodes, whose planes are here numbers of decisions of the block
    uint16_t set_count;
    uint16_t depth;         // the most decisions on a way through the block
} tree_row_place;

// Where a tree starts: trees stand in order, so that those of one block follow each other.
typedef struct {
    uint32_t block;
    uint16_t decision;
    uint16_t chain;         // the most blocks on a way through the tree
} tree_row_tree;

typedef struct {
    const tree_row_block *blocks;
    const tree_row_place *block_places;
    const tree_row_tree *trees;
    size_t tree_count;
    const uint32_t *targets;    // for each way out 64 * block + decision, or 0 for a leaf
    const tree_set_node *set_nodes;
    const uint32_t *set_words;
    const uint32_t *outputs;
    const uint32_t *columns;    // the column of each cut list
    const float *values_f32;    // the leaf's value at each way out
    const double *values_f64;
    uint32_t slot_vectors;      // bytes of a row, counted in 64: 1, 2 or 4
    uint32_t output_count;
    uint32_t jumps;             // a way of 2 to the power of this many decisions is longer than any in a block
    uint32_t has_sets, has_chains;
} tree_row_model;

// The bytes of one row: 64 for each slot vector.
void tree_row_quantize_f32(int level, const tree_plane_model *planes, const tree_row_model *model, const float *values,
                           uint8_t *row_bytes);
void tree_row_quantize_f64(int level, const tree_plane_model *planes, const tree_row_model *model, const double *values,
                           uint8_t *row_bytes);
// Adds the row's leaves to sums in the order of the trees; categories are the row's category columns.
void tree_row_add_f32(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                      float *sums);
void tree_row_add_f64(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                      double *sums);
// The way out of each tree that the row takes.
void tree_row_exits(int level, const tree_row_model *model, const uint8_t *row_bytes, const uint16_t *categories,
                    uint32_t *exits);

// The form for large trees. Its nodes take 8 bytes; the right child follows the left one, and a leaf leads to itself.
// Rows in float are compared as they are, rows in double become bins of 16 bits first.
typedef struct {
    float threshold;        // right if the number is not below it; NaN at a leaf
    uint32_t link;          // the slot, and from bit `slot_bits` on the left child, counted from the tree's root
} tree_walk_number;

typedef struct {
    uint16_t slot;
    uint16_t rank;          // right if the bin is above it; 0xffff at a leaf
    uint32_t left;          // counted from the tree's root
} tree_walk_bin;

// From a column to the slots that nodes look at: one for each side that missing goes to.
typedef struct {
    uint32_t column;
    uint32_t first_threshold;   // of bins
    uint32_t count;
    uint16_t left_slot;     // where missing goes left, or 0xffff
    uint16_t right_slot;    // where missing goes right, or 0xffff
    uint32_t zero_is_missing;
} tree_walk_cut;

typedef struct {
    const tree_walk_number *numbers;    // one of the two
    const tree_walk_bin *bins;
    const uint32_t *roots;
    const uint32_t *places;     // for each leaf where its values stand
    const tree_walk_cut *cuts;
    size_t cut_count;
    size_t slot_count;
    uint32_t slot_bits;
    const double *thresholds;
} tree_walk_model;

// The slots of rows: slots[row * slot_count + slot] from columns[column * stride + row].
void tree_walk_fill_f32(const tree_walk_model *model, const float *columns, size_t stride, size_t rows, float *slots);
void tree_walk_fill_f64(const tree_walk_model *model, const double *columns, size_t stride, size_t rows,
                        uint16_t *slots);
// The leaves of rows in one tree, and of one row in the trees [first, last).
void tree_walk_rows_f32(int level, const tree_walk_model *model, size_t tree, const float *slots, size_t rows,
                        uint32_t *places);
void tree_walk_rows_f64(int level, const tree_walk_model *model, size_t tree, const uint16_t *slots, size_t rows,
                        uint32_t *places);
void tree_walk_trees_f32(const tree_walk_model *model, size_t first, size_t last, const float *slots,
                         uint32_t *places);
void tree_walk_trees_f64(const tree_walk_model *model, size_t first, size_t last, const uint16_t *slots,
                         uint32_t *places);
