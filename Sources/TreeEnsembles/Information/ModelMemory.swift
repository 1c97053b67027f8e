// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a loaded model takes in memory, in bytes.
public struct ModelMemory: Sendable, Codable, Hashable {
    /// The nodes as they were read, for explanations, for information and for what no fast form holds; those of a
    /// mapped file are shared with other processes.
    public let tables: Int
    /// What scoring of many rows reads; made when it is first asked for.
    public let batchForm: Int
    /// What scoring of single rows reads besides ``batchForm``; made when the first scorer is.
    public let rowForm: Int
    /// ``batchForm`` for each node, leaves included.
    public let batchFormPerNode: Double
}

extension TreeEnsemble {
    /// What the model takes in memory.
    ///
    /// Asking for it makes the forms for batches and single rows, if nothing has before.
    public var memory: ModelMemory {
        let nodes = ensemble.nodes
        let bytesOfNode =
            5 * MemoryLayout<Int32>.size + 2 * MemoryLayout<Double>.size + 1 + MemoryLayout<Float>.size
        let tables =
            nodes.count * bytesOfNode + ensemble.leafValues.count * MemoryLayout<Double>.stride
            + ensemble.trees.count * MemoryLayout<Tree>.stride + ensemble.sets.byteCount
        let batch = (planes?.byteCount ?? 0) + (batchWalk?.byteCount ?? 0)
        let walk = self.walk
        let row = rowForm?.byteCount ?? (walk === batchWalk ? 0 : walk?.byteCount ?? 0)
        return ModelMemory(
            tables: tables, batchForm: batch, rowForm: row,
            batchFormPerNode: nodes.count == 0 ? 0 : Double(batch) / Double(nodes.count))
    }
}

extension CategorySets {
    /// The bytes of the sets.
    var byteCount: Int {
        entries.count * MemoryLayout<Entry>.stride + words.count * MemoryLayout<UInt32>.size
            + numbers.count * MemoryLayout<Double>.size
    }
}
