// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension OutputTransform: CompactCodable {
    /// The transforms without numbers, in the order of their codes in the file; new ones go to the end.
    private static let plain: [OutputTransform] = [
        .identity, .singleSigmoid, .singleExponential, .hinge, .singleSoftmax, .firstLargest, .sorted,
        .exponential, .softmax, .logOnePlusExponential, .signedSquare, .fastExponential, .fastSoftmax,
        .fastVariance,
    ]

    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        switch self {
        case .sigmoid(let scale):
            writer.append(UInt8(128))
            writer.append(scale)
        case .sigmoidPair(let scale):
            writer.append(UInt8(129))
            writer.append(scale)
        case .isolation(let pathLength, let offset):
            writer.append(UInt8(130))
            writer.append(pathLength)
            writer.append(offset)
        case .onnx(let transform):
            writer.append(UInt8(131))
            try writer.append(list: transform.steps)
        case .treelite(let postprocessor):
            writer.append(UInt8(132))
            try postprocessor.encode(to: &writer)
        default:
            guard let code = Self.plain.firstIndex(of: self) else {
                throw .unsupported("the model's transform cannot be written")
            }
            writer.append(UInt8(code))
        }
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        let code = Int(try reader.next(UInt8.self))
        switch code {
        case 128: self = .sigmoid(scale: try reader.double())
        case 129: self = .sigmoidPair(scale: try reader.double())
        case 130: self = .isolation(pathLength: try reader.double(), offset: try reader.double())
        case 131: self = .onnx(ONNXTransform(try reader.list()))
        case 132: self = .treelite(try TreelitePostprocessor(from: &reader))
        default:
            guard code < Self.plain.count else { throw reader.damaged("its transform") }
            self = Self.plain[code]
        }
    }
}

extension ONNXTransform.Step: CompactCodable {
    private static let plain: [Self] = [
        .logistic, .softmax, .softmaxZero, .probit, .complementPair, .negationPair, .logisticPair,
        .exponential,
    ]

    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        switch self {
        case .multiply(let number):
            writer.append(UInt8(128))
            writer.append(number)
        case .divide(let number):
            writer.append(UInt8(129))
            writer.append(number)
        case .add(let number):
            writer.append(UInt8(130))
            writer.append(number)
        default: writer.append(UInt8(Self.plain.firstIndex(of: self) ?? 255))
        }
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        let code = Int(try reader.next(UInt8.self))
        switch code {
        case 128: self = .multiply(try reader.float())
        case 129: self = .divide(try reader.float())
        case 130: self = .add(try reader.float())
        default:
            guard code < Self.plain.count else { throw reader.damaged("its transform") }
            self = Self.plain[code]
        }
    }
}

extension TreelitePostprocessor: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(kind.rawValue)
        writer.append(alpha)
        writer.append(ratio)
        writer.append(isSingle)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        try self.init(
            try reader.text(), alpha: try reader.float(), ratio: try reader.float(),
            isSingle: try reader.bool(),
            isGrouped: false)
    }
}

extension ClassRule: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        switch self {
        case .largestValue: writer.append(UInt8(0))
        case .largestRaw: writer.append(UInt8(1))
        case .rawAtLeastZero: writer.append(UInt8(2))
        case .outlier: writer.append(UInt8(3))
        case .above(let threshold, let output):
            writer.append(UInt8(4))
            writer.append(threshold)
            writer.append(count: output)
        case .valueAbove(let threshold):
            writer.append(UInt8(5))
            writer.append(threshold)
        }
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        switch try reader.next(UInt8.self) {
        case 0: self = .largestValue
        case 1: self = .largestRaw
        case 2: self = .rawAtLeastZero
        case 3: self = .outlier
        case 4: self = .above(try reader.double(), output: try reader.count())
        case 5: self = .valueAbove(try reader.double())
        default: throw reader.damaged("its rule for classes")
        }
    }
}
