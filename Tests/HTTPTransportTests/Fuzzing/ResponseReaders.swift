// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

@testable import HTTPTransport

/// What must hold of every answer of a server; fuzzers and unit tests share it.
enum ResponseReaders {
    static let names = ["http-response"]

    /// What is wrong with the library's answer to a message; nil where nothing is.
    static func fault(in bytes: [UInt8]) -> String? {
        for method in [HTTPMethod.get, .head] {
            let whole = read(bytes, method, piece: max(bytes.count, 1))
            for piece in [1, 7] where read(bytes, method, piece: piece) != whole {
                return "the answer depends on how its bytes arrive"
            }
        }
        _ = HTTPDate.read(String(decoding: bytes, as: UTF8.self))
        return nil
    }

    private struct Outcome: Equatable {
        var status: Int
        var body: [UInt8]
    }

    private static func read(_ bytes: [UInt8], _ method: HTTPMethod, piece: Int) -> Outcome? {
        var reader = ResponseReader(method: method, maximumSize: 100_000)
        do throws(ResponseReader.Fault) {
            var place = 0
            while place < bytes.count {
                let end = min(place + piece, bytes.count)
                if let response = try reader.take(Array(bytes[place..<end])) {
                    return Outcome(status: response.status, body: response.body)
                }
                place = end
            }
            let response = try reader.close()
            return Outcome(status: response.status, body: response.body)
        } catch {
            return nil
        }
    }
}
