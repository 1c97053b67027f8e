// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// The records of a TensorBoard event file: `tensorflow.Event` messages of event.proto and summary.proto, framed as
/// TFRecords.
///
/// A record is the length in eight little-endian bytes, the masked CRC-32C of those, the message, and the masked
/// CRC-32C of the message.
struct TensorBoardEvent {
    private let message: [UInt8]

    /// The record's bytes.
    var record: [UInt8] {
        var length = ByteWriter()
        length.append(word: UInt64(message.count))
        var record = length
        record.append(word: TensorBoardEvent.maskedChecksum(length.bytes))
        record.append(message)
        record.append(word: TensorBoardEvent.maskedChecksum(message))
        return record.bytes
    }

    private static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes)
        return checksum.masked
    }

    /// The first record of each file.
    static func version(time: Double, writer: String) -> TensorBoardEvent {
        TensorBoardEvent(
            message: ProtobufWriter.message { event in
                event.add(1, double: time)
                event.add(3, text: "brain.Event:2")
                event.add(10) { $0.add(1, text: writer) }
            })
    }

    /// A scalar.
    ///
    /// The format has single precision only.
    static func scalar(_ tag: String, _ value: Double, step: Int, time: Double) -> TensorBoardEvent {
        summary(time: time, step: step) { summary in
            summary.add(1, text: tag)
            summary.add(2, float: Float(value))
        }
    }

    /// A histogram as rows of left edge, right edge and count.
    static func histogram(_ histogram: HistogramPoint) -> TensorBoardEvent {
        var content = ByteWriter()
        for bucket in histogram.buckets {
            content.append(bucket.lower)
            content.append(bucket.upper)
            content.append(Double(bucket.count))
        }
        let time = Double(histogram.microseconds) / 1e6
        return summary(time: time, step: histogram.step) { summary in
            summary.add(1, text: histogram.name)
            summary.add(8) { tensor in
                tensor.add(1, varint: 2)  // DT_DOUBLE
                tensor.add(2) { shape in
                    for size in [histogram.buckets.count, 3] {
                        shape.add(2) { if size > 0 { $0.add(1, varint: Int64(size)) } }
                    }
                }
                tensor.add(4, bytes: content.bytes)
            }
            summary.add(9, bytes: metadata(plugin: "histograms", content: nil, dataClass: 2))
        }
    }

    /// A text in Markdown.
    static func text(_ tag: String, _ text: String, time: Double) -> TensorBoardEvent {
        summary(time: time, step: 0) { summary in
            summary.add(1, text: tag)
            summary.add(8) { tensor in
                tensor.add(1, varint: 7)  // DT_STRING
                tensor.add(2) { _ in }
                tensor.add(8, text: text)
            }
            summary.add(9, bytes: metadata(plugin: "text", content: nil, dataClass: 2))
        }
    }

    /// The parameters of a run, for the page of hyperparameters.
    static func sessionStart(
        _ parameters: [String: String], group: String, time: Double
    ) -> TensorBoardEvent {
        let content = ProtobufWriter.message { data in
            data.add(3) { start in
                for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
                    start.add(1) { entry in
                        entry.add(1, text: name)
                        entry.add(2, bytes: dynamicValue(value))
                    }
                }
                start.add(4, text: group)
                start.add(5, double: time)
            }
        }
        return hyperparameters("_hparams_/session_start_info", content: content, time: time)
    }

    /// How a run ended, for the page of hyperparameters.
    static func sessionEnd(_ status: RunStatus, time: Double) -> TensorBoardEvent {
        let code: Int64 =
            switch status {
            case .finished: 1
            case .failed, .lost: 2
            case .running: 3
            }
        let content = ProtobufWriter.message { data in
            data.add(4) { end in
                end.add(1, varint: code)
                end.add(2, double: time)
            }
        }
        return hyperparameters("_hparams_/session_end_info", content: content, time: time)
    }

    private static func hyperparameters(_ tag: String, content: [UInt8], time: Double) -> TensorBoardEvent {
        summary(time: time, step: 0) { summary in
            summary.add(1, text: tag)
            summary.add(8) { tensor in
                tensor.add(1, varint: 1)  // DT_FLOAT, without elements
                tensor.add(2) { shape in shape.add(2) { _ in } }
            }
            summary.add(9, bytes: metadata(plugin: "hparams", content: content, dataClass: nil))
        }
    }

    /// A google.protobuf.Value: a number or a truth value where the text is one, else the text.
    private static func dynamicValue(_ text: String) -> [UInt8] {
        ProtobufWriter.message { value in
            if let number = Double(text), number.isFinite {
                value.add(2, double: number)
            } else if text == "true" || text == "false" {
                value.add(4, varint: text == "true" ? 1 : 0)
            } else {
                value.add(3, text: text)
            }
        }
    }

    private static func metadata(plugin: String, content: [UInt8]?, dataClass: Int64?) -> [UInt8] {
        ProtobufWriter.message { metadata in
            metadata.add(1) { data in
                data.add(1, text: plugin)
                if let content { data.add(2, bytes: content) }
            }
            if let dataClass { metadata.add(4, varint: dataClass) }
        }
    }

    private static func summary(
        time: Double, step: Int, value: (inout ProtobufWriter) -> Void
    ) -> TensorBoardEvent {
        TensorBoardEvent(
            message: ProtobufWriter.message { event in
                event.add(1, double: time)
                if step != 0 { event.add(2, varint: Int64(step)) }
                event.add(5) { $0.add(1, message: value) }
            })
    }
}
