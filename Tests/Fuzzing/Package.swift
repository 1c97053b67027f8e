// swift-tools-version: 6.3
// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// The modules whose readers are fuzzed.
let modules = [
    "TreeEnsembles", "ParameterLoading", "TableReading", "ArtifactStores", "DatasetVersioning",
    "MetricLogging", "RunLineage", "HTTPTransport", "S3Storage", "ContentHashing",
]

// A package of its own, because fuzzers are built with other flags than everything else; see `run`. What a reader
// must keep to stands in the tests of its module, to which Sources/fuzz links: the unit tests replay the corpus.
let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-mlops", path: "../..")],
    targets: [
        .executableTarget(
            name: "fuzz", dependencies: modules.map { .product(name: $0, package: "swift-mlops") })
    ],
    swiftLanguageModes: [.v6]
)
