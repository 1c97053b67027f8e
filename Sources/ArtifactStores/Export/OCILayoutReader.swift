// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// Reads an OCI image layout whose manifest holds files: a version that was exported, a model of the CNCF's specification, or what
/// `oras` makes of files.
struct OCILayoutReader: Sendable {
    /// A layer, and the path of its file; a tar layer has its paths inside.
    struct Layer: Sendable {
        var digest: Digest
        var size: Int
        var path: String
        var isArchive: Bool
        var isExecutable: Bool
        /// Where its bytes are.
        var blob: String
    }

    private static let largestDocument = 32 << 20

    let layers: [Layer]
    let note: ExportedNote?
    private let root: String

    /// Reads the layout down to the list of layers; no layer is read yet.
    ///
    /// - Throws: ``StoreError``
    init(_ root: String, reference: String?) throws {
        self.root = root
        let layout = try OCILayoutReader.document(root + "/oci-layout")
        guard layout["imageLayoutVersion"]?.string == "1.0.0" else {
            throw StoreError(
                .unsupportedFormat, "it is no OCI image layout of version 1.0.0, which this program reads",
                key: root + "/oci-layout")
        }
        let index = root + "/index.json"
        let manifests = try OCILayoutReader.document(index)["manifests"]?.array ?? []
        func name(_ manifest: JSONValue) -> String? { manifest["annotations"]?[ModelPack.reference]?.string }
        let names = manifests.compactMap(name).joined(separator: ", ")
        let chosen = manifests.filter { reference == nil || name($0) == reference }
        guard chosen.count == 1, let descriptor = chosen.first else {
            throw StoreError(
                .notFound,
                reference.map { "the layout has no single manifest '\($0)'; it has: \(names)" }
                    ?? "the layout has \(chosen.count) manifests; name one of: \(names)", key: index)
        }
        let (digest, size, blob) = try OCILayoutReader.blob(descriptor, root, in: index)
        let manifest = try OCILayoutReader.document(blob, digest: digest, size: size)
        guard manifest["mediaType"]?.string ?? ModelPack.manifest == ModelPack.manifest,
            let list = manifest["layers"]?.array
        else {
            throw StoreError(
                .unsupportedFormat, "it is no image manifest; an index of several images is not read",
                key: blob)
        }
        layers = try list.compactMap { try OCILayoutReader.layer($0, root, in: blob) }
        note = ExportedNote(manifest["annotations"]?[ModelPack.note]?.string.map { Array($0.utf8) })
    }

    /// Checks that a layer's bytes are those that the manifest names.
    ///
    /// - Parameter readsContent: Whether to hash the bytes; else only the size is looked at.
    func check(_ layer: Layer, readsContent: Bool) throws {
        let size = try FileReader(layer.blob, followsLinks: false).stamp.size
        guard size == layer.size else {
            throw StoreError(
                .corrupted,
                "the blob of '\(layer.path)' should have \(layer.size) bytes and has \(size); bring it here again",
                key: layer.blob)
        }
        if readsContent { try check(Digest(ofFileAt: layer.blob), of: layer) }
    }

    /// Checks the digest of bytes that were read.
    func check(_ digest: Digest, of layer: Layer) throws(StoreError) {
        guard digest == layer.digest else {
            throw StoreError(
                .corrupted,
                "the blob of '\(layer.path)' is not what its name says (it has \(digest)); bring it here again",
                key: layer.blob)
        }
    }

    private static func layer(_ layer: JSONValue, _ root: String, in manifest: String) throws -> Layer? {
        let type = layer["mediaType"]?.string ?? ""
        if type == ModelPack.empty { return nil }
        let (digest, size, blob) = try blob(layer, root, in: manifest)
        guard !type.hasSuffix("gzip"), !type.hasSuffix("zstd") else {
            throw StoreError(
                .unsupportedFormat,
                "the layer \(digest.short) is compressed ('\(type)'); export it with raw or tar layers",
                key: manifest)
        }
        let path =
            layer["annotations"]?[ModelPack.path]?.string ?? layer["annotations"]?[ModelPack.title]?.string
        let isArchive = type.hasSuffix(".tar")
        guard isArchive || path != nil else {
            throw StoreError(
                .unsupportedFormat,
                "the layer \(digest.short) of type '\(type)' does not name its file; only layers with the annotation "
                    + "'\(ModelPack.path)' or '\(ModelPack.title)' are read", key: manifest)
        }
        let attributes = try layer["annotations"]?[ModelPack.attributes]?.string.map {
            try JSONValue(parsing: Array($0.utf8))
        }
        return Layer(
            digest: digest, size: size, path: path ?? ".", isArchive: isArchive,
            isExecutable: (attributes?["mode"]?.integer ?? 0) & 0o100 != 0, blob: blob)
    }

    /// What a descriptor points to.
    private static func blob(
        _ descriptor: JSONValue, _ root: String, in file: String
    ) throws(StoreError) -> (Digest, size: Int, path: String) {
        let text = descriptor["digest"]?.string ?? ""
        guard text.hasPrefix("sha256:"), let digest = Digest(text), digest.description == text,
            let size = descriptor["size"]?.integer, size >= 0
        else {
            throw StoreError(
                .unsupportedFormat,
                "it names a blob by '\(text)'; only 'sha256:' with 64 lower-case digits and a size is read",
                key: file)
        }
        // The path is made of the digest's digits alone: nothing else of what others wrote gets into it.
        return (digest, Int(size), root + "/blobs/sha256/" + digest.hexadecimal)
    }

    /// Reads a JSON document.
    private static func document(_ path: String, digest: Digest? = nil, size: Int? = nil) throws -> JSONValue
    {
        let file = try FileReader(path, followsLinks: false)
        let count = file.stamp.size
        guard count <= largestDocument, size == nil || size == count else {
            throw StoreError(
                .corrupted,
                "it has \(count) bytes, and \(size.map(String.init) ?? "at most \(largestDocument)") are expected",
                key: path)
        }
        let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard digest == nil || Digest(of: bytes) == digest else {
            throw StoreError(.corrupted, "it is not what its name says; bring it here again", key: path)
        }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw StoreError(.corrupted, "it is no JSON", key: path, cause: error)
        }
    }
}
