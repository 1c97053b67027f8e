// swift-tools-version: 6.3
// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import PackageDescription

// A package of its own, because fuzzers are built with other flags than everything else; see `run`.
let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-mlops", path: "../..")],
    targets: [
        .executableTarget(
            name: "FuzzParameters", dependencies: [.product(name: "ParameterLoading", package: "swift-mlops")]
        )
    ],
    swiftLanguageModes: [.v6]
)
