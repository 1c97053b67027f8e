// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
// The ranks of a block's columns, some rows side by side. Included once for each width by a file that defines
//     NUMBER         float or double
//     NAMED(name)    the name in this width
//     at_once        how many rows search their ranks side by side

static void NAMED(quantize)(const tree_plane_model *model, const NUMBER *columns, uint8_t *planes) {
    const NUMBER zero_band = 1e-35f;
    for (size_t c = 0; c < model->cut_count; c++) {
        const tree_cut_list *cut = model->cuts + c;
        const NUMBER *x = columns + (size_t)cut->column * rows;
        const NUMBER *thresholds = model->NAMED(thresholds) + cut->first_threshold - 1;
        uint8_t ranks[rows], missing[rows];
        for (int row = 0; row < rows; row += at_once) {
            uint32_t low[at_once] = {0};
            for (uint32_t step = 128; step != 0; step >>= 1) {
#pragma clang loop unroll(full)
                for (int i = 0; i < at_once; i++) low[i] += thresholds[low[i] + step] <= x[row + i] ? step : 0;
            }
            for (int i = 0; i < at_once; i++) ranks[row + i] = (uint8_t)low[i];
        }
        for (int row = 0; row < rows; row++) {
            missing[row] = x[row] != x[row] ||
                           (cut->zero_is_missing && x[row] >= -zero_band && x[row] <= zero_band);
        }
        finish_planes(cut, ranks, missing, planes);
    }
}
