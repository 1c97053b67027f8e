// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

/// How often this thread has allocated memory; -1 where that is not counted.
long mlops_allocation_count(void);

#endif
