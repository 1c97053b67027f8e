// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import ContentHashing
import HTTPTransport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension S3ObjectStore {
    /// Writes an object, replacing what stands at the key; a large one in parts.
    ///
    /// - Throws: `StoreError`. After a failure, the next put of the same content through this store sends only the parts
    ///   that are missing.
    @discardableResult
    public func put(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try ObjectKey.check(key)
        return content.count > options.largestSinglePut
            ? try await putInParts(content, at: key) : try await write(content, at: key, if: .always)
    }

    /// Writes an object unless the key is taken: a single PUT with `If-None-Match: *`.
    ///
    /// A content larger than ``S3ObjectStore/Options/largestSinglePut`` goes in parts where the server is found to heed the
    /// condition at their end too; elsewhere it is a single PUT whatever its size.
    ///
    /// - Throws: `StoreError` with the code `alreadyExists` where the key is taken, `unsupported` where the server
    ///   ignores the condition, `unavailable` where it remains unknown whether the object was written,
    ///   `invalidArgument` where the content is larger than ``S3ObjectStore/Options/largestCreation`` and does not go in parts.
    @discardableResult
    public func create(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try ObjectKey.check(key)
        if try await createsInParts(content) { return try await createInParts(content, at: key) }
        guard content.count <= options.largestCreation else {
            throw StoreError(
                .invalidArgument,
                "a creation is one request on this server, which holds \(options.largestCreation) bytes at most; keep the "
                    + "content in a ChunkStore, or put it where no other writer comes in between", key: key,
                location: location)
        }
        if knowledge[\.heedsIfNoneMatch] == false { throw ignored("If-None-Match", key) }
        let writeID = UUID().uuidString
        let tag = try await write(content, at: key, if: .absent, writeID: writeID)
        if options.verifiesConditions, knowledge[\.heedsIfNoneMatch] == nil {
            try await verifyThatItRefuses(content, at: key, writeID: writeID)
        }
        return tag
    }

    /// Replaces an object that has not changed since its tag was read: a PUT with `If-Match`.
    ///
    /// - Throws: `StoreError` with the code `changed` where another tag stands at the key or none, `unsupported` where
    ///   the server ignores the condition.
    @discardableResult
    public func replace(
        _ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag
    ) async throws -> ObjectTag {
        try ObjectKey.check(key)
        guard !tag.text.utf8.contains(where: { $0 < 0x21 || $0 == 0x22 || $0 > 0x7e }) else {
            throw StoreError(.changed, "the tag is none of this store", key: key, location: location)
        }
        if options.verifiesConditions, knowledge[\.heedsIfMatch] == nil { try await probeIfMatch() }
        if knowledge[\.heedsIfMatch] == false { throw ignored("If-Match", key) }
        do {
            return try await write(content, at: key, if: .unchanged(tag))
        } catch let error as StoreError where error.code == .changed && !knowledge[\.wantsBareTags] {
            // Ceph's gateway compares the header with the tag as it keeps it, which is without quotes.
            guard try await head(key)?.tag == tag else { throw error }
            knowledge[\.wantsBareTags] = true
            if options.verifiesConditions { try await probeIfMatch() }
            if knowledge[\.heedsIfMatch] == false { throw ignored("If-Match", key) }
            return try await write(content, at: key, if: .unchanged(tag))
        }
    }

    /// Removes an object; a key at which nothing stands is no error.
    ///
    /// - Throws: `StoreError`
    public func delete(_ key: String) async throws {
        try ObjectKey.check(key)
        do {
            _ = try await client.send(.delete, prefix + key)
        } catch let error as StoreError where error.code == .notFound {
            return
        }
    }

    private enum Condition {
        case always
        case absent
        case unchanged(ObjectTag)
    }

    private func write(
        _ content: [UInt8], at key: String, if condition: Condition, writeID: String = UUID().uuidString
    ) async throws -> ObjectTag {
        var headers: HTTPHeaders = [Metadata.writeID: writeID]
        let hash = Digest(of: content)
        headers[Metadata.digest] = hash.hexadecimal
        switch condition {
        case .always: break
        case .absent: headers["If-None-Match"] = "*"
        case .unchanged(let tag):
            headers["If-Match"] = knowledge[\.wantsBareTags] ? tag.text : "\"\(tag.text)\""
        }
        for attempt in 1...8 {
            let response: HTTPResponse
            do {
                response = try await client.send(
                    .put, prefix + key, headers: headers, body: content, hash: hash,
                    accepting: [304, 404, 409, 412])
            } catch let error as StoreError where error.code == .unavailable {
                // No answer: the object may have been written all the same.
                if let found = try? await standing(at: key), found.writeID == writeID,
                    let tag = found.info.tag
                {
                    return tag
                }
                throw error
            }
            if response.isSuccess {
                knowledge[\.exists] = true
                if let tag = S3ObjectStore.tag(of: response) { return tag }
            }
            if response.status == 404, S3Failure(response).code == "NoSuchBucket" {
                throw S3Failure(response).error(key: key, bucket: client.bucket, location: location)
            }
            let found = try await standing(at: key)
            // What was refused may be the repetition of a request that had succeeded.
            if let found, found.writeID == writeID, let tag = found.info.tag { return tag }
            try settle(condition, key, response, found?.info)
            try await Task.sleep(for: .milliseconds(20 << attempt))
        }
        throw StoreError(
            .unavailable, "the server sees a conflict of writers again and again", key: key,
            location: location)
    }

    /// Throws what a refused write means; returns where the write should be tried again.
    private func settle(
        _ condition: Condition, _ key: String, _ response: HTTPResponse, _ found: ObjectInfo?
    ) throws {
        switch (condition, response.status) {
        // Two writers met; neither may have won (409 ConditionalRequestConflict, OperationAborted).
        case (.absent, 409) where found == nil, (.always, 409): return
        case (.unchanged(let tag), 409) where found?.tag == tag: return
        case (.absent, 304), (.absent, 409), (.absent, 412):
            throw StoreError(.alreadyExists, "the key is taken", key: key, location: location)
        case (.unchanged, 304), (.unchanged, 404), (.unchanged, 409), (.unchanged, 412):
            throw StoreError(.changed, "the object changed since it was read", key: key, location: location)
        default: throw S3Failure(response).error(key: key, bucket: client.bucket, location: location)
        }
    }

    /// Creates the same object once more: a server that heeds the condition refuses.
    private func verifyThatItRefuses(_ content: [UInt8], at key: String, writeID: String) async throws {
        let headers: HTTPHeaders = [
            "If-None-Match": "*", Metadata.writeID: writeID, Metadata.digest: Digest(of: content).hexadecimal,
        ]
        // Twice, because the object may have been deleted in between.
        for _ in 0..<2 {
            let response = try await client.send(
                .put, prefix + key, headers: headers, body: content, accepting: [304, 409, 412])
            guard response.isSuccess else {
                knowledge[\.heedsIfNoneMatch] = true
                return
            }
        }
        knowledge[\.heedsIfNoneMatch] = false
        throw ignored("If-None-Match", key)
    }

    /// Replaces an object that does not exist: a server that heeds the condition refuses.
    private func probeIfMatch() async throws {
        let key = "probe-\(UUID().uuidString.lowercased())"
        let tag = String(repeating: "0", count: 32)
        let response = try await client.send(
            .put, prefix + key, headers: ["If-Match": knowledge[\.wantsBareTags] ? tag : "\"\(tag)\""],
            accepting: [304, 404, 409, 412, 501])
        if response.isSuccess { try await delete(key) }
        knowledge[\.heedsIfMatch] = !response.isSuccess && response.status != 501
    }

    private func ignored(_ header: String, _ key: String) -> StoreError {
        StoreError(
            .unsupported,
            "the server ignores '\(header)', so writers would overwrite each other; use a server that heeds it",
            key: key, location: location)
    }
}
