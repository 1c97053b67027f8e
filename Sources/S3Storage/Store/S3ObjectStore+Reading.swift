// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import ContentHashing
import HTTPTransport

extension S3ObjectStore {
    /// Reads an object, or a range of it; a whole object is compared with the hash stored beside it.
    ///
    /// - Throws: `StoreError` with the code `notFound` where nothing stands at the key, `corrupted` where what comes
    ///   back twice is not what was written.
    public func get(_ key: String, range: Range<Int>?) async throws -> [UInt8] {
        try ObjectKey.check(key)
        if let range { return try await part(range.clamped(to: 0..<Int.max), of: key) }
        let response = try await whole(key)
        if S3ObjectStore.isIntact(response) { return response.body }
        // The fault may lie on the way rather than in the bucket.
        let second = try await whole(key)
        guard S3ObjectStore.isIntact(second) else {
            throw StoreError(
                .corrupted, "the content is not the one that was written; restore the object from a copy",
                key: key, location: location)
        }
        return second.body
    }

    private func whole(_ key: String) async throws -> HTTPResponse {
        let response = try await client.send(.get, prefix + key)
        knowledge[\.exists] = true
        return response
    }

    private func part(_ range: Range<Int>, of key: String) async throws -> [UInt8] {
        guard !range.isEmpty else {
            guard try await head(key) != nil else {
                throw StoreError(.notFound, "there is no such object", key: key, location: location)
            }
            return []
        }
        let response = try await client.send(
            .get, prefix + key, headers: ["Range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"],
            accepting: [416])
        knowledge[\.exists] = true
        switch response.status {
        case 416: return []
        case 206:
            guard S3ObjectStore.matches(response, range) else {
                throw StoreError(
                    .unavailable, "the server sent another range than was asked for", key: key,
                    location: location)
            }
            return response.body
        // A server that knows no ranges sends everything.
        default: return Array(response.body[range.clamped(to: 0..<response.body.count)])
        }
    }

    /// Whether a partial answer begins where it should and is as long as the object allows.
    private static func matches(_ response: HTTPResponse, _ range: Range<Int>) -> Bool {
        guard let (served, total) = contentRange(response) else { return false }
        return served.lowerBound == range.lowerBound && served.count == response.body.count
            && served.upperBound == min(range.upperBound, total)
    }

    /// Reads `Content-Range: bytes 0-99/1000` (RFC 9110, section 14.4).
    private static func contentRange(_ response: HTTPResponse) -> (served: Range<Int>, total: Int)? {
        guard let text = response.headers["Content-Range"], text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst(6).split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "/" }
            .map { Int($0) }
        guard numbers.count == 3, let first = numbers[0], let last = numbers[1], let total = numbers[2],
            first >= 0, last >= first, last < total
        else { return nil }
        return (first..<last + 1, total)
    }

    private static func isIntact(_ response: HTTPResponse) -> Bool {
        guard let text = response.headers[Metadata.digest], let digest = Digest(text) else { return true }
        return Digest(of: response.body) == digest
    }

    /// The size and tag of an object, or nil where nothing stands at the key.
    ///
    /// - Throws: `StoreError`
    public func head(_ key: String) async throws -> ObjectInfo? {
        try await standing(at: key)?.info
    }

    /// What stands at a key, with the id of the write that put it there.
    func standing(at key: String) async throws -> (info: ObjectInfo, writeID: String?)? {
        try ObjectKey.check(key)
        let response = try await client.send(
            .head, prefix + key, accepting: [301, 307, 400, 401, 403, 404, 405, 501])
        if response.status == 404 {
            try await checkThatTheBucketExists()
            return nil
        }
        guard response.isSuccess else { return try await standingByRange(at: key) }
        knowledge[\.exists] = true
        let size = response.headers["Content-Length"].flatMap { Int($0) } ?? -1
        return try describe(response, key: key, size: size)
    }

    /// Describes an object by reading a byte of it: an answer to HEAD has no body that would say what is wrong.
    private func standingByRange(at key: String) async throws -> (info: ObjectInfo, writeID: String?)? {
        do {
            let response = try await client.send(.get, prefix + key, headers: ["Range": "bytes=0-0"])
            let size = S3ObjectStore.contentRange(response)?.total ?? response.body.count
            return try describe(response, key: key, size: size)
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }

    private func describe(
        _ response: HTTPResponse, key: String, size: Int
    ) throws -> (info: ObjectInfo, writeID: String?) {
        guard size >= 0, let tag = S3ObjectStore.tag(of: response) else {
            throw StoreError(
                .unavailable, "the answer lacks Content-Length or ETag; is this an S3 endpoint?", key: key,
                location: location)
        }
        let modified = response.headers["Last-Modified"].flatMap { HTTPDate.read($0) } ?? 0
        return (
            ObjectInfo(key: key, size: size, modified: modified, tag: tag), response.headers[Metadata.writeID]
        )
    }

    /// Tells a missing object from a missing bucket, once.
    private func checkThatTheBucketExists() async throws {
        guard !knowledge[\.exists] else { return }
        do {
            _ = try await client.send(
                .get, nil, parameters: [("list-type", "2"), ("max-keys", "1"), ("prefix", prefix)])
        } catch let error as StoreError where error.code == .permissionDenied {
            // Who may not list may still read and write.
        }
        knowledge[\.exists] = true
    }

    /// The tag in an answer, without quotes and the mark of weakness.
    static func tag(of response: HTTPResponse) -> ObjectTag? {
        response.headers["ETag"].flatMap { tag($0) }
    }

    /// The tag that a text in quotes holds.
    static func tag(_ text: String) -> ObjectTag? {
        let bare = (text.hasPrefix("W/") ? text.dropFirst(2) : text[...]).filter { $0 != "\"" }
        return bare.isEmpty ? nil : ObjectTag(bare)
    }

    /// The headers that hold what this store notes beside a content.
    enum Metadata {
        static let writeID = "x-amz-meta-write-id"
        static let digest = "x-amz-meta-sha256"
    }
}
