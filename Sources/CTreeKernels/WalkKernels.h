// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "CTreeKernels.h"

#if defined(__x86_64__)
void tree_walk_rows_f32_avx512(const tree_walk_model *model, size_t tree, const float *slots, size_t rows,
                               uint32_t *places);
#endif
