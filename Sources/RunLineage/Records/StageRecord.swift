// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// A stage of a pipeline with the digests of what went in and what came out, by name.
///
/// A stage reads what an earlier stage wrote when both name it with the same name.
public struct StageRecord: Hashable, Sendable, Codable {
    /// The name of the stage, once in a record.
    public var name: String
    /// What went in.
    public var inputs: [String: Digest]
    /// What came out.
    public var outputs: [String: Digest]

    /// Describes a stage.
    public init(name: String, inputs: [String: Digest], outputs: [String: Digest]) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
    }
}
