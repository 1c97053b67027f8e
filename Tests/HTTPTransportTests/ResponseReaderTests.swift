// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import HTTPTransport

/// Responses as their bytes arrive, whole, in pieces and damaged.
@Suite struct ResponseReaderTests {
    /// Feeds an answer in pieces of a size and then closes.
    private func read(
        _ text: String, _ method: HTTPMethod = .get, limit: Int = 1_000, piece: Int = .max
    ) throws -> HTTPResponse {
        var reader = ResponseReader(method: method, maximumSize: limit)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let bytes = Array(rest.prefix(piece))
            rest = rest.dropFirst(bytes.count)
            if let response = try reader.take(bytes) { return response }
        }
        return try reader.close()
    }

    static let answers: [(String, Int, String)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, ""),
        ("HTTP/1.0 404 Not Found\nContent-Length: 2\n\nno", 404, "no"),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end"),
        ("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", 204, ""),
        ("HTTP/1.1 304 No\r\n\r\n", 304, ""),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 X\r\nContent-Length: 1\r\n\r\nx",
            201, "x"
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nT: r\r\n\r\n",
            200, "hello0123456789"
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", 200, "ab"),
    ]

    @Test(arguments: answers, [1, 2, 3, 7, 1_000])
    func readsInPieces(_ answer: (String, Int, String), _ piece: Int) throws {
        let response = try read(answer.0, piece: piece)
        #expect(response.status == answer.1)
        #expect(String(decoding: response.body, as: UTF8.self) == answer.2)
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nX: y\r\n", "SSH-2.0-x\r\n", "HTTP/1.1 99 X\r\n\r\n",
        "HTTP/2 200 X\r\n\r\n",
        "HTTP/1.1 600 X\r\n\r\n", "HTTP/1.1 +20 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab", "HTTP/1.1 101 Switch\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "HTTP/1.1 200 OK\r\n: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: c\u{0}\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
    ])
    func refusesWhatIsNotAWholeResponse(_ text: String) {
        for piece in [1, 1_000] {
            #expect(throws: ResponseReader.Fault.self) { try read(text, piece: piece) }
        }
    }

    @Test func refusesHeadsAndBodiesOverTheirLimits() {
        let long = String(repeating: "x", count: 70_000)
        #expect(throws: ResponseReader.Fault.self) { try read("HTTP/1.1 200 \(long)") }
        #expect(throws: ResponseReader.Fault.self) { try read("HTTP/1.1 200 OK\r\nA: \(long)\r\n\r\n") }
        for body in [
            "Content-Length: 11\r\n\r\n", "\r\n12345678901",
            "Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901",
        ] {
            #expect(throws: ResponseReader.Fault.tooLarge) {
                try read("HTTP/1.1 200 OK\r\n" + body, limit: 10)
            }
        }
    }

    @Test func headHasALengthButNoBody() throws {
        #expect(try read("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", .head, limit: 1).body.isEmpty)
    }

    @Test func saysWhetherTheConnectionStaysOpen() throws {
        for (text, keeps) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore than was asked for", false),
        ] {
            var reader = ResponseReader(method: .get, maximumSize: 10)
            #expect(try reader.take(Array(text.utf8)) != nil)
            #expect(reader.keepsConnection == keeps)
        }
    }

    @Test func survivesDamage() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<4_000 {
            var bytes = Array((ResponseReaderTests.answers.randomElement(using: &generator)?.0 ?? "").utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            var reader = ResponseReader(method: .get, maximumSize: 1_000)
            do {
                let response = try reader.take(bytes) ?? reader.close()
                #expect(response.body.count <= 1_000)
            } catch {}
        }
    }
}
