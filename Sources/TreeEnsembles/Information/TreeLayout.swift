// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Where the nodes of a drawn tree stand.
///
/// Children stand below their parent, the parent halfway between them, subtrees as close as their outlines allow
/// (E. Reingold and J. Tilford, Tidier drawings of trees, 1981).
struct TreeLayout {
    /// A node on the paper.
    struct Place {
        /// The index in the node table.
        let node: Int
        /// The place of the parent; nil for the root.
        let parent: Int?
        let depth: Int
        /// How many nodes below are left out.
        let hiddenCount: Int
        /// The middle, first from the parent's, in the end from the left margin.
        fileprivate(set) var x: Double
    }

    static let decisionWidth = 172.0
    static let leafWidth = 92.0
    private static let gap = 14.0

    /// The places, parents before their children and left before right.
    private(set) var places: [Place] = []
    private(set) var width = 0.0
    private(set) var depth = 0
    private let nodes: NodeTable
    private let maximumDepth: Int

    /// How far a subtree reaches to both sides of its root, level by level.
    private struct Outline {
        var left: [Double]
        var right: [Double]
    }

    /// Lays out a tree down to a depth; what lies deeper is counted.
    init(_ nodes: NodeTable, root: Int, maximumDepth: Int) {
        self.nodes = nodes
        self.maximumDepth = maximumDepth
        let outline = add(root, parent: nil, depth: 0)
        let margin = -(outline.left.min() ?? 0)
        width = margin + (outline.right.max() ?? 0)
        depth = outline.left.count - 1
        for index in places.indices {
            places[index].x += places[index].parent.map { places[$0].x } ?? margin
        }
    }

    /// Whether a place shows a decision and both its children.
    func isDecision(_ place: Place) -> Bool { !nodes.isLeaf(place.node) && place.hiddenCount == 0 }

    /// Places a subtree; as deep as the drawing may go, and no deeper.
    private mutating func add(_ node: Int, parent: Int?, depth: Int) -> Outline {
        let isEnd = nodes.isLeaf(node) || depth == maximumDepth
        let hidden = isEnd && !nodes.isLeaf(node) ? countBelow(node) : 0
        let index = places.count
        places.append(Place(node: node, parent: parent, depth: depth, hiddenCount: hidden, x: 0))
        let half = (isEnd ? Self.leafWidth : Self.decisionWidth) / 2
        guard !isEnd else { return Outline(left: [-half], right: [half]) }
        let left = add(Int(nodes.left[node]), parent: index, depth: depth + 1)
        let second = places.count
        let right = add(Int(nodes.right[node]), parent: index, depth: depth + 1)
        var distance = 0.0
        for level in 0..<min(left.left.count, right.left.count) {
            distance = max(distance, left.right[level] - right.left[level] + Self.gap)
        }
        let shift = distance / 2
        places[index + 1].x = -shift
        places[second].x = shift
        var outline = Outline(left: [-half], right: [half])
        for level in 0..<max(left.left.count, right.left.count) {
            let sides = [(left, -shift), (right, shift)].filter { level < $0.0.left.count }
            outline.left.append(sides.map { $0.0.left[level] + $0.1 }.min() ?? 0)
            outline.right.append(sides.map { $0.0.right[level] + $0.1 }.max() ?? 0)
        }
        return outline
    }

    private func countBelow(_ node: Int) -> Int {
        var count = -1
        var pending = [node]
        while let next = pending.popLast() {
            count += 1
            if !nodes.isLeaf(next) { pending += [Int(nodes.left[next]), Int(nodes.right[next])] }
        }
        return count
    }
}
