// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import HTTPTransport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Uploads in parts ("Uploading and copying objects using multipart upload", Amazon S3 User Guide).
extension S3ObjectStore {
    /// Writes a content in parts, several at once, going on where an earlier attempt of the same content broke off.
    ///
    /// No condition is attached; see ``createInParts(_:at:)`` for where one is.
    func putInParts(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        let digest = Digest(of: content)
        let memory = key + "\n" + digest.hexadecimal
        for _ in 0..<3 {
            let (upload, writeID): (String, String)
            var tags: [Int: String]? = [:]
            let ranges = partRanges(of: content.count)
            if let known = knowledge[\.uploads][memory] {
                let halves = known.split(separator: "\n", maxSplits: 1).map(String.init)
                (writeID, upload) = (halves[0], halves[1])
                tags = try await sentParts(upload, at: key, sizes: ranges.map(\.count))
            } else {
                writeID = UUID().uuidString
                upload = try await begin(at: key, digest, writeID: writeID)
                knowledge.remember(upload: writeID + "\n" + upload, for: memory)
            }
            if let tags, let tag = try await finish(upload, content, ranges, tags, at: key, writeID: writeID)
            {
                knowledge.remember(upload: nil, for: memory)
                return tag
            }
            // The server has given the upload up.
            knowledge.remember(upload: nil, for: memory)
        }
        throw StoreError(
            .unavailable, "the server gives uploads in parts up again and again", key: key, location: location
        )
    }

    /// The keys of uploads in parts that began before a time and never ended.
    ///
    /// - Parameters:
    ///   - time: Seconds since 1970, by the server's clock.
    ///   - removing: Whether to remove their parts too.
    /// - Throws: `StoreError`
    public func unfinishedWrites(startedBefore time: Double, removing: Bool) async throws -> [String] {
        var keys: [String] = []
        var marker: [(name: String, value: String?)] = []
        while true {
            let response = try await client.send(
                .get, nil,
                parameters: [("uploads", nil), ("prefix", prefix), ("max-uploads", "1000")] + marker)
            let root = try client.document("ListMultipartUploadsResult", in: response)
            for element in root.all("Upload") {
                guard let key = element["Key"]?.text, key.hasPrefix(prefix),
                    let id = element["UploadId"]?.text,
                    let started = element["Initiated"].flatMap({ AmazonDate.read($0.text) }), started < time
                else { continue }
                if removing {
                    _ = try await client.send(.delete, key, parameters: [("uploadId", id)], accepting: [404])
                }
                keys.append(String(key.dropFirst(prefix.count)))
            }
            guard root["IsTruncated"]?.text == "true", let key = root["NextKeyMarker"]?.text,
                let id = root["NextUploadIdMarker"]?.text
            else { return keys }
            marker = [("key-marker", key), ("upload-id-marker", id)]
        }
    }

    func begin(at key: String, _ digest: Digest, writeID: String) async throws -> String {
        let response = try await client.send(
            .post, prefix + key, parameters: [("uploads", nil)],
            headers: [Metadata.writeID: writeID, Metadata.digest: digest.hexadecimal])
        guard let id = try client.document("InitiateMultipartUploadResult", in: response)["UploadId"]?.text,
            !id.isEmpty
        else {
            throw StoreError(.unavailable, "the answer names no upload", key: key, location: location)
        }
        return id
    }

    func partRanges(of count: Int) -> [Range<Int>] {
        let size = max(options.partSize, (count + 9_999) / 10_000, 1)
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }

