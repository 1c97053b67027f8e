// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Writes messages in the wire format of Protocol Buffers.
struct ProtobufWriter {
    private var writer = ByteWriter()

    /// The message's bytes.
    var bytes: [UInt8] { writer.bytes }

    /// Writes a message with the fields that the closure adds.
    static func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var message = ProtobufWriter()
        body(&message)
        return message.bytes
    }

    mutating func add(_ field: Int, varint value: Int64) {
        writer.append(varint: UInt64(field) << 3)
        writer.append(varint: UInt64(bitPattern: value))
    }

    mutating func add(_ field: Int, double value: Double) {
        writer.append(varint: UInt64(field) << 3 | 1)
        writer.append(value)
    }

    mutating func add(_ field: Int, float value: Float) {
        writer.append(varint: UInt64(field) << 3 | 5)
        writer.append(word: value.bitPattern)
    }

    mutating func add(_ field: Int, bytes value: [UInt8]) {
        writer.append(varint: UInt64(field) << 3 | 2)
        writer.append(varint: UInt64(value.count))
        writer.append(value)
    }

    mutating func add(_ field: Int, text value: String) { add(field, bytes: Array(value.utf8)) }

    mutating func add(_ field: Int, message body: (inout ProtobufWriter) -> Void) {
        add(field, bytes: ProtobufWriter.message(body))
    }
}
