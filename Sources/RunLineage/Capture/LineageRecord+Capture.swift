// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What ``LineageRecord/capture(code:parameters:frozenParameters:data:seeds:model:options:)`` looks at.
public struct LineageCaptureOptions: Sendable {
    /// Environment variables that may change results and never hold secrets.
    public static let usualVariables = [
        "CUDA_VISIBLE_DEVICES", "LANG", "LC_ALL", "LD_PRELOAD", "MALLOC_ARENA_MAX", "MKL_NUM_THREADS",
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TZ",
    ]

    /// A folder inside the repository of the code; nil for the current folder.
    public var sourceFolder: String?
    /// The environment variables whose values are recorded; no other variable is read.
    public var variables: [String]
    /// How many threads the run uses; nil records how many processors are active.
    public var threads: Int?
    /// Whether the program's own file is hashed: some hundredths of a second in a release build.
    public var hashesExecutable: Bool

    /// Makes options.
    public init(
        sourceFolder: String? = nil, variables: [String] = LineageCaptureOptions.usualVariables,
        threads: Int? = nil, hashesExecutable: Bool = true
    ) {
        self.sourceFolder = sourceFolder
        self.variables = variables
        self.threads = threads
        self.hashesExecutable = hashesExecutable
    }
}

extension LineageRecord {
    /// Records the code, the environment and the machine of this process, and what the caller knows.
    ///
    /// The commit is read from the repository's files, so no `git` is needed for it. Whether the working tree holds
    /// more than the commit is asked from `git`; without it, that is not recorded. Nothing here throws: what cannot
    /// be read is left nil, and ``gaps`` tells it.
    ///
    /// - Parameters:
    ///   - code: The code's state where the caller knows it, such as from a build server; nil looks for it.
    ///   - parameters: The digest of the resolved parameters.
    ///   - frozenParameters: The resolved parameters as a JSON object without secrets, to name differing keys later.
    ///   - data: The versions of the data that the run reads.
    ///   - seeds: The seeds of the random generators by name.
    ///   - model: The digest of the model that the run uses.
    ///   - options: What to look at.
    public static func capture(
        code: CodeState? = nil, parameters: Digest? = nil, frozenParameters: String? = nil,
        data: [DataReference]? = nil, seeds: [String: UInt64]? = nil, model: Digest? = nil,
        options: LineageCaptureOptions = LineageCaptureOptions()
    ) -> LineageRecord {
        let folder = options.sourceFolder ?? FileManager.default.currentDirectoryPath
        return LineageRecord(
            code: code ?? CodeState(capturedIn: folder),
            data: data,
            parameters: parameters.map { ParameterState(digest: $0, frozen: frozenParameters) },
            environment: .capture(options: options),
            compute: .capture(),
            seeds: seeds,
            model: model)
    }
}

extension CodeState {
    /// Reads the state of the repository around a folder; nil where there is none.
    init?(capturedIn folder: String) {
        guard let repository = GitRepository(around: folder), let head = repository.head() else { return nil }
        self.init(
            commit: head.commit, branch: head.branch, repository: repository.origin(),
            changes: repository.changes(), packages: ResolvedPackages.versions(in: repository.workingTree))
    }
}
