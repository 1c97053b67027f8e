# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Real servers on loopback for the interoperability tests."""
