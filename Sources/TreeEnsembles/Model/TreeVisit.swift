// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Brings the nodes of a tree into preorder in the columns of a table, and checks that they make a tree.
struct TreeVisit {
    /// The place of the root in the table.
    let start: Int
    let columnCount: Int
    let setCount: Int
    /// How many nodes the tree may have, reached from the root or not; fewer than 2^31 with all before them.
    let nodeCount: Int
    /// How many numbers the leaves' values are taken from.
    let valueCount: Int
    /// How many numbers a leaf has.
    let width: Int
    /// The tree's number, for errors.
    let tree: Int
    /// Leaves with linear functions, and where their values were put.
    private(set) var functions: [(function: Int32, place: Int)] = []
    private(set) var depth = 0
    private(set) var leafCount = 0

    init(
        start: Int, columnCount: Int, setCount: Int, nodeCount: Int, valueCount: Int, width: Int, tree: Int
    ) {
        self.start = start
        self.nodeCount = nodeCount
        self.valueCount = valueCount
        self.columnCount = columnCount
        self.setCount = setCount
        self.width = width
        self.tree = tree
    }

    /// Visits the nodes from the root on, the left child right after its parent, and gives how many there are.
    ///
    /// - Parameters:
    ///   - root: The first node.
    ///   - target: Receives the nodes with their children's places in the table; it has room for all.
    ///   - values: Receives the values of the leaves from left to right.
    ///   - scratch: Memory to work in.
    ///   - node: Gives the node at a place below `nodeCount`: children by their places, a leaf with where its values
    ///     start.
    ///   - value: Gives the number at a place below `valueCount`.
    @inline(__always)  // so that both are called without a call
    mutating func order(
        from root: Int, into target: NodeWriter, values: GrowingTable<Double>, _ scratch: PreorderScratch,
        node nodeAt: (Int) throws(TreeEnsembleError) -> NodeDraft, value: (Int) -> Double
    ) throws(TreeEnsembleError) -> Int {
        scratch.reserve(nodeCount)
        // Bounds: each node is visited once at most, so there is room for what is placed and what waits.
        let (visited, waiting) = unsafe (scratch.visited, scratch.waiting)
        unsafe visited.update(repeating: false, count: nodeCount)
        unsafe visited[root] = true
        // Every decision has two children of its own, so this is room for all leaves of one number.
        let firstPlace = values.count
        let single = unsafe values.extend(by: width == 1 ? nodeCount / 2 + 1 : 0)
        var (next, level, waitingCount, count) = (root, Int32(0), 0, 0)
        while true {
            var node = try nodeAt(next)
            if node.feature >= 0 {
                guard Int(node.feature) < columnCount else {
                    throw .malformed(
                        "a node of tree \(tree) asks for feature \(node.feature) of \(columnCount)")
                }
                guard !node.flags.contains(.categorical) || node.payload >= 0 && Int(node.payload) < setCount
                else {
                    throw .malformed("a node of tree \(tree) asks for a set of categories that is not there")
                }
                unsafe try visit(node.left, visited)
                unsafe try visit(node.right, visited)
                level += 1
                unsafe waiting[waitingCount] = PreorderScratch.Waiting(
                    node: node.right, parent: Int32(truncatingIfNeeded: count), level: level)
                waitingCount += 1
                next = Int(node.left)
                node.left = Int32(truncatingIfNeeded: start + count + 1)
                unsafe target.write(node, at: count)
                count += 1
                continue
            }
            if width == 1 {
                unsafe single[leafCount] = value(try firstValue(of: node))
                if node.function >= 0 { functions.append((node.function, firstPlace + leafCount)) }
                (node.left, node.right) = (-1, -1)
                node.payload = Int32(truncatingIfNeeded: firstPlace + leafCount)
            } else {
                try appendValues(of: &node, to: values, value)
            }
            leafCount += 1
            unsafe target.write(node, at: count)
            count += 1
            depth = max(depth, Int(level))
            if waitingCount == 0 {
                if width == 1 { values.truncate(to: firstPlace + leafCount) }
                return count
            }
            waitingCount -= 1
            let right = unsafe waiting[waitingCount]
            unsafe target.right[Int(right.parent)] = Int32(truncatingIfNeeded: start + count)
            (next, level) = (Int(right.node), right.level)
        }
    }

    @inline(__always)
    private func visit(
        _ child: Int32, _ visited: UnsafeMutablePointer<Bool>
    ) throws(TreeEnsembleError) {
        guard child >= 0, Int(child) < nodeCount else {
            throw .malformed("a node of tree \(tree) has child \(child), which is not a node of it")
        }
        // Bounds: looked at just now.
        guard unsafe !visited[Int(child)] else {
            throw .malformed("node \(child) of tree \(tree) is reached twice: not a tree")
        }
        unsafe visited[Int(child)] = true
    }

    /// Where the source has the first value of a leaf.
    @inline(__always)
    private func firstValue(of leaf: NodeDraft) throws(TreeEnsembleError) -> Int {
        let first = Int(leaf.payload)
        guard first >= 0, first <= valueCount - width else {
            throw .malformed("a leaf of tree \(tree) has no value")
        }
        return first
    }

    /// Copies the values of a leaf of many, and notes where they stand.
    @inline(__always)
    private mutating func appendValues(
        of leaf: inout NodeDraft, to values: GrowingTable<Double>, _ value: (Int) -> Double
    ) throws(TreeEnsembleError) {
        let (first, place) = (try firstValue(of: leaf), values.count)
        // The leaves of a tree may share values, so the source's number of them does not bound this.
        guard place < Int(Int32.max) - width else {
            throw TreeEnsembleError(.limitExceeded, "the model has more than 2^31 leaf values")
        }
        let target = unsafe values.extend(by: width)
        for index in 0..<width { unsafe target[index] = value(first + index) }
        if leaf.function >= 0 { functions.append((leaf.function, place)) }
        (leaf.left, leaf.right, leaf.payload) = (-1, -1, Int32(truncatingIfNeeded: place))
    }
}

/// The memory that ``TreeVisit`` works in, kept from tree to tree.
@safe
final class PreorderScratch {
    /// A right child that is still to be visited.
    struct Waiting: BitwiseCopyable {
        var node: Int32
        var parent: Int32
        var level: Int32
    }

    private(set) var waiting = UnsafeMutablePointer<Waiting>.allocate(capacity: 1)
    private(set) var visited = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    private var capacity = 1

    /// Makes room for so many nodes; what the memory held is lost.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        free()
        capacity = max(count, 2 * capacity)
        unsafe waiting = .allocate(capacity: capacity)
        unsafe visited = .allocate(capacity: capacity)
    }

    private func free() {
        unsafe waiting.deallocate()
        unsafe visited.deallocate()
    }

    deinit { free() }
}
