// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// What made a thing: code, data, parameters, environment and compute, with the stages and their digests.
///
/// Each part may be absent. Absent means *not recorded*, which is a verdict of its own wherever records are
/// compared or checked: it never counts as equal and never as complete.
///
/// A record is a value, stored as canonical JSON and named by the digest of that text.
public struct LineageRecord: Hashable, Sendable, Codable {
    /// The version of the text form.
    public static let currentFormat = 1

    /// The version of the text form this record was read from or will be written in.
    public private(set) var format = LineageRecord.currentFormat
    /// The source code; nil where it was not recorded.
    public var code: CodeState?
    /// The data that was read, each name once; nil where it was not recorded.
    public var data: [DataReference]?
    /// The parameters; nil where they were not recorded.
    public var parameters: ParameterState?
    /// The environment; nil where it was not recorded.
    public var environment: EnvironmentState?
    /// The machine; nil where it was not recorded.
    public var compute: ComputeState?
    /// The stages in the order in which they ran; nil where they were not recorded.
    public var stages: [StageRecord]?
    /// The digest of the model that came out or that was used; nil where it was not recorded.
    public var model: Digest?

    // JSON integers stop at 63 bits, so a seed is written as text.
    private var seedTexts: [String: String]?

    private enum CodingKeys: String, CodingKey {
        case format, code, data, parameters, environment, compute, stages, model
        case seedTexts = "seeds"
    }

    /// The seeds of the random generators by name; nil where they were not recorded.
    public var seeds: [String: UInt64]? {
        get { seedTexts?.compactMapValues { UInt64($0) } }
        set { seedTexts = newValue?.mapValues { String($0) } }
    }

    /// Makes a record of what is known; see ``capture(code:parameters:frozenParameters:data:seeds:model:options:)``
    /// for one that fills itself in.
    public init(
        code: CodeState? = nil, data: [DataReference]? = nil, parameters: ParameterState? = nil,
        environment: EnvironmentState? = nil, compute: ComputeState? = nil, seeds: [String: UInt64]? = nil,
        stages: [StageRecord]? = nil, model: Digest? = nil
    ) {
        self.code = code
        self.data = data
        self.parameters = parameters
        self.environment = environment
        self.compute = compute
        self.stages = stages
        self.model = model
        self.seeds = seeds
    }

    /// The record as canonical JSON: equal records give equal bytes on every machine.
    public var canonicalJSON: [UInt8] {
        // Strings, integers and digests only: nothing in a record can refuse to be encoded.
        (try? CanonicalJSON.encode(self)) ?? []
    }

    /// The digest that names this record: that of its canonical JSON.
    public var digest: Digest { Digest(of: canonicalJSON) }

    /// Reads what ``canonicalJSON`` wrote.
    ///
    /// - Throws: ``LineageError`` with the code `malformed` or `unsupportedFormat`.
    public init(canonicalJSON bytes: [UInt8]) throws(LineageError) {
        do {
            self = try CanonicalJSON.decode(LineageRecord.self, from: bytes)
        } catch {
            throw LineageError(.malformed, "the lineage record cannot be read", cause: error)
        }
        guard format == LineageRecord.currentFormat else {
            throw LineageError(
                .unsupportedFormat,
                "the lineage record has the format \(format); this version reads \(LineageRecord.currentFormat)"
            )
        }
    }

    /// Appends a stage with the digests of what went in and what came out.
    public mutating func recordStage(_ name: String, inputs: [String: Digest], outputs: [String: Digest]) {
        stages = (stages ?? []) + [StageRecord(name: name, inputs: inputs, outputs: outputs)]
    }
}
