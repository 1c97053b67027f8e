// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// Trees: their decisions from the leaves up, and the values of their leaves.
extension PlaneFormBuilder {
    /// Adds a tree whose decisions stand at certain places among all.
    mutating func add(_ tree: Tree, _ own: Range<Int>) {
        setCountOfTree = 0
        let firstNode = nodes.count
        let firstSet = setNodes.count
        let hasSets = ensemble.sets.count > 0
        if hasSets { addSets(tree) }
        let table = ensemble.nodes
        // Bounds: a sound tree's nodes, and their children, are in the columns.
        let (features, flags) = unsafe (table.feature.buffer, table.flags.buffer)
        let (lefts, rights) = unsafe (table.left.buffer, table.right.buffer)
        let payloads = unsafe table.payload.buffer
        let (codes, setCodes, found) = (self.codes, self.setCodes, cutTable.found)
        let decisions = cutTable.decisions
        let scratch = self.scratch
        let root = tree.root
        var (leafCount, twins, others) = (0, 0, 0)
        // Bounds: a tree here has at most 256 leaves, so 511 nodes and 255 decisions, as the scratch, which has one
        // place more. What is written for a decision is overwritten by the next leaf, or below.
        for offset in 0..<tree.nodeCount {
            unsafe scratch.becomes[offset] = UInt16(truncatingIfNeeded: leafCount)
            unsafe scratch.places[leafCount] = payloads[root + offset]
            leafCount += unsafe features[root + offset] < 0 ? 1 : 0
        }
        unsafe leafPlaces.append(contentsOf: UnsafeBufferPointer(start: scratch.places, count: leafCount))
        func place(_ offset: Int, at index: Int) {
            let node = root + offset
            let flag = unsafe flags[node]
            let code =
                flag.contains(.categorical)
                ? setCodes[node] ?? 0 : codes[Int(found[node]) * 2 + (flag.contains(.missingLeft) ? 1 : 0)]
            unsafe scratch.becomes[offset] = UInt16(256 + index)
            unsafe scratch.nodes[index] = tree_plane_node(
                plane: UInt16(truncatingIfNeeded: code >> 8), rank: UInt8(truncatingIfNeeded: code),
                unused: 0,
                left: scratch.becomes[Int(lefts[node]) - root],
                right: scratch.becomes[Int(rights[node]) - root])
        }
        // Preorder backwards: children come before their parents.
        for decision in own.reversed() {
            let node = Int(decisions[decision])
            let offset = node - root
            if unsafe features[Int(lefts[node])] < 0 && features[Int(rights[node])] < 0 {
                place(offset, at: twins)
                twins += 1
            } else {
                unsafe scratch.others[others] = offset
                others += 1
            }
        }
        for other in 0..<others { unsafe place(scratch.others[other], at: twins + other) }
        unsafe nodes.append(contentsOf: UnsafeBufferPointer(start: scratch.nodes, count: twins + others))
        planeCount = max(planeCount, sharedPlanes + setCountOfTree)
        let width = tree.output == nil ? ensemble.outputCount : 1
        let padded = (leafCount + 7) / 8 * 8
        let firstValue = leafBytes.count
        appendLeaves(firstLeaf[trees.count], count: leafCount, width: width, padded: padded)
        trees.append(
            tree_plane_tree(
                first_node: UInt32(firstNode), first_value: UInt32(firstValue / 8),
                node_count: UInt16(nodes.count - firstNode), twin_count: UInt16(twins),
                leaf_count: UInt16(leafCount), padded: UInt16(padded), output: UInt32(tree.output ?? 0),
                width: UInt32(width), first_set: UInt32(firstSet),
                set_count: UInt32(setNodes.count - firstSet)))
    }

    /// Adds the leaf values of a tree: as planes of bytes for byte permutes, else as numbers.
    private mutating func appendLeaves(_ first: Int, count: Int, width: Int, padded: Int) {
        // Bounds: a sound tree's leaves have their values; at most 256 leaves of 8 bytes, as the scratch.
        let values = unsafe ensemble.leafValues.buffer
        let leafPlaces = self.leafPlaces
        let target = unsafe scratch.leafBytes
        for k in 0..<width {
            unsafe target.update(repeating: 0, count: padded * bytesPerValue)
            for leaf in 0..<count {
                let value = unsafe values[Int(leafPlaces[first + leaf]) + k]
                let bits = bytesPerValue == 4 ? UInt64(Float(value).bitPattern) : value.bitPattern
                if level == 2 {
                    for byte in 0..<bytesPerValue {
                        unsafe target[byte * padded + leaf] = UInt8(
                            truncatingIfNeeded: bits >> UInt64(8 * byte))
                    }
                } else if bytesPerValue == 4 {
                    unsafe UnsafeMutableRawPointer(target).storeBytes(
                        of: UInt32(truncatingIfNeeded: bits).littleEndian, toByteOffset: 4 * leaf,
                        as: UInt32.self)
                } else {
                    unsafe UnsafeMutableRawPointer(target).storeBytes(
                        of: bits.littleEndian, toByteOffset: 8 * leaf, as: UInt64.self)
                }
            }
            unsafe leafBytes.append(
                contentsOf: UnsafeBufferPointer(start: target, count: padded * bytesPerValue))
        }
    }
}

/// Memory for one tree while it is laid out.
@safe
final class PlaneScratch {
    let becomes = UnsafeMutablePointer<UInt16>.allocate(capacity: 512)
    let nodes = UnsafeMutablePointer<tree_plane_node>.allocate(capacity: 256)
    let others = UnsafeMutablePointer<Int>.allocate(capacity: 256)
    let places = UnsafeMutablePointer<Int32>.allocate(capacity: 257)
    let leafBytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 256 * 8)

    deinit {
        unsafe becomes.deallocate()
        unsafe nodes.deallocate()
        unsafe others.deallocate()
        unsafe places.deallocate()
        unsafe leafBytes.deallocate()
    }
}
