// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A place that keeps byte strings under keys: a folder, a bucket, memory.
///
/// Everything durable in this package rests on this protocol, and only on what every store can promise:
///
/// - An object appears whole or not at all, and is durable when the call returns.
/// - ``create(_:at:)`` lets exactly one of any number of racing writers win.
/// - What was written is listed and read by every later call, of any process.
///
/// Keys are relative paths of ordinary names, such as `packs/1f/1f0c.pack`: see ``ObjectKey/check(_:)``.
/// `MLOpsTesting` holds the conformance suite for stores of your own.
public protocol ObjectStore: Sendable {
    /// Where the store is, as people write it: a path or a URL, never a credential.
    var location: String { get }

    /// Writes an object, replacing what stands at the key.
    ///
    /// - Throws: ``StoreError``
    @discardableResult
    func put(_ content: [UInt8], at key: String) async throws -> ObjectTag

    /// Writes an object unless the key is taken.
    ///
    /// - Throws: ``StoreError`` with the code `alreadyExists` where the key is taken. After a lost response, a
    ///   store may report its own success so: content that must know its writer carries a write id.
    @discardableResult
    func create(_ content: [UInt8], at key: String) async throws -> ObjectTag

    /// Replaces an object that has not changed since its tag was read.
    ///
    /// - Throws: ``StoreError`` with the code `changed` where another tag stands at the key or none,
    ///   `unsupported` where the store has no such operation.
    @discardableResult
    func replace(_ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag) async throws -> ObjectTag

    /// Reads an object, or the part of it in a range of byte offsets; a range past the end is cut off there.
    ///
    /// - Throws: ``StoreError`` with the code `notFound` where nothing stands at the key.
    func get(_ key: String, range: Range<Int>?) async throws -> [UInt8]

    /// The size and tag of an object, or nil where nothing stands at the key.
    ///
    /// - Throws: ``StoreError``
    func head(_ key: String) async throws -> ObjectInfo?

    /// One page of the objects whose key starts with the prefix, in the order of the keys' UTF-8 bytes.
    ///
    /// - Parameters:
    ///   - prefix: What every listed key starts with; empty lists all.
    ///   - after: Only keys behind this one, to go on where a page ended.
    ///   - limit: How many at most; a store may return fewer with ``ObjectPage/isLast`` false.
    /// - Throws: ``StoreError``
    func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage

    /// Removes an object; a key at which nothing stands is no error.
    ///
    /// - Throws: ``StoreError``
    func delete(_ key: String) async throws

    /// Starts a batch of objects that become durable together; by default each is written at once.
    func makeBatch() -> any ObjectBatch

    /// Returns once every object that is visible under the prefix would survive a loss of power.
    ///
    /// A store whose objects become visible and durable in one step, as a bucket's do, has nothing to do here, and
    /// that is the default. On a disk, a reader can see the object of a writer whose ``create(_:at:)`` has not
    /// returned yet: whoever builds on what others wrote calls this before publishing.
    ///
    /// - Throws: ``StoreError``
    func settle(_ prefix: String) async throws

    /// The keys of writes that began before a time and never became objects, such as uploads in parts whose writer was
    /// killed; they take space and no listing shows them.
    ///
    /// A store that leaves nothing behind, or clears it away by itself, returns none, and that is the default.
    ///
    /// - Parameters:
    ///   - time: Seconds since 1970, by the store's clock.
    ///   - removing: Whether to remove them too.
    /// - Throws: ``StoreError``
    func unfinishedWrites(startedBefore time: Double, removing: Bool) async throws -> [String]
}

/// What tells one content of an object from the next: opaque, compared only for equality.
public struct ObjectTag: Hashable, Sendable {
    /// The store's own text, such as an ETag.
    public let text: String

    /// Takes the store's own text.
    public init(_ text: String) { self.text = text }
}

/// An object without its content.
public struct ObjectInfo: Hashable, Sendable {
    /// The object's key.
    public let key: String
    /// The size in bytes.
    public let size: Int
    /// Seconds since 1970 when the object was last written, by the store's clock.
    public let modified: Double
    /// What tells this content from the next; nil where a listing does not say.
    public let tag: ObjectTag?

    /// Describes an object.
    public init(key: String, size: Int, modified: Double, tag: ObjectTag?) {
        self.key = key
        self.size = size
        self.modified = modified
        self.tag = tag
    }
}

/// A part of a listing.
public struct ObjectPage: Sendable {
    /// The objects, in the order of their keys.
    public let objects: [ObjectInfo]
    /// Whether nothing follows.
    public let isLast: Bool

    /// Makes a page.
    public init(objects: [ObjectInfo], isLast: Bool) {
        self.objects = objects
        self.isLast = isLast
    }
}

extension ObjectStore {
    /// A batch that writes each object at once.
    public func makeBatch() -> any ObjectBatch { ImmediateBatch(store: self) }

    /// Does nothing.
    public func settle(_ prefix: String) async throws {}

    /// Returns none.
    public func unfinishedWrites(startedBefore time: Double, removing: Bool) async throws -> [String] { [] }

    /// Reads a whole object.
    ///
    /// - Throws: ``StoreError`` with the code `notFound` where nothing stands at the key.
    public func get(_ key: String) async throws -> [UInt8] {
        try await get(key, range: nil)
    }

    /// Reads an object part after part, so that an object of any size takes little memory.
    ///
    /// - Parameters:
    ///   - key: The object's key.
    ///   - partSize: The size of each part but the last, in bytes.
    ///   - body: Takes the parts in their order.
    /// - Throws: ``StoreError``, with the code `changed` where the object is replaced meanwhile.
    public func get(
        _ key: String, partSize: Int, _ body: ([UInt8]) async throws -> Void
    ) async throws {
        guard let info = try await head(key) else {
            throw StoreError(.notFound, "there is no such object", key: key, location: location)
        }
        var start = 0
        while start < info.size {
            let part = try await get(key, range: start..<min(start + partSize, info.size))
            start += part.count
            let tag = start < info.size ? info.tag : try await head(key)?.tag
            guard !part.isEmpty, tag == info.tag else {
                throw StoreError(
                    .changed, "the object was replaced while it was read", key: key, location: location)
            }
            try await body(part)
        }
    }

    /// All objects whose key starts with the prefix, page after page.
    ///
    /// - Throws: ``StoreError``
    public func listAll(prefix: String) async throws -> [ObjectInfo] {
        var objects: [ObjectInfo] = []
        while true {
            let page = try await list(prefix: prefix, after: objects.last?.key, limit: 1_000)
            objects += page.objects
            if page.isLast || page.objects.isEmpty { return objects }
        }
    }
}
