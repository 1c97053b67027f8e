// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Header fields in the order they are sent; names compare without regard to case (RFC 9110, section 5).
public struct HTTPHeaders: Hashable, Sendable {
    /// One field.
    public struct Field: Hashable, Sendable {
        /// The name as it was given.
        public let name: String
        /// The value, without the white space around it.
        public let value: String

        /// Makes a field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The fields.
    public private(set) var fields: [Field]

    /// Makes headers of fields.
    public init(_ fields: [Field] = []) {
        self.fields = fields
    }

    /// The value of the first field of this name; setting replaces all of them, setting nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { HTTPHeaders.isEqual($0.name, name) }?.value }
        set {
            let position = fields.firstIndex { HTTPHeaders.isEqual($0.name, name) } ?? fields.endIndex
            fields.removeAll { HTTPHeaders.isEqual($0.name, name) }
            if let newValue {
                fields.insert(Field(name: name, value: newValue), at: min(position, fields.endIndex))
            }
        }
    }

    /// The first field that HTTP/1.1 cannot carry: a name that is no token, or a value with a control character.
    ///
    /// A line feed in a value would let its author write headers of their own.
    package var firstUnsound: Field? {
        fields.first { field in
            field.name.isEmpty || !field.name.utf8.allSatisfy(HTTPHeaders.isToken)
                || field.value.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }
        }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func isEqual(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8) { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// Makes headers of names and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0, value: $1) }
    }
}
