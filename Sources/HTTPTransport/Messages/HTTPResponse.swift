// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A response whose body is in memory.
public struct HTTPResponse: Hashable, Sendable {
    /// The status, 100 to 599 (RFC 9110, section 15).
    public var status: Int
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body; empty for none.
    public var body: [UInt8]

    /// Makes a response.
    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the status says that the request did what it asks for.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The first bytes of the body as text, for messages: whatever the bytes are, short and on one line.
    public var excerpt: String {
        let text = String(decoding: body.prefix(300), as: UTF8.self)
        let line = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : String($0) }.joined()
        return body.count > 300 ? line + "..." : line
    }
}
