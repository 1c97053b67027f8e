// swift-tools-version: 6.3
// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Every target is compiled to the same rules; continuous integration also turns each warning into an error.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .strictMemorySafety(),
    ] + (Context.environment["SWIFT_MLOPS_CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// The modules, floor by floor; a module imports only modules of lower floors (Documentation/Architecture.md).
let modules: [(name: String, imports: [Target.Dependency])] = [
    // Floor 4
    ("S3Storage", ["ArtifactStores", "ContentHashing", "HTTPTransport"]),
    (
        "MLflowClient",
        [
            "MetricLogging", "ModelRegistries", "RunLineage", "ArtifactStores", "ContentHashing",
            "HTTPTransport",
        ]
    ),
    // Floor 3
    ("ModelRegistries", ["ArtifactStores", "RunLineage", "ContentHashing"]),
    ("DatasetVersioning", ["ArtifactStores", "DataContracts", "TableReading", "ContentHashing"]),
    ("MetricLogging", ["RunLineage", "ContentHashing"]),
    // Floor 2
    ("ArtifactStores", ["ContentHashing", "CSystemCalls"]),
    ("RunLineage", ["ContentHashing"]),
    ("DataContracts", ["TableReading", "ContentHashing"]),
    ("ParameterLoading", ["ContentHashing"]),
    // Floor 1
    ("TreeEnsembles", ["CTreeKernels", "CZlib"]),
    ("TableReading", ["CZlib"]),
    ("ContentHashing", ["CHashKernels", "CZlib"]),
    ("HTTPTransport", ["CSystemCalls"]),
    // Beside the floors: for whoever tests an ObjectStore or a ModelRegistry of their own
    ("MLOpsTesting", ["ArtifactStores", "ModelRegistries", "RunLineage", "ContentHashing"]),
]

/// The modules whose tests are built: all, or for a quick round of work those that SWIFT_MLOPS_TESTS names, separated by commas.
let tested =
    if let names = Context.environment["SWIFT_MLOPS_TESTS"]?.split(separator: ",").map(String.init) {
        modules.filter { names.contains($0.name) }
    } else {
        modules
    }

let package = Package(
    name: "swift-mlops",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: modules.map { .library(name: $0.name, targets: [$0.name]) } + [
        .executable(name: "mlops", targets: ["mlops"]),
        .executable(name: "FlightDelay", targets: ["FlightDelay"]),
        .executable(name: "benchmarks", targets: ["benchmarks"]),
    ],
    targets: modules.map {
        .target(name: $0.name, dependencies: $0.imports, swiftSettings: strict)
    } + [
        // What Swift cannot reach: vector kernels chosen at run time, and system calls Glibc's module does not export.
        .target(name: "CTreeKernels"),
        .target(name: "CHashKernels"),
        .target(name: "CSystemCalls"),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        .target(name: "CommandLineBase", path: "Examples/CommandLine", swiftSettings: strict),
        .executableTarget(
            name: "mlops", dependencies: modules.map { .byName(name: $0.name) } + ["CommandLineBase"],
            path: "Examples/InternalTool/Sources", swiftSettings: strict),
        .executableTarget(
            name: "FlightDelay",
            dependencies: [
                "ArtifactStores", "ContentHashing", "DataContracts", "DatasetVersioning", "MetricLogging",
                "ModelRegistries", "ParameterLoading", "RunLineage", "TableReading", "TreeEnsembles",
                "CommandLineBase",
            ],
            path: "Examples/FlightDelay/Sources", swiftSettings: strict),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "ArtifactStores", "CommandLineBase", "ContentHashing", "DatasetVersioning", "MetricLogging",
                "ParameterLoading", "TreeEnsembles",
            ],
            path: "Tests/Benchmarks/Sources", swiftSettings: strict),

        .target(name: "AllocationCount", path: "Tests/AllocationCount"),
        .target(
            name: "TestSupport", dependencies: ["AllocationCount"], path: "Tests/TestSupport",
            swiftSettings: strict),
    ]
        + tested.map { module in
            .testTarget(
                name: module.name + "Tests",
                dependencies: [.byName(name: module.name), "TestSupport"] + module.imports
                    + (testsStores(module.name, importing: module.imports) ? ["MLOpsTesting"] : []),
                swiftSettings: strict)
        }
        + (tested.count < modules.count ? [] : testsOfTheWhole),
    swiftLanguageModes: [.v6]
)

/// The tests that need more than one module.
var testsOfTheWhole: [Target] {
    [
        .testTarget(
            name: "CommandLineBaseTests", dependencies: ["CommandLineBase"], swiftSettings: strict),
        .testTarget(
            name: "ReadmeTests", dependencies: modules.map { .byName(name: $0.name) } + ["TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["TestSupport", "TreeEnsembles", "ContentHashing"],
            swiftSettings: strict),
    ]
}

extension Target.Dependency {
    /// Whether this dependency names the given target of this package.
    func isNamed(_ target: String) -> Bool {
        if case .byNameItem(let name, _) = self { name == target } else { false }
    }
}

/// Whether the tests of a module run the conformance suites of `MLOpsTesting`, or its doubles.
func testsStores(_ module: String, importing imports: [Target.Dependency]) -> Bool {
    module != "MLOpsTesting"
        && (module == "ArtifactStores" || imports.contains { $0.isNamed("ArtifactStores") })
}
