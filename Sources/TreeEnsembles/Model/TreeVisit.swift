// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Brings the drafts of a tree into preorder and checks that they make one.
struct TreeVisit {
    /// The place of the root in the table.
    let start: Int32
    let columnCount: Int
    let setCount: Int
    /// The tree's number, for errors.
    let tree: Int

    /// Visits the drafts from the root on, the left child right after its parent.
    ///
    /// - Parameters:
    ///   - drafts: The nodes; fewer than 2^31 with all before them.
    ///   - root: One of them.
    ///   - scratch: Receives the nodes in preorder with their children's places in the table; it has room for all.
    func order(
        _ drafts: [NodeDraft], from root: Int, _ scratch: PreorderScratch
    ) throws(TreeEnsembleError) -> (count: Int, depth: Int, leafCount: Int) {
        let drafts = drafts.span
        // Bounds: each draft is visited once at most, so the scratch has room for what is placed and what waits.
        unsafe scratch.visited.update(repeating: false, count: drafts.count)
        unsafe scratch.visited[root] = true
        var (next, depth, waiting) = (root, Int32(0), 0)
        var (count, deepest, leafCount): (Int32, Int32, Int) = (0, 0, 0)
        while true {
            var draft = drafts[next]
            guard draft.feature >= 0 else {
                (draft.left, draft.right) = (-1, -1)
                unsafe scratch.placed[Int(count)] = draft
                count += 1
                leafCount += 1
                deepest = max(deepest, depth)
                if waiting == 0 { return (Int(count), Int(deepest), leafCount) }
                waiting -= 1
                let right = unsafe scratch.waiting[waiting]
                unsafe scratch.placed[Int(right.parent)].right = start + count
                (next, depth) = (Int(right.draft), right.depth)
                continue
            }
            guard Int(draft.feature) < columnCount else {
                throw .malformed("a node of tree \(tree) asks for feature \(draft.feature) of \(columnCount)")
            }
            guard !draft.flags.contains(.categorical) || draft.payload >= 0 && Int(draft.payload) < setCount
            else {
                throw .malformed("a node of tree \(tree) asks for a set of categories that is not there")
            }
            try visit(draft.left, drafts.count, scratch)
            try visit(draft.right, drafts.count, scratch)
            depth += 1
            unsafe scratch.waiting[waiting] = PreorderScratch.Waiting(
                draft: draft.right, parent: count, depth: depth)
            waiting += 1
            next = Int(draft.left)
            draft.left = start + count + 1
            unsafe scratch.placed[Int(count)] = draft
            count += 1
        }
    }

    @inline(__always)
    private func visit(
        _ child: Int32, _ count: Int, _ scratch: PreorderScratch
    ) throws(TreeEnsembleError) {
        guard child >= 0, Int(child) < count else {
            throw .malformed("a node of tree \(tree) has child \(child), which is not a node of it")
        }
        // Bounds: looked at just now.
        guard unsafe !scratch.visited[Int(child)] else {
            throw .malformed("node \(child) of tree \(tree) is reached twice: not a tree")
        }
        unsafe scratch.visited[Int(child)] = true
    }
}

/// The memory that ``TreeVisit`` works in, kept from tree to tree.
@safe
final class PreorderScratch {
    /// A right child that is still to be visited.
    struct Waiting: BitwiseCopyable {
        var draft: Int32
        var parent: Int32
        var depth: Int32
    }

    private(set) var placed = UnsafeMutablePointer<NodeDraft>.allocate(capacity: 1)
    private(set) var waiting = UnsafeMutablePointer<Waiting>.allocate(capacity: 1)
    private(set) var visited = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    private var capacity = 1

    /// Makes room for so many nodes; what the memory held is lost.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        free()
        capacity = max(count, 2 * capacity)
        unsafe placed = .allocate(capacity: capacity)
        unsafe waiting = .allocate(capacity: capacity)
        unsafe visited = .allocate(capacity: capacity)
    }

    private func free() {
        unsafe placed.deallocate()
        unsafe waiting.deallocate()
        unsafe visited.deallocate()
    }

    deinit { free() }
}
