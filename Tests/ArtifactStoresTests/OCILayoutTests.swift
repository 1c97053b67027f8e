// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

struct OCILayoutTests {
    /// A case: what is done to the layout, and what the message must say.
    struct Bad: Sendable, CustomTestStringConvertible {
        var what: String
        var code: StoreError.Code
        var message: String
        var change: @Sendable (Layout) throws -> Void

        var testDescription: String { what }
    }

    static let bad = [
        Bad(what: "a path outside", code: .invalidKey, message: "leads out") {
            $0.layers[0]["annotations"] = .object(["org.cncf.model.filepath": .string("../evil")])
        },
        Bad(what: "one path twice", code: .invalidKey, message: "twice") { $0.layers.append($0.layers[0]) },
        Bad(what: "no path", code: .unsupportedFormat, message: "does not name its file") {
            $0.layers[0]["annotations"] = nil
        },
        Bad(what: "another digest", code: .corrupted, message: "is not what its name says") {
            try Data("eno".utf8).write(to: $0.blob($0.layers[0]))
        },
        Bad(what: "another size", code: .corrupted, message: "should have 99 bytes and has 3") {
            $0.layers[0]["size"] = .integer(99)
        },
        Bad(what: "a negative size", code: .unsupportedFormat, message: "a size") {
            $0.layers[0]["size"] = .integer(-1)
        },
        Bad(what: "a digest that is a path", code: .unsupportedFormat, message: "sha256:") {
            $0.layers[0]["digest"] = .string("sha256:../../../../etc/passwd")
        },
        Bad(what: "an unknown digest", code: .unsupportedFormat, message: "sha256:") {
            $0.layers[0]["digest"] = .string("md5:00")
        },
        Bad(what: "compressed", code: .unsupportedFormat, message: "is compressed") {
            $0.layers[0]["mediaType"] = .string("application/vnd.cncf.model.weight.v1.tar+gzip")
        },
        Bad(what: "a newer layout", code: .unsupportedFormat, message: "version 1.0.0") {
            try Data(#"{"imageLayoutVersion":"2.0.0"}"#.utf8).write(to: $0.root.appending(path: "oci-layout"))
        },
        Bad(what: "no JSON", code: .corrupted, message: "no JSON") {
            try Data("{".utf8).write(to: $0.root.appending(path: "oci-layout"))
        },
    ]

    @Test(arguments: bad) func whatIsUnsafeOrDamagedIsRefused(_ bad: Bad) async throws {
        try await withTemporaryFolder { folder in
            let layout = try await Layout(in: folder)
            try bad.change(layout)
            try layout.write()
            let store = InMemoryObjectStore()
            let error = await #expect(throws: StoreError.self) {
                try await ArtifactStore(store).publish("m", importing: layout.root.path)
            }
            #expect(error?.code == bad.code)
            #expect(error?.message.contains(bad.message) == true, "\(error?.description ?? "")")
            #expect(try await store.listAll(prefix: "artifacts/").isEmpty)
        }
    }

    @Test func aMissingBlobIsNamed() async throws {
        try await withTemporaryFolder { folder in
            let layout = try await Layout(in: folder)
            try FileManager.default.removeItem(at: layout.blob(layout.layers[0]))
            let error = await #expect(throws: FileReadError.self) {
                try await ArtifactStore(InMemoryObjectStore()).publish("m", importing: layout.root.path)
            }
            #expect(error?.path == layout.blob(layout.layers[0]).path)
        }
    }

    @Test func oneOfSeveralManifestsIsChosenByName() async throws {
        try await withTemporaryFolder { folder in
            let layout = try await Layout(in: folder)
            try layout.write(names: ["one", "two"])
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let error = await #expect(throws: StoreError.self) {
                try await artifacts.publish("m", importing: layout.root.path)
            }
            #expect(error?.message.contains("name one of: one, two") == true)
            var options = ImportOptions()
            options.reference = "two"
            #expect(
                try await artifacts.publish("m", importing: layout.root.path, options: options).fileCount == 2
            )
            options.reference = "three"
            await #expect(throws: StoreError.self) {
                try await artifacts.publish("m", importing: layout.root.path, options: options)
            }
        }
    }

    /// A layout that can be changed.
    final class Layout: @unchecked Sendable {
        let root: URL
        private var manifest: [String: JSONValue]
        var layers: [[String: JSONValue]]

        init(in folder: URL) async throws {
            let source = folder.appending(path: "source")
            try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
            try Data("one".utf8).write(to: source.appending(path: "a"))
            try Data("two".utf8).write(to: source.appending(path: "b"))
            let artifacts = ArtifactStore(InMemoryObjectStore())
            root = folder.appending(path: "layout")
            try await artifacts.export(
                artifacts.publish("m", contentsOf: source.path), to: root.path, as: .oci)
            let index = try JSONValue(parsing: Array(Data(contentsOf: root.appending(path: "index.json"))))
            let digest = index["manifests"]?.array?.first?["digest"]?.string?.dropFirst(7) ?? ""
            let bytes = try Data(contentsOf: root.appending(path: "blobs/sha256/\(digest)"))
            guard case .object(let members) = try JSONValue(parsing: Array(bytes)) else {
                throw CocoaError(.coderInvalidValue)
            }
            manifest = members
            layers =
                members["layers"]?.array?.compactMap {
                    if case .object(let layer) = $0 { layer } else { nil }
                } ?? []
        }

        func blob(_ layer: [String: JSONValue]) -> URL {
            root.appending(path: "blobs/sha256/" + (layer["digest"]?.string?.dropFirst(7) ?? ""))
        }

        /// Writes the manifest anew, and the index that names it.
        func write(names: [String] = ["one"]) throws {
            manifest["layers"] = .array(layers.map { .object($0) })
            let bytes = CanonicalJSON.encode(.object(manifest))
            let digest = Digest(of: bytes)
            try Data(bytes).write(to: root.appending(path: "blobs/sha256/" + digest.hexadecimal))
            let manifests = names.map { name in
                JSONValue.object([
                    "mediaType": .string("application/vnd.oci.image.manifest.v1+json"),
                    "digest": .string(digest.description), "size": .integer(Int64(bytes.count)),
                    "annotations": .object(["org.opencontainers.image.ref.name": .string(name)]),
                ])
            }
            let index = CanonicalJSON.encode(
                .object(["schemaVersion": .integer(2), "manifests": .array(manifests)]))
            try Data(index).write(to: root.appending(path: "index.json"))
        }
    }
}