    /// Sends the parts that the server lacks and completes the upload; nil where the server no longer knows it.
    func finish(
        _ upload: String, _ content: [UInt8], _ ranges: [Range<Int>], _ sent: [Int: String], at key: String,
        writeID: String, ifAbsent: Bool = false
    ) async throws -> ObjectTag? {
        var tags = sent
        let missing = ranges.indices.filter { tags[$0 + 1] == nil }
        try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for (place, index) in missing.enumerated() {
                if place >= max(options.partsAtOnce, 1), let (number, tag) = try await group.next() {
                    tags[number] = tag
                }
                group.addTask {
                    (index + 1, try await send(Array(content[ranges[index]]), index + 1, of: upload, at: key))
                }
            }
            for try await (number, tag) in group { tags[number] = tag }
        }
        let parts = ranges.indices.compactMap { index in tags[index + 1].map { (number: index + 1, tag: $0) }
        }
        guard parts.count == ranges.count else { return nil }
        return try await complete(upload, parts, at: key, writeID: writeID, ifAbsent: ifAbsent)
    }

    /// The tags of the parts that the server holds with the right size; nil where it does not know the upload.
    private func sentParts(_ upload: String, at key: String, sizes: [Int]) async throws -> [Int: String]? {
        var tags: [Int: String] = [:]
        var marker = 0
        while true {
            let response = try await client.send(
                .get, prefix + key,
                parameters: [("uploadId", upload), ("part-number-marker", String(marker))], accepting: [404])
            guard response.isSuccess else { return nil }
            // The name of the root differs between servers.
            let root = try client.document("ListPartsResult", or: "ListPartsResponse", in: response)
            var last = marker
            for part in root.all("Part") {
                guard let number = part["PartNumber"].flatMap({ Int($0.text) }),
                    sizes.indices.contains(number - 1),
                    part["Size"]?.text == String(sizes[number - 1]), let tag = part["ETag"]?.text
                else { continue }
                tags[number] = tag
                last = max(last, number)
            }
            guard root["IsTruncated"]?.text == "true", last > marker else { return tags }
            marker = last
        }
    }

    /// Sends a part and returns its tag; nil where the server does not know the upload.
    private func send(_ part: [UInt8], _ number: Int, of upload: String, at key: String) async throws
        -> String?
    {
        let response = try await client.send(
            .put, prefix + key, parameters: [("partNumber", String(number)), ("uploadId", upload)],
            body: part,
            accepting: [404])
        return response.isSuccess ? response.headers["ETag"] : nil
    }

    /// Makes an object of the parts; nil where the server no longer knows the upload, or wants it started again.
    private func complete(
        _ upload: String, _ parts: [(number: Int, tag: String)], at key: String, writeID: String,
        ifAbsent: Bool
    ) async throws -> ObjectTag? {
        let list = parts.map { part in
            let tag = part.tag.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                .replacing("\"", with: "&quot;")
            return "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(tag)</ETag></Part>"
        }.joined()
        let body = Array("<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>".utf8)
        for attempt in 1...4 {
            let response: HTTPResponse?
            do {
                response = try await client.send(
                    .post, prefix + key, parameters: [("uploadId", upload)],
                    headers: ifAbsent ? ["If-None-Match": "*"] : [:], body: body,
                    accepting: ifAbsent ? [304, 400, 404, 409, 412] : [400, 404])
            } catch let error as StoreError where error.code == .unavailable {
                guard let found = try? await standing(at: key), found.writeID == writeID else { throw error }
                return found.info.tag
            }
            // The server may answer 200 first and find out later that it fails.
            if let response, response.isSuccess,
                let root = try? client.document("CompleteMultipartUploadResult", in: response)
            {
                return try await root["ETag"].flatMap { S3ObjectStore.tag($0.text) }.orElse {
                    try await head(key)?.tag
                }
            }
            if let found = try await standing(at: key), found.writeID == writeID { return found.info.tag }
            if let response, [304, 412].contains(response.status) {
                throw StoreError(.alreadyExists, "the key is taken", key: key, location: location)
            }
            if let response, !response.isSuccess { return nil }
            try await Task.sleep(for: .milliseconds(100 << attempt))
        }
        throw StoreError(
            .unavailable, "the server does not complete the upload", key: key, location: location)
    }
}

extension Optional where Wrapped: Sendable {
    /// This value, or where there is none the one that is fetched.
    fileprivate func orElse(_ fetch: () async throws -> Wrapped?) async throws -> Wrapped? {
        if let self { self } else { try await fetch() }
    }
}
