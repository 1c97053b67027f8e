// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import MLOpsTesting
import Testing

@testable import DatasetVersioning

@Suite("The list of files")
struct ManifestTests {
    @Test("a line is what the encoder would write, whatever the name and however many the parts")
    func lines() async throws {
        let chunks = ChunkStore(InMemoryObjectStore())
        let names = [
            "a/b.bin", "ein \"Zitat\"\\", "tab\tand\nline\u{1}\u{1f}\u{7f}", "größe/日本🙂", "z/e\u{301}",
        ]
        let sizes = [0, 1, 70_000, 400_000, 4_000_000]
        var files: [DatasetFile] = []
        try await chunks.write { writer in
            for (number, (name, size)) in zip(names, sizes).enumerated() {
                let content = try await writer.add(
                    randomBytes(size, seed: UInt64(number)), holdsReferences: number == 1)
                files.append(
                    DatasetFile(
                        path: name, content: content, isExecutable: number.isMultiple(of: 2), table: nil))
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try Manifest.encode(files).split(separator: UInt8(ascii: "\n"))
        for (line, file) in zip(lines.dropFirst(), files) {
            #expect(
                String(decoding: line, as: UTF8.self)
                    == String(decoding: try encoder.encode(file), as: UTF8.self))
            var direct: [UInt8] = []
            file.content.appendJSON(to: &direct)
            #expect(direct == CanonicalJSON.encode(file.content.json))
        }
        files.sort { Manifest.isBefore($0.path, $1.path) }
        #expect(try Manifest.decode(try Manifest.encode(files), of: "d@1") == files)
    }
}
