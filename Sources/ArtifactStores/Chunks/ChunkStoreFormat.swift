// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// What `chunks/format.json` says: how the chunks of this store are cut and packed.
struct ChunkStoreFormat: Codable, Hashable, Sendable {
    struct Chunking: Codable, Hashable, Sendable {
        var minimum, average, maximum, normalization: Int
        var table: String
        /// The formats of files in which it also cuts where the format says; nil for none.
        var boundaries: [String]?
    }

    /// What every version says of itself.
    private struct Heading: Codable {
        var format: String
        var version: Int
    }

    static let name = "swift-mlops chunk store"
    static let version = 1

    var format = ChunkStoreFormat.name
    var version = ChunkStoreFormat.version
    var chunking: Chunking
    /// How large a pack becomes before the next is begun, in bytes.
    var packSize: Int

    init(_ chunking: ContentDefinedChunking, boundaries: [ContentBoundaries], packSize: Int) {
        self.chunking = Chunking(
            minimum: chunking.minimum, average: chunking.average, maximum: chunking.maximum,
            normalization: chunking.normalization, table: chunking.table,
            boundaries: boundaries.isEmpty ? nil : boundaries.map(\.rawValue))
        self.packSize = packSize
    }

    private static func check(_ format: String, _ version: Int, _ location: String) throws(StoreError) {
        guard format == ChunkStoreFormat.name, version == ChunkStoreFormat.version else {
            throw StoreError(
                .unsupportedFormat,
                "the store has format '\(format)' version \(version), and this program knows version "
                    + "\(ChunkStoreFormat.version); use a newer one",
                key: ChunkKeys.format, location: location)
        }
    }

    /// Checks what was read from a store.
    func check(_ location: String) throws(StoreError) -> ContentDefinedChunking {
        try ChunkStoreFormat.check(format, version, location)
        guard (1 << 10...1 << 30).contains(packSize), chunking.maximum <= 1 << 26,
            let chunking = ContentDefinedChunking(
                minimum: chunking.minimum, average: chunking.average, maximum: chunking.maximum,
                normalization: chunking.normalization, table: chunking.table)
        else {
            throw StoreError(
                .corrupted, "the parameters of the store make no sense", key: ChunkKeys.format,
                location: location)
        }
        return chunking
    }

    /// The formats in which the store also cuts where the format says; only who writes must know them.
    func boundaries(_ location: String) throws(StoreError) -> [ContentBoundaries] {
        var known: [ContentBoundaries] = []
        for name in chunking.boundaries ?? [] {
            guard let boundary = ContentBoundaries(rawValue: name) else {
                throw StoreError(
                    .unsupportedFormat,
                    "the store cuts files of the format '\(name)', which this program does not know; it can read the store, "
                        + "and a newer one can also write", key: ChunkKeys.format, location: location)
            }
            known.append(boundary)
        }
        return known
    }

    /// The format of a store; nil where it holds no chunks yet.
    static func load(_ store: any ObjectStore) async throws -> ChunkStoreFormat? {
        do {
            let content = try await store.get(ChunkKeys.format)
            do {
                return try CanonicalJSON.decode(ChunkStoreFormat.self, from: content)
            } catch {
                // A later version may have other members, but these two.
                if let found = try? CanonicalJSON.decode(Heading.self, from: content) {
                    try check(found.format, found.version, store.location)
                }
                throw StoreError(
                    .corrupted,
                    "the store's description cannot be read; bring it back from another store "
                        + "with the same parameters", key: ChunkKeys.format, location: store.location,
                    cause: error)
            }
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }
}
