// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes a version as an OCI image layout: a layer for each file, as it is, or one tar layer where the files are many.
struct OCILayoutWriter {
    /// A manifest with more layers would be larger than registries take.
    private static let mostLayers = 4_000

    private struct Layer {
        var mediaType: String
        var digest: Digest
        var size: Int
        var path: String
        var isExecutable: Bool
        var isFolder: Bool
    }

    private let version: ArtifactVersion
    private let manifest: ArtifactManifest
    private let chunks: ChunkStore
    private let staging: ExportStaging
    private let isDurable: Bool

    init(
        _ version: ArtifactVersion, _ manifest: ArtifactManifest, _ chunks: ChunkStore,
        _ staging: ExportStaging,
        isDurable: Bool
    ) {
        self.version = version
        self.manifest = manifest
        self.chunks = chunks
        self.staging = staging
        self.isDurable = isDurable
    }

    func write() async throws {
        let isMany = manifest.files.count + manifest.emptyFolders.count > OCILayoutWriter.mostLayers
        let layers = isMany ? [try await archive()] : try await fileLayers() + folderLayers()
        let config = try await put(CanonicalJSON.encode(config(of: layers)))
        let empty = Array("{}".utf8)
        if layers.isEmpty { _ = try await put(empty) }
        let none = descriptor(ModelPack.empty, Digest(of: empty), empty.count)
        let image = CanonicalJSON.encode(
            .object([
                "schemaVersion": .integer(2), "mediaType": .string(ModelPack.manifest),
                "artifactType": .string(ModelPack.artifact),
                "config": descriptor(ModelPack.config, config.0, config.1),
                "layers": .array(layers.isEmpty ? [none] : try layers.map(describe)),
                "annotations": .object([
                    ModelPack.title: .string(version.name),
                    ModelPack.version: .string(String(version.number)),
                    ModelPack.created: .string(version.created.ISO8601Format()),
                    ModelPack.note: .string(
                        String(decoding: try CanonicalJSON.encode(ExportedNote(version)), as: UTF8.self)),
                ]),
            ]))
        let (digest, size) = try await put(image)
        let index = JSONValue.object([
            "schemaVersion": .integer(2), "mediaType": .string(ModelPack.index),
            "manifests": .array([
                descriptor(
                    ModelPack.manifest, digest, size,
                    [
                        "artifactType": .string(ModelPack.artifact),
                        "annotations": .object([ModelPack.reference: .string(String(version.number))]),
                    ])
            ]),
        ])
        let files = [
            ("index.json", CanonicalJSON.encode(index)),
            ("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
        ]
        try await Blocking.run { [staging, isDurable] in
            for (path, bytes) in files { try staging.write(bytes, to: path, isDurable: isDurable) }
        }
    }

    /// Writes each content once, under its digest.
    private func fileLayers() async throws -> [Layer] {
        var blobs: [Digest: StoredFile] = [:]
        for file in manifest.files {
            blobs[file.content.digest] = StoredFile(
                path: path(of: file.content.digest), content: file.content)
        }
        let sorted = blobs.values.sorted { $0.path < $1.path }
        try await chunks.restore(
            sorted, emptyFolders: sorted.isEmpty ? ["blobs/sha256"] : [], to: staging.folder,
            isDurable: isDurable)
        return manifest.files.map { file in
            let kind = ModelPack.Kind(of: file.path, isExecutable: file.isExecutable)
            return Layer(
                mediaType: kind.mediaType(isArchive: false), digest: file.content.digest,
                size: file.content.size,
                path: file.path, isExecutable: file.isExecutable, isFolder: false)
        }
    }

    /// An archive with nothing but the folder for each empty one.
    private func folderLayers() async throws -> [Layer] {
        var layers: [Layer] = []
        for folder in manifest.emptyFolders {
            let header = TarHeader.encode(folder, isFolder: true)
            let (digest, size) = try await put(header + TarHeader.end(after: header.count))
            layers.append(
                Layer(
                    mediaType: ModelPack.Kind.doc.mediaType(isArchive: true), digest: digest, size: size,
                    path: folder, isExecutable: true, isFolder: true))
        }
        return layers
    }

    /// All files in one archive.
    private func archive() async throws -> Layer {
        let unnamed = "blobs/sha256/unnamed"
        try await chunks.restore([], emptyFolders: ["blobs/sha256"], to: staging.folder)
        let file = try await Blocking.run { [staging] in
            try RestoringFile(staging.folder + "/" + unnamed, isExecutable: false)
        }
        do {
            var archive = TarWriter(to: file)
            try await archive.write(manifest.files, emptyFolders: manifest.emptyFolders, from: chunks)
            let digest = try await Blocking.run { [isDurable] in try file.finish(isDurable: isDurable) }
            let (size, place) = (archive.size, path(of: digest))
            try await Blocking.run { [staging, isDurable] in
                try file.publish(isDurable: false)
                do throws(FileOperationError) {
                    let files = try SystemFiles(root: staging.folder)
                    try files.rename(unnamed, to: place)
                    if isDurable { try files.syncFolder("blobs/sha256") }
                } catch {
                    throw StoreError(error, key: error.path, location: staging.folder)
                }
            }
            return Layer(
                mediaType: ModelPack.Kind.weight.mediaType(isArchive: true), digest: digest, size: size,
                path: ".",
                isExecutable: true, isFolder: true)
        } catch {
            file.abandon()
            throw error
        }
    }

    private func put(_ bytes: [UInt8]) async throws -> (Digest, Int) {
        let digest = Digest(of: bytes)
        let path = path(of: digest)
        try await Blocking.run { [staging, isDurable] in
            try staging.write(bytes, to: path, isDurable: isDurable)
        }
        return (digest, bytes.count)
    }

    private func path(of digest: Digest) -> String { "blobs/sha256/" + digest.hexadecimal }
}

extension OCILayoutWriter {
    private func config(of layers: [Layer]) -> JSONValue {
        let known = ["architecture", "format", "precision", "quantization"].compactMap { name in
            version.metadata[name].map { (name, JSONValue.string($0)) }
        }
        return .object([
            "descriptor": .object([
                "createdAt": .string(version.created.ISO8601Format()), "name": .string(version.name),
                "version": .string(String(version.number)),
            ]),
            "config": .object(Dictionary(uniqueKeysWithValues: known)),
            "modelfs": .object([
                "type": .string("layers"), "diffIds": .array(layers.map { .string($0.digest.description) }),
            ]),
        ])
    }

    private func describe(_ layer: Layer) throws -> JSONValue {
        let attributes = JSONValue.object([
            "name": .string(layer.path), "mode": .integer(layer.isExecutable ? 0o755 : 0o644),
            "uid": .integer(0),
            "gid": .integer(0), "size": .integer(layer.isFolder ? 0 : Int64(layer.size)),
            "mtime": .string("1970-01-01T00:00:00Z"),
            "typeflag": .integer(Int64(UInt8(ascii: layer.isFolder ? "5" : "0"))),
        ])
        return descriptor(
            layer.mediaType, layer.digest, layer.size,
            [
                "annotations": .object([
                    ModelPack.path: .string(layer.path),
                    ModelPack.title: .string(layer.path),
                    ModelPack.attributes: .string(
                        String(decoding: CanonicalJSON.encode(attributes), as: UTF8.self)),
                ])
            ])
    }

    private func descriptor(
        _ mediaType: String, _ digest: Digest, _ size: Int, _ more: [String: JSONValue] = [:]
    ) -> JSONValue {
        .object(
            [
                "mediaType": .string(mediaType), "digest": .string(digest.description),
                "size": .integer(Int64(size)),
            ].merging(more) { $1 })
    }
}
