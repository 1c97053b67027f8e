// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
import HTTPTransport

extension S3ObjectStore {
    /// One page of a listing (ListObjectsV2), 1,000 keys at most.
    ///
    /// - Throws: `StoreError`
    public func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage {
        var parameters: [(name: String, value: String?)] = [
            ("list-type", "2"), ("max-keys", String(min(max(limit, 1), 1_000))),
            ("prefix", self.prefix + prefix),
        ]
        if let after { parameters.append(("start-after", self.prefix + after)) }
        let response = try await client.send(.get, nil, parameters: parameters)
        knowledge[\.exists] = true
        let root = try client.document("ListBucketResult", in: response)
        let objects = try root.all("Contents").map { try information($0) }
        for (left, right) in zip([after ?? ""] + objects.map(\.key), objects.map(\.key)) {
            guard left.isEmpty || left.utf8.lexicographicallyPrecedes(right.utf8), right.hasPrefix(prefix)
            else {
                throw StoreError(
                    .unsupported, "the server does not list keys in order; use a bucket of general purpose",
                    key: right, location: location)
            }
        }
        let isLast = root["IsTruncated"]?.text != "true"
        guard isLast || !objects.isEmpty else {
            throw StoreError(
                .unavailable, "the server sent an empty page of a longer listing", location: location)
        }
        return ObjectPage(objects: objects, isLast: isLast)
    }

    private func information(_ element: XMLElement) throws -> ObjectInfo {
        guard let key = element["Key"]?.text, key.hasPrefix(prefix),
            let size = element["Size"].flatMap({ Int($0.text) }), size >= 0,
            let modified = element["LastModified"].flatMap({ AmazonDate.read($0.text) })
        else {
            throw StoreError(
                .unavailable, "the listing lacks a key, a size or a time, or leaves the prefix",
                location: location)
        }
        return ObjectInfo(
            key: String(key.dropFirst(prefix.count)), size: size, modified: modified,
            tag: element["ETag"].flatMap { S3ObjectStore.tag($0.text) })
    }
}
