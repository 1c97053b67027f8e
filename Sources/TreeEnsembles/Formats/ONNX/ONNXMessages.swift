// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A tensor of numbers or texts (`TensorProto` in onnx/onnx.proto3 of github.com/onnx/onnx).
struct ONNXTensor {
    let name: String
    let shape: [Int]
    /// The element type: 1 Float, 11 Double, 7 Int64, 8 text and so on.
    let type: Int
    /// The numbers, in double precision.
    let numbers: [Double]
    let texts: [String]

    init(_ message: ProtocolBuffer) throws(TreeEnsembleError) {
        name = try message.text(8)
        shape = try message.integers(1)
        type = try message.integer(2) ?? 0
        guard try message.integer(14) ?? 0 == 0 else {
            throw .unsupported("the tensor '\(name)' stands in another file")
        }
        texts = type == 8 ? try message.texts(6) : []
        if let range = try message.range(9) {
            numbers = try Self.raw(message.bytes, range, type: type, name: name)
        } else {
            switch type {
            case 1: numbers = try message.floats(4).map(Double.init)
            case 2, 3, 4, 5, 6, 9: numbers = try message.integers(5).map(Double.init)
            case 7: numbers = try message.integers(7).map(Double.init)
            case 8: numbers = []
            case 11: numbers = try message.doubles(10)
            default:
                throw .unsupported(
                    "the tensor '\(name)' has elements of type \(type), which are not supported")
            }
        }
        var count = 1
        for extent in shape {
            let product = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !product.overflow else { throw .malformed("the shape of a tensor cannot be") }
            count = product.partialValue
        }
        guard count == (type == 8 ? texts.count : numbers.count) else {
            throw .malformed("the tensor '\(name)' does not have the elements of its shape")
        }
    }

    private static func raw(
        _ bytes: [UInt8], _ range: Range<Int>, type: Int, name: String
    ) throws(TreeEnsembleError) -> [Double] {
        var reader = LittleEndianReader(bytes, in: range)
        switch type {
        case 1:
            return try reader.next(count: range.count / 4) { (bits: UInt32) in Double(Float(bitPattern: bits))
            }
        case 2, 9: return try reader.next(count: range.count) { (number: UInt8) in Double(number) }
        case 3: return try reader.next(count: range.count) { (number: Int8) in Double(number) }
        case 6: return try reader.next(count: range.count / 4) { (number: Int32) in Double(number) }
        case 7: return try reader.next(count: range.count / 8) { (number: Int64) in Double(number) }
        case 11: return try reader.next(count: range.count / 8) { (bits: UInt64) in Double(bitPattern: bits) }
        default:
            throw .unsupported("the tensor '\(name)' has elements of type \(type), which are not supported")
        }
    }
}

/// One operator of a graph with its attributes (`NodeProto`).
struct ONNXNode {
    let type: String
    let domain: String
    let inputs: [String]
    let outputs: [String]
    /// The attributes, each scanned when someone asks for it: their arrays are what makes a file large.
    private var attributes: [String: Range<Int>] = [:]
    private let bytes: [UInt8]

    init(_ message: ProtocolBuffer) throws(TreeEnsembleError) {
        inputs = try message.texts(1)
        outputs = try message.texts(2)
        type = try message.text(4)
        domain = try message.text(7)
        bytes = message.bytes
        for range in try message.ranges(5) {
            let name = try ProtocolBuffer.text(1, of: bytes, range)
            guard attributes.updateValue(range, forKey: name) == nil else {
                throw .malformed("the operator \(type) has the attribute '\(name)' twice")
            }
        }
    }

    private func attribute(_ name: String) throws(TreeEnsembleError) -> ProtocolBuffer? {
        guard let range = attributes[name] else { return nil }
        return try ProtocolBuffer(bytes, range)
    }

    func has(_ name: String) -> Bool { attributes[name] != nil }

    func integer(_ name: String) throws(TreeEnsembleError) -> Int? { try attribute(name)?.integer(3) }

    func text(_ name: String) throws(TreeEnsembleError) -> String? { try attribute(name)?.text(4) }

    func integers(_ name: String) throws(TreeEnsembleError) -> [Int] {
        try attribute(name)?.integers(8) ?? []
    }

    func texts(_ name: String) throws(TreeEnsembleError) -> [String] { try attribute(name)?.texts(9) ?? [] }

    func tensor(_ name: String) throws(TreeEnsembleError) -> ONNXTensor? {
        guard let attribute = try attribute(name) else { return nil }
        guard let tensor = try attribute.message(5) else {
            throw .malformed("the attribute '\(name)' has no tensor")
        }
        return try ONNXTensor(tensor)
    }

    /// Numbers that stand in `name` or, in double precision, in `name_as_tensor`.
    func numbers(_ name: String) throws(TreeEnsembleError) -> [Double] {
        if let tensor = try tensor(name + "_as_tensor"), !tensor.numbers.isEmpty { return tensor.numbers }
        return try attribute(name)?.floats(7).map(Double.init) ?? []
    }
}

/// The operators of a model and what goes in and out (`GraphProto`).
struct ONNXGraph {
    /// One input of the graph.
    struct Input {
        var name: String
        /// The element type, as ``ONNXTensor/type``.
        var type: Int
        /// The number of columns, or nil where the file leaves it open.
        var columns: Int?
    }

    let nodes: [ONNXNode]
    let inputs: [Input]
    let outputs: [String]
    let constants: [String: ONNXTensor]
    private static let mostNodes = 10_000

    init(_ message: ProtocolBuffer) throws(TreeEnsembleError) {
        var nodes: [ONNXNode] = []
        for node in try message.messages(1) { nodes.append(try ONNXNode(node)) }
        var constants: [String: ONNXTensor] = [:]
        for message in try message.messages(5) {
            let tensor = try ONNXTensor(message)
            constants[tensor.name] = tensor
        }
        for node in nodes where node.type == "Constant" {
            if let tensor = try node.tensor("value"), let name = node.outputs.first {
                constants[name] = tensor
            }
        }
        var inputs: [Input] = []
        for input in try message.messages(11) {
            let name = try input.text(1)
            // Files of old versions list constants among the inputs.
            guard constants[name] == nil else { continue }
            let tensor = try input.message(2)?.message(1)
            let extents = try tensor?.message(2)?.messages(1) ?? []
            let columns = try extents.count == 2 ? extents[1].integer(1) : nil
            inputs.append(Input(name: name, type: try tensor?.integer(1) ?? 0, columns: columns))
        }
        var outputs: [String] = []
        for output in try message.messages(12) { outputs.append(try output.text(1)) }
        guard nodes.count <= Self.mostNodes else {
            throw TreeEnsembleError(.limitExceeded, "the ONNX graph has \(nodes.count) operators")
        }
        self.nodes = nodes.filter { $0.type != "Constant" }
        self.inputs = inputs
        self.outputs = outputs
        self.constants = constants
    }
}
