// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The arrays of an XGBoost tree that have a number for each node, as the file holds them.
///
/// A class, for a copy of a structure counts a reference for each array.
final class XGBoostTreeArrays {
    let left: NumberArray
    let right: NumberArray
    let feature: NumberArray
    /// Thresholds of decisions, values of scalar leaves.
    let condition: NumberArray
    let defaultLeft: NumberArray
    /// Nil where the file does not say.
    let sumHessian: NumberArray?
    let lossChange: NumberArray?

    init(_ tree: DocumentObject, number: Int) throws(TreeEnsembleError) {
        func required(_ name: String) throws(TreeEnsembleError) -> NumberArray {
            try tree.required(name, in: "tree \(number)").numbers(name)
        }
        left = try required("left_children")
        right = try required("right_children")
        feature = try required("split_indices")
        condition = try required("split_conditions")
        defaultLeft = try required("default_left")
        sumHessian = try tree.optional("sum_hessian")?.numbers("sum_hessian")
        lossChange = try tree.optional("loss_changes")?.numbers("loss_changes")
    }

    /// The number of nodes, where all arrays stand as UBJSON of XGBoost has them, with a number for each; else nil.
    var binaryCount: Int? {
        let count = left.roughCount
        func fits(_ array: NumberArray?, _ encoding: NumberArray.Encoding) -> Bool {
            guard let array else { return true }
            return array.encoding == encoding && array.roughCount == count
        }
        return fits(left, .int32) && fits(right, .int32) && fits(feature, .int32)
            && fits(condition, .float32) && fits(sumHessian, .float32) && fits(lossChange, .float32)
            && fits(defaultLeft, .uint8) ? count : nil
    }
}

/// How the numbers of a tree stand in memory.
protocol NumberLayout {
    /// The whole number at a place of an array of them.
    static func whole(_ base: UnsafeRawPointer, _ place: Int) -> Int32
    /// The Float at a place of an array of them.
    static func real(_ base: UnsafeRawPointer, _ place: Int) -> Float
    /// The truth value at a place of an array of them.
    static func truth(_ base: UnsafeRawPointer, _ place: Int) -> Bool
}

/// Numbers as the processor takes them.
enum NativeNumbers: NumberLayout {
    @inline(__always)
    static func whole(_ base: UnsafeRawPointer, _ place: Int) -> Int32 {
        unsafe base.loadUnaligned(fromByteOffset: 4 * place, as: Int32.self)
    }

    @inline(__always)
    static func real(_ base: UnsafeRawPointer, _ place: Int) -> Float {
        unsafe base.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)
    }

    @inline(__always)
    static func truth(_ base: UnsafeRawPointer, _ place: Int) -> Bool { unsafe whole(base, place) != 0 }
}

/// Numbers as they stand in UBJSON.
enum UBJSONNumbers: NumberLayout {
    @inline(__always)
    static func whole(_ base: UnsafeRawPointer, _ place: Int) -> Int32 {
        unsafe Int32(bigEndian: NativeNumbers.whole(base, place))
    }

    @inline(__always)
    static func real(_ base: UnsafeRawPointer, _ place: Int) -> Float {
        unsafe Float(bitPattern: UInt32(bitPattern: whole(base, place)))
    }

    @inline(__always)
    static func truth(_ base: UnsafeRawPointer, _ place: Int) -> Bool {
        unsafe base.load(fromByteOffset: place, as: UInt8.self) != 0
    }
}
