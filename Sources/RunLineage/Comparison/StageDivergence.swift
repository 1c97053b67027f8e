// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The first stage of two runs whose outputs part.
public struct StageDivergence: Hashable, Sendable, Codable {
    /// The name of the stage.
    public let stage: String
    /// The inputs of the stage that differ, sorted; empty where the stage made different outputs from equal inputs.
    public let inputs: [String]
    /// The outputs of the stage that differ, sorted.
    public let outputs: [String]
    /// Whether only one of the runs has the stage.
    public let isMissing: Bool

    /// Walks the stages of both runs in the order of the left one, then those that only the right one has.
    static func first(_ left: [StageRecord]?, _ right: [StageRecord]?) -> StageDivergence? {
        guard let left, let right else { return nil }
        let rightByName = Dictionary(right.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for stage in left {
            guard let other = rightByName[stage.name] else {
                return StageDivergence(
                    stage: stage.name, inputs: stage.inputs.keys.sorted(),
                    outputs: stage.outputs.keys.sorted(),
                    isMissing: true)
            }
            let outputs = parting(stage.outputs, other.outputs)
            if !outputs.isEmpty {
                return StageDivergence(
                    stage: stage.name, inputs: parting(stage.inputs, other.inputs), outputs: outputs,
                    isMissing: false)
            }
        }
        let names = Set(left.map(\.name))
        return right.first { !names.contains($0.name) }.map {
            StageDivergence(
                stage: $0.name, inputs: $0.inputs.keys.sorted(), outputs: $0.outputs.keys.sorted(),
                isMissing: true)
        }
    }

    private static func parting<Value: Equatable>(
        _ left: [String: Value], _ right: [String: Value]
    ) -> [String] {
        Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted()
    }
}
