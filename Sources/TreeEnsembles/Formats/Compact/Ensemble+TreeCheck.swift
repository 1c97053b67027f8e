// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Ensemble {
    /// Checks that the nodes make trees in preorder, and takes their depths and numbers of leaves from the nodes.
    mutating func checkTrees() throws(TreeEnsembleError) {
        var waiting: [PreorderScratch.Waiting] = []
        var start = 0
        for index in trees.indices {
            let tree = trees[index]
            guard tree.root == start, tree.nodeCount > 0, tree.nodeCount <= nodes.count - start,
                (tree.output ?? 0) < outputCount
            else { throw Self.damage }
            let width = tree.output == nil ? outputCount : 1
            let found = try check(start..<start + tree.nodeCount, width: width, &waiting)
            (trees[index].depth, trees[index].leafCount) = found
            start += tree.nodeCount
        }
        guard start == nodes.count else { throw Self.damage }
    }

    private static let damage = TreeEnsembleError.malformed(
        "the compact form is damaged: its nodes make no trees")

    /// Checks the nodes of one tree: each one comes where the decision before it, or the last one that waits for its
    /// right child, says.
    private func check(
        _ places: Range<Int>, width: Int, _ waiting: inout [PreorderScratch.Waiting]
    ) throws(TreeEnsembleError) -> (depth: Int, leafCount: Int) {
        // Bounds: the columns have `nodes.count` elements, and the places are below that.
        let (features, flags) = unsafe (nodes.feature.buffer, nodes.flags.buffer)
        let (lefts, rights) = unsafe (nodes.left.buffer, nodes.right.buffer)
        let (payloads, thresholds) = unsafe (nodes.payload.buffer, nodes.threshold.buffer)
        let (columnCount, lastValue, setCount) = (columnCount, leafValues.count - width, sets.count)
        var (level, depth, leafCount) = (Int32(0), Int32(0), 0)
        for node in places {
            let feature = unsafe Int(features[node])
            if feature < 0 {
                let value = unsafe Int(payloads[node])
                guard value >= 0, value <= lastValue else { throw Self.damage }
                leafCount += 1
                depth = max(depth, level)
                if let next = waiting.popLast() {
                    guard Int(next.node) == node + 1, node + 1 < places.upperBound else { throw Self.damage }
                    level = next.level
                } else if node + 1 != places.upperBound {
                    throw Self.damage
                }
                continue
            }
            guard feature < columnCount, unsafe Int(lefts[node]) == node + 1 else { throw Self.damage }
            if unsafe flags[node].contains(.categorical) {
                guard unsafe payloads[node] >= 0 && Int(payloads[node]) < setCount else { throw Self.damage }
            } else if precision == .single {
                // The kernels hold such thresholds as Float.
                let threshold = unsafe thresholds[node]
                guard Double(Float(threshold)) == threshold || threshold.isNaN else { throw Self.damage }
            }
            level += 1
            unsafe waiting.append(PreorderScratch.Waiting(node: rights[node], parent: 0, level: level))
        }
        guard waiting.isEmpty else { throw Self.damage }
        return (Int(depth), leafCount)
    }
}
