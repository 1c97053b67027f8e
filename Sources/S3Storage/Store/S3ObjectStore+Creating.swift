// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import HTTPTransport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Creations in parts: the condition stands at the end of the upload, where not every server heeds it.
extension S3ObjectStore {
    /// Whether a content is created in parts: it is large, and the server is known to refuse at the end of them.
    func createsInParts(_ content: [UInt8]) async throws -> Bool {
        guard options.verifiesConditions, content.count > options.largestSinglePut else { return false }
        if let known = knowledge[\.heedsIfNoneMatchInParts] { return known }
        let heeds = try await probeConditionalCompletion()
        knowledge[\.heedsIfNoneMatchInParts] = heeds
        return heeds
    }

    /// Writes a content in parts unless the key is taken, on a server that heeds the condition at the end of an upload.
    ///
    /// It does not go on where an earlier attempt broke off: two tasks that create the same content must not both find that they won.
    ///
    /// - Throws: `StoreError` with the code `alreadyExists` where the key is taken.
    func createInParts(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        let taken = StoreError(.alreadyExists, "the key is taken", key: key, location: location)
        // What is refused in the end need not be sent.
        guard try await head(key) == nil else { throw taken }
        let digest = Digest(of: content)
        for _ in 0..<3 {
            let writeID = UUID().uuidString
            let upload = try await begin(at: key, digest, writeID: writeID)
            do {
                if let tag = try await finish(
                    upload, content, partRanges(of: content.count), [:], at: key, writeID: writeID,
                    ifAbsent: true)
                {
                    return tag
                }
            } catch {
                await abandon(upload, at: key)
                throw error
            }
            // Two writers met and neither may have won, or the server has given the upload up: it must be started again.
            await abandon(upload, at: key)
            guard try await head(key) == nil else { throw taken }
        }
        throw StoreError(
            .unavailable, "the server gives uploads in parts up again and again", key: key, location: location
        )
    }

    /// Finds out whether the server heeds a condition at the end of an upload, by one that it has to refuse.
    func probeConditionalCompletion() async throws -> Bool {
        // A collection of garbage takes it for a record that names nothing.
        let key = "probe-\(UUID().uuidString.lowercased()).json"
        let content = Array("{}".utf8)
        try await put(content, at: key)
        let result: Result<Bool, any Error>
        do {
            let upload = try await begin(at: key, Digest(of: content), writeID: UUID().uuidString)
            let heeds: Bool
            do {
                _ = try await finish(
                    upload, content, [0..<content.count], [:], at: key, writeID: "", ifAbsent: true)
                heeds = false
            } catch let error as StoreError where error.code == .alreadyExists {
                heeds = true
            } catch {
                await abandon(upload, at: key)
                throw error
            }
            await abandon(upload, at: key)
            result = .success(heeds)
        } catch let error as StoreError where error.code == .unsupported {
            result = .success(false)
        } catch {
            result = .failure(error)
        }
        try await delete(key)
        return try result.get()
    }

    /// Removes an upload and its parts; what cannot be removed now is found by a collection of garbage.
    private func abandon(_ upload: String, at key: String) async {
        _ = try? await client.send(
            .delete, prefix + key, parameters: [("uploadId", upload)], accepting: [404])
    }
}
