// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads Treelite's checkpoints of major version 4 (docs/serialization/v4.rst in github.com/dmlc/treelite).
///
/// Answers are those of Treelite's own predictor (GTIL) for rows of the type of the model's thresholds: sums from 0 in
/// the order of the trees, then the average, then the base scores, then the postprocessor.
struct TreeliteReader {
    private var reader: LittleEndianReader
    private let minor: Int32
    private let isSingle: Bool
    private static let mostOutputs = 1 << 16
    private static let mostFeatures = 1 << 22

    /// The fields of the head that trees need.
    struct Head {
        var targetCount = 1
        var classCount = 1
        var leafShape: [Int32] = [1, 1]
        var targets: [Int32] = []
        var classes: [Int32] = []
        var isSingle = false
    }

    /// Whether the bytes start with such a version and such types.
    static func recognizes(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 16, (3...9).contains(bytes[0]), bytes[1...3].allSatisfy({ $0 == 0 }) else {
            return false
        }
        return bytes[5...7].allSatisfy { $0 == 0 } && bytes[9...11].allSatisfy { $0 == 0 }
            && (1...3).contains(bytes[12]) && (1...3).contains(bytes[13])
    }

    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        reader = LittleEndianReader(bytes)
        let major: Int32 = try reader.next()
        minor = try reader.next()
        _ = try reader.next(Int32.self)
        guard major == 4 else {
            throw .unsupported(
                "Treelite's checkpoint version \(major) is not supported: write it again with Treelite 4")
        }
        let threshold = try reader.next(UInt8.self)
        let leaf = try reader.next(UInt8.self)
        guard threshold == leaf, threshold == 2 || threshold == 3 else {
            throw .unsupported(
                "Treelite models with thresholds of type \(threshold) and leaves of type \(leaf)")
        }
        isSingle = threshold == 2
    }

    /// Reads the model.
    mutating func read() throws(TreeEnsembleError) -> Ensemble {
        let treeCount = try reader.next(UInt64.self)
        guard treeCount <= UInt64(reader.remaining) else {
            throw .malformed("the model claims \(treeCount) trees")
        }
        let featureCount = Int(try reader.next(Int32.self))
        guard featureCount >= 0, featureCount <= Self.mostFeatures else {
            throw .malformed("the model claims \(featureCount) features")
        }
        let task = try reader.next(UInt8.self)
        let averages = try reader.nextBool()
        var head = Head(isSingle: isSingle)
        head.targetCount = Int(try reader.next(Int32.self))
        let classCounts: [Int32] = try array()
        head.classCount = Int(classCounts.max() ?? 0)
        head.leafShape = try array()
        head.targets = try array()
        head.classes = try array()
        guard head.targetCount >= 1, head.classCount >= 1, classCounts.count == head.targetCount,
            classCounts.allSatisfy({ $0 >= 1 }), head.targetCount <= Self.mostOutputs / head.classCount,
            head.targets.count == Int(treeCount), head.classes.count == Int(treeCount),
            head.leafShape.count == 2
        else { throw .malformed("the head of the model does not fit together") }
        let outputCount = head.targetCount * head.classCount
        let name = String(decoding: try reader.nextBytes(try count(of: 1)), as: UTF8.self)
        let alpha = try reader.nextFloat()
        let ratio = try reader.nextFloat()
        let baseBits: [UInt64] = try array()
        guard baseBits.count == outputCount else {
            throw .malformed("the model has \(baseBits.count) base scores")
        }
        let attributes = String(decoding: try reader.nextBytes(try count(of: 1)), as: UTF8.self)
        try refuseOptionalFields()
        var ensemble = Ensemble(
            source: ModelSource(library: "Treelite", format: "checkpoint", version: "4.\(minor)"),
            objective: name,
            features: [Feature](repeating: Feature(), count: featureCount),
            precision: isSingle ? .single : .double,
            sumPrecision: isSingle ? .single : .double, outputCount: outputCount,
            baseScores: [Double](repeating: 0, count: outputCount))
        ensemble.bias = baseBits.map { Double(bitPattern: $0) }
        ensemble.averaging = averages ? .always : .none
        ensemble.absentIsMissing = true
        let post = try TreelitePostprocessor(
            name, alpha: alpha, ratio: ratio, isSingle: isSingle, isGrouped: head.targetCount > 1)
        ensemble.transform = .treelite(post)
        switch task {
        case 0: ensemble.classRule = outputCount == 1 ? .valueAbove(post.makesProbability ? 0.5 : 0) : nil
        case 2: ensemble.classRule = head.targetCount == 1 ? .largestValue : nil
        default: break
        }
        if attributes.count < 2_000, attributes != "{}" { ensemble.facts.append(("attributes", attributes)) }
        let groups = try groupSize(head, averages: averages)
        var builder = EnsembleBuilder(ensemble)
        for number in 0..<Int(treeCount) {
            try TreeliteTree(&self, head, number).add(to: &builder, head, number)
            if (number + 1) % groups == 0 { builder.endIteration() }
        }
        guard reader.remaining == 0 else {
            throw .malformed("the file goes on after its trees", at: reader.position)
        }
        return try builder.finish()
    }

    /// How many trees make an iteration: one for each output in turn, or one with leaves for all.
    private func groupSize(_ head: Head, averages: Bool) throws(TreeEnsembleError) -> Int {
        let outputCount = head.targetCount * head.classCount
        if outputCount == 1 || head.leafShape != [1, 1] { return 1 }
        for (number, pair) in zip(head.targets, head.classes).enumerated() {
            guard Int(pair.0) * head.classCount + Int(pair.1) == number % outputCount else {
                if averages {
                    throw .unsupported("the model averages trees that do not take turns over its outputs")
                }
                return 1
            }
        }
        guard head.targets.count % outputCount == 0 else {
            if averages {
                throw .unsupported("the model averages trees that do not take turns over its outputs")
            }
            return 1
        }
        return outputCount
    }

    // MARK: Parts

    /// The length of an array of elements of so many bytes.
    private mutating func count(of size: Int) throws(TreeEnsembleError) -> Int {
        let start = reader.position
        let count = try reader.next(UInt64.self)
        guard count <= UInt64(reader.remaining / size) else {
            throw .malformed("an array is longer than the file", at: start)
        }
        return Int(count)
    }

    /// An array of whole numbers.
    mutating func array<Number: FixedWidthInteger & BitwiseCopyable>() throws(TreeEnsembleError) -> [Number] {
        try array { $0 }
    }

    /// An array of numbers, each converted.
    mutating func array<Number: FixedWidthInteger & BitwiseCopyable, Result>(
        _ convert: (Number) -> Result
    ) throws(TreeEnsembleError) -> [Result] {
        let count = try count(of: MemoryLayout<Number>.size)
        return try reader.next(count: count, convert)
    }

    /// An array of thresholds or leaf values.
    mutating func numbers() throws(TreeEnsembleError) -> [Double] {
        isSingle
            ? try array { (bits: UInt32) in Double(Float(bitPattern: bits)) }
            : try array { (bits: UInt64) in Double(bitPattern: bits) }
    }

    mutating func integer() throws(TreeEnsembleError) -> Int { Int(try reader.next(Int32.self)) }

    mutating func skipBool() throws(TreeEnsembleError) { _ = try reader.nextBool() }

    /// Later minor versions may add fields, which would change what the model means.
    mutating func refuseOptionalFields() throws(TreeEnsembleError) {
        guard try reader.next(Int32.self) == 0 else {
            throw .unsupported(
                "the checkpoint of Treelite 4.\(minor) holds optional fields, which are not supported")
        }
    }
}
