// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Scans UBJSON (https://ubjson.org, draft 12) as XGBoost writes it into a ``DocumentValue``.
///
/// XGBoost's counted arrays have no closing bracket, and names in objects stand without the string marker; both are
/// what the draft says and what some decoders get wrong.
struct UBJSONDocumentScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var document: DocumentBuilder
    private static let maximumDepth = 256

    /// Scans a whole file, which must hold one value.
    static func scan(_ bytes: [UInt8]) throws(TreeEnsembleError) -> DocumentValue {
        var scanner = UBJSONDocumentScanner(bytes)
        try scanner.value(try scanner.byte(), depth: 0)
        guard scanner.position == bytes.count else {
            throw .malformed("the UBJSON document goes on after its value", at: scanner.position)
        }
        return scanner.document.finish().value(at: 0)
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        document = DocumentBuilder(bytes: bytes)
    }

    private mutating func byte() throws(TreeEnsembleError) -> UInt8 {
        guard position < bytes.count else {
            throw .malformed("the UBJSON document ends too early", at: position)
        }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func value(_ marker: UInt8, depth: Int) throws(TreeEnsembleError) {
        guard depth < Self.maximumDepth else {
            throw TreeEnsembleError(
                .limitExceeded, "values nest deeper than \(Self.maximumDepth) levels", byteOffset: position)
        }
        switch marker {
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "S"): document.add(.inFile(try stretch(lengthMarker: try byte())))
        case UInt8(ascii: "T"): document.add(.yes)
        case UInt8(ascii: "F"): document.add(.no)
        case UInt8(ascii: "Z"): document.add(.null)
        default:
            guard let (encoding, width) = Self.numberType(marker) else {
                throw .malformed("unknown UBJSON marker \(marker)", at: position - 1)
            }
            document.add(.number, try numbers(count: 1, width: width), encoding: encoding)
        }
    }

    private mutating func object(depth: Int) throws(TreeEnsembleError) {
        var object = document.open(.object)
        while true {
            let start = position
            let marker = try byte()
            if marker == UInt8(ascii: "}") { return document.close(object) }
            if marker == UInt8(ascii: "$") || marker == UInt8(ascii: "#") {
                throw .unsupported("UBJSON objects with a count or a type are not supported")
            }
            let name = DocumentString.inFile(try stretch(lengthMarker: marker))
            guard document.startMember(name, of: &object) else {
                throw .malformed(
                    "the member '\(name.text(in: bytes))' appears twice in one object", at: start)
            }
            try value(try byte(), depth: depth + 1)
        }
    }

    private mutating func array(depth: Int) throws(TreeEnsembleError) {
        var marker = try byte()
        if marker == UInt8(ascii: "$") {
            let type = try byte()
            guard try byte() == UInt8(ascii: "#") else {
                throw .malformed("a typed UBJSON array has no count", at: position - 1)
            }
            let count = try length(try byte())
            guard let (encoding, width) = Self.numberType(type) else {
                throw .unsupported(
                    "UBJSON arrays of type '\(Character(UnicodeScalar(type)))' are not supported")
            }
            document.add(.numbers, try numbers(count: count, width: width), encoding: encoding)
            return
        }
        var array = document.open(.array)
        if marker == UInt8(ascii: "#") {
            let count = try length(try byte())
            // Each element takes at least one byte, so the file's size bounds the count.
            guard count <= bytes.count - position else {
                throw .malformed("a UBJSON array claims \(count) elements", at: position)
            }
            for _ in 0..<count {
                document.startElement(of: &array)
                try value(try byte(), depth: depth + 1)
            }
            return document.close(array)
        }
        while marker != UInt8(ascii: "]") {
            document.startElement(of: &array)
            try value(marker, depth: depth + 1)
            marker = try byte()
        }
        document.close(array)
    }

    private mutating func stretch(lengthMarker: UInt8) throws(TreeEnsembleError) -> Range<Int> {
        let count = try length(lengthMarker)
        guard count <= bytes.count - position else {
            throw .malformed("a UBJSON string claims \(count) bytes", at: position)
        }
        defer { position += count }
        return position..<position + count
    }

    private mutating func numbers(count: Int, width: Int) throws(TreeEnsembleError) -> Range<Int> {
        guard count <= (bytes.count - position) / width else {
            throw .malformed("a UBJSON array claims \(count) numbers", at: position)
        }
        defer { position += count * width }
        return position..<position + count * width
    }

    private mutating func length(_ marker: UInt8) throws(TreeEnsembleError) -> Int {
        guard let (encoding, width) = Self.numberType(marker), encoding != .float32, encoding != .float64
        else { throw .malformed("expected a UBJSON length", at: position - 1) }
        guard width <= bytes.count - position else {
            throw .malformed("the UBJSON document ends too early", at: position)
        }
        var number = encoding == .uint8 ? 0 : Int(Int8(bitPattern: bytes[position]) >> 7)
        for _ in 0..<width {
            number = number << 8 | Int(bytes[position])
            position += 1
        }
        guard number >= 0 else { throw .malformed("a UBJSON length is negative", at: position) }
        return number
    }

    private static func numberType(_ marker: UInt8) -> (NumberArray.Encoding, Int)? {
        switch marker {
        case UInt8(ascii: "i"): (.int8, 1)
        case UInt8(ascii: "U"): (.uint8, 1)
        case UInt8(ascii: "I"): (.int16, 2)
        case UInt8(ascii: "l"): (.int32, 4)
        case UInt8(ascii: "L"): (.int64, 8)
        case UInt8(ascii: "d"): (.float32, 4)
        case UInt8(ascii: "D"): (.float64, 8)
        default: nil
        }
    }
}
