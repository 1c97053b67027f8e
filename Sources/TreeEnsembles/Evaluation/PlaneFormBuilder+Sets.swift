// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Decisions on sets of categories.
extension PlaneFormBuilder {
    /// Makes room for the tree's sets in their columns; false where a set does not suit.
    mutating func measureCategories(_ tree: Tree) -> Bool {
        for node in tree.root..<tree.root + tree.nodeCount {
            guard ensemble.nodes.feature[node] >= 0, ensemble.nodes.flags[node].contains(.categorical) else {
                continue
            }
            guard !ensemble.nodes.flags[node].contains(.zeroIsMissing),
                let largest = ensemble.sets.largestWholeMember(of: Int(ensemble.nodes.payload[node])),
                largest + 3 <= Self.mostPlaces
            else { return false }
            let key = categoryKey(node)
            if columnOfCategory[key] == nil {
                columnOfCategory[key] = categoryColumns.count
                categoryColumns.append(key)
            }
            if let index = columnOfCategory[key] {
                categoryColumns[index].places = max(categoryColumns[index].places, largest + 3)
            }
        }
        return true
    }

    private func categoryKey(_ node: Int) -> PlaneForm.CategoryColumn {
        let column = Int(ensemble.nodes.feature[node])
        let known =
            ensemble.nodes.flags[node].contains(.unknownIsMissing) && column < ensemble.knownCategories.count
            ? Int(ensemble.knownCategories[column]) : -1
        return PlaneForm.CategoryColumn(
            column: column, rule: ensemble.sets.rule(of: Int(ensemble.nodes.payload[node])), knownSet: known)
    }

    /// Adds a set's bits, 1 where a category goes left, and returns the decision's plane.
    private mutating func addSet(_ node: Int) -> Int {
        let index = columnOfCategory[categoryKey(node)] ?? 0
        let places = categoryColumns[index].places
        let flags = ensemble.nodes.flags[node]
        let membersLeft = flags.contains(.membersLeft)
        let first = setWords.count
        setWords += [UInt32](repeating: membersLeft ? 0 : .max, count: (places + 31) / 32)
        func set(_ place: Int, _ bit: Bool) {
            let mask: UInt32 = 1 << UInt32(place & 31)
            if bit { setWords[first + place >> 5] |= mask } else { setWords[first + place >> 5] &= ~mask }
        }
        for member in ensemble.sets.members(of: Int(ensemble.nodes.payload[node])) {
            set(Int(member), membersLeft)
        }
        set(places - 2, !membersLeft)
        set(places - 1, flags.contains(.missingLeft))
        // The planes of a tree's sets are made when the tree is scored, so all trees share them.
        let plane = sharedPlanes + setCountOfTree
        setCountOfTree += 1
        setNodes.append(
            tree_set_node(
                column: UInt32(index), first_word: UInt32(first), bit_count: UInt32(places),
                plane: UInt32(plane)))
        return plane
    }

    /// Makes the sets of a tree in the order in which its decisions are laid out.
    mutating func addSets(_ tree: Tree) {
        let table = ensemble.nodes
        setCodes.removeAll(keepingCapacity: true)
        for node in tree.root..<tree.root + tree.nodeCount
        where !table.isLeaf(node) && table.flags[node].contains(.categorical) {
            setCodes[node] = UInt32(truncatingIfNeeded: addSet(node)) << 8
        }
    }
}

extension NodeTable {
    /// Whether a decision of the tree asks about a set.
    func hasCategories(_ tree: Tree) -> Bool {
        (tree.root..<tree.root + tree.nodeCount).contains {
            feature[$0] >= 0 && flags[$0].contains(.categorical)
        }
    }
}
