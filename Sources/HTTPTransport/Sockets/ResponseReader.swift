// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Puts a response together from the bytes of a connection (RFC 9112), within limits.
///
/// Nothing is trusted: a head over 64 KiB, a length that is none, chunks that do not add up and an early end are errors.
struct ResponseReader {
    /// What is wrong with an answer.
    enum Fault: Error, Hashable {
        case malformed(String)
        case tooLarge
    }

    private enum Stage {
        case head
        case sized(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailer
        case untilClosed
        case done
    }

    private static let headLimit = 64 << 10
    private let method: HTTPMethod
    private let limit: Int
    private var stage = Stage.head
    private var pending: [UInt8] = []
    private var start = 0
    private var response = HTTPResponse(status: 0)
    /// Whether any byte has arrived.
    private(set) var hasBegun = false
    /// Whether the server keeps the connection open behind this response.
    private(set) var keepsConnection = true

    init(method: HTTPMethod, maximumSize: Int) {
        self.method = method
        limit = maximumSize
    }

    /// Takes bytes that have arrived; returns the response once it is whole.
    mutating func take(_ bytes: [UInt8]) throws(Fault) -> HTTPResponse? {
        hasBegun = hasBegun || !bytes.isEmpty
        pending.removeSubrange(..<start)
        start = 0
        pending += bytes
        while try step() {}
        guard case .done = stage else { return nil }
        if start < pending.count { keepsConnection = false }
        return response
    }

    /// Learns that nothing more will arrive; returns the response if its end is where the connection closes.
    mutating func close() throws(Fault) -> HTTPResponse {
        guard case .untilClosed = stage else {
            throw .malformed("the answer breaks off")
        }
        keepsConnection = false
        return response
    }

    /// Goes one step on; false where more bytes must arrive.
    private mutating func step() throws(Fault) -> Bool {
        switch stage {
        case .head: return try readHead()
        case .sized(let count):
            let left = try moveToBody(count)
            stage = left == 0 ? .done : .sized(left)
            return left == 0
        case .chunkSize:
            guard let line = try readLine() else { return false }
            let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
            guard (1...15).contains(digits.count), let text = String(validating: digits, as: UTF8.self),
                digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                let size = Int(text, radix: 16)
            else { throw .malformed("the size of a chunk is none") }
            stage = size == 0 ? .trailer : .chunk(size)
        case .chunk(let count):
            let left = try moveToBody(count)
            stage = left == 0 ? .chunkEnd : .chunk(left)
            return left == 0
        case .chunkEnd:
            guard let line = try readLine() else { return false }
            guard line.isEmpty else { throw .malformed("a chunk is longer than its size") }
            stage = .chunkSize
        case .trailer:
            guard let line = try readLine() else { return false }
            if line.isEmpty { stage = .done }
        case .untilClosed:
            _ = try moveToBody(Int.max)
            return false
        case .done: return false
        }
        return true
    }

    /// Moves up to so many bytes to the body and returns how many are still missing.
    private mutating func moveToBody(_ count: Int) throws(Fault) -> Int {
        let taken = min(count, pending.count - start)
        guard response.body.count + taken <= limit else { throw .tooLarge }
        response.body += pending[start..<start + taken]
        start += taken
        return count - taken
    }

    private mutating func readLine() throws(Fault) -> ArraySlice<UInt8>? {
        guard let end = pending[start...].firstIndex(of: 0x0a) else {
            guard pending.count - start <= ResponseReader.headLimit else {
                throw .malformed("a line has no end")
            }
            return nil
        }
        let line = pending[start..<end]
        start = end + 1
        return line.last == 0x0d ? line.dropLast() : line
    }

    private mutating func readHead() throws(Fault) -> Bool {
        let begin = start
        guard let first = try readLine() else {
            // What cannot become a status line any more need not be waited for.
            guard pending[start...].starts(with: "HTTP/1.".utf8.prefix(pending.count - start)) else {
                throw .malformed("the answer is not HTTP")
            }
            return false
        }
        let status = try ResponseReader.status(first)
        var fields: [HTTPHeaders.Field] = []
        while true {
            guard let line = try readLine() else {
                guard pending.count - begin <= ResponseReader.headLimit else {
                    throw .malformed("the head of the answer exceeds 64 KiB")
                }
                start = begin
                return false
            }
            if line.isEmpty { break }
            fields.append(try ResponseReader.field(line))
        }
        guard start - begin <= ResponseReader.headLimit else {
            throw .malformed("the head of the answer exceeds 64 KiB")
        }
        // Interim answers announce the one that counts; a change of protocol was not asked for.
        if (100..<200).contains(status) {
            guard status != 101 else { throw .malformed("the server changes the protocol") }
            return true
        }
        response = HTTPResponse(status: status, headers: HTTPHeaders(fields))
        stage = try bodyStage(isOld: first.starts(with: "HTTP/1.0".utf8))
        return true
    }

    /// How the end of the body is found (RFC 9112, section 6.3).
    private mutating func bodyStage(isOld: Bool) throws(Fault) -> Stage {
        let connection = response.headers["Connection"]?.lowercased() ?? (isOld ? "close" : "keep-alive")
        keepsConnection = !connection.contains("close")
        let lengths = response.headers.fields.filter { $0.name.lowercased() == "content-length" }.map(\.value)
        if method == .head || response.status == 204 || response.status == 304 { return .done }
        if let coding = response.headers["Transfer-Encoding"] {
            guard coding.lowercased() == "chunked", lengths.isEmpty else {
                throw .malformed("the transfer coding '\(coding)' is unknown, or contradicts a length")
            }
            return .chunkSize
        }
        guard let first = lengths.first else { return .untilClosed }
        guard lengths.allSatisfy({ $0 == first }), (1...18).contains(first.utf8.count),
            first.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(first)
        else { throw .malformed("the length of the answer is none") }
        guard length <= limit else { throw .tooLarge }
        response.body.reserveCapacity(min(length, 64 << 20))
        return length == 0 ? .done : .sized(length)
    }

    /// Reads `HTTP/1.1 200 OK`.
    private static func status(_ line: ArraySlice<UInt8>) throws(Fault) -> Int {
        let words = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2,
            words[0].elementsEqual("HTTP/1.1".utf8) || words[0].elementsEqual("HTTP/1.0".utf8),
            words[1].count == 3,
            words[1].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let status = Int(String(decoding: words[1], as: UTF8.self)), (100..<600).contains(status)
        else { throw .malformed("the answer is not HTTP") }
        return status
    }

    private static func field(_ line: ArraySlice<UInt8>) throws(Fault) -> HTTPHeaders.Field {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw .malformed("a header has no colon")
        }
        let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
        let trimmed = value.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
        let field = HTTPHeaders.Field(
            name: String(decoding: line[..<colon], as: UTF8.self),
            value: String(decoding: Array(trimmed), as: UTF8.self))
        guard HTTPHeaders([field]).firstUnsound == nil else {
            throw .malformed("a header holds characters that HTTP does not allow")
        }
        return field
    }
}
