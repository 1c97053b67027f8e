// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The reference pipeline.
@main
struct Main {
    static func main() async {}
}
