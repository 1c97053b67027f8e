// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension DocumentValue {
    /// The members, where this is an object.
    package func object(_ what: String) throws(TreeEnsembleError) -> DocumentObject {
        guard case .object(let object) = self else { throw .malformed("\(what) is not an object") }
        return object
    }

    /// The text, where this is a string.
    package func string(_ what: String) throws(TreeEnsembleError) -> String {
        guard case .string(let string) = self else { throw .malformed("\(what) is not a string") }
        return string
    }

    /// The elements, where this is an array; a number stands as an element of its own.
    package func array(_ what: String) throws(TreeEnsembleError) -> [DocumentValue] {
        switch self {
        case .array(let elements): return elements
        case .numbers(let numbers):
            return try numbers.doubles().map { .number(Self.text(of: $0)) }
        default: throw .malformed("\(what) is not an array")
        }
    }

    /// The numbers, where this is an array of numbers.
    package func numbers(_ what: String) throws(TreeEnsembleError) -> NumberArray {
        switch self {
        case .numbers(let numbers): return numbers
        case .array(let elements):
            if let plain = try Self.plainNumbers(elements) { return plain }
            throw .malformed("\(what) is not an array of numbers")
        default: throw .malformed("\(what) is not an array of numbers")
        }
    }

    /// A whole number, where this is one.
    package func integer(_ what: String) throws(TreeEnsembleError) -> Int {
        switch self {
        case .number(let number):
            if let whole = try number.integers().first { return whole }
            throw .malformed("\(what) is not a whole number")
        case .bool(let truth): return truth ? 1 : 0
        default: throw .malformed("\(what) is not a whole number")
        }
    }

    /// A number, where this is one.
    package func double(_ what: String) throws(TreeEnsembleError) -> Double {
        guard case .number(let number) = self, let value = try number.doubles().first else {
            throw .malformed("\(what) is not a number")
        }
        return value
    }

    private static func text(of number: Double) -> NumberArray {
        let bytes = Array("\(number)".utf8)
        return NumberArray(bytes: bytes, start: 0, end: bytes.count, encoding: .text)
    }

    /// Single numbers and truth values (a UBJSON array without a type) brought together as text.
    private static func plainNumbers(_ elements: [DocumentValue]) throws(TreeEnsembleError) -> NumberArray? {
        var parts: [String] = []
        for element in elements {
            switch element {
            case .bool(let truth): parts.append(truth ? "1" : "0")
            case .number(let number):
                switch number.encoding {
                case .float32: parts.append(try number.floats().map { "\($0)" }[0])
                case .float64: parts.append(try number.doubles().map { "\($0)" }[0])
                case .text:
                    parts.append(
                        String(decoding: number.bytes[number.start..<number.end], as: UTF8.self))
                default: parts.append("\(try number.integers()[0])")
                }
            default: return nil
            }
        }
        let bytes = Array(parts.joined(separator: ",").utf8)
        return NumberArray(bytes: bytes, start: 0, end: bytes.count, encoding: .text)
    }
}

extension DocumentObject {
    /// A member that must be there.
    package func required(_ name: String, in what: String) throws(TreeEnsembleError) -> DocumentValue {
        guard let value = self[name] else { throw .malformed("\(what) has no '\(name)'") }
        return value
    }

    /// A member that may be absent or null.
    package func optional(_ name: String) -> DocumentValue? {
        guard let value = self[name] else { return nil }
        if case .null = value { return nil }
        return value
    }
}
