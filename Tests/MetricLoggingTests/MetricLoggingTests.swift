// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
