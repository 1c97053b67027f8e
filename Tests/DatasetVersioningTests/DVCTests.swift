// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TableReading
import TestSupport
import Testing

@testable import DatasetVersioning

@Suite("DVC")
struct DVCTests {
    @Test(
        "MD5 gives the answers of RFC 1321, and any split of the content the same",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                "d174ab98d277d9f5a5611c2c9f419d9f"
            ),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ])
    func md5(text: String, digest: String) {
        let bytes = Array(text.utf8)
        for split in 0...bytes.count {
            var hasher = MD5()
            hasher.update(Array(bytes[..<split]))
            hasher.update(Array(bytes[split...]))
            #expect(hasher.hexadecimal() == digest)
        }
    }

    @Test("the list of a folder has the bytes that Python writes")
    func list() throws {
        let list = DVCFolderList.encode([
            .init(md5: "37b51d194a7513e45b56f6524f2d51f2", relpath: "sub/bär"),
            .init(md5: "acbd18db4cc2f85cedef654fccc4a4d8", relpath: "foo"),
        ])
        #expect(
            String(decoding: list, as: UTF8.self)
                == #"[{"md5": "acbd18db4cc2f85cedef654fccc4a4d8", "relpath": "foo"}, "#
                + #"{"md5": "37b51d194a7513e45b56f6524f2d51f2", "relpath": "sub/b\u00e4r"}]"#)
        var hasher = MD5()
        hasher.update(list)
        #expect(hasher.hexadecimal() == "0545e863e841337a9c6e4e3deb6afade")
        #expect(try DVCFolderList.decode(list, name: "x").map(\.relpath) == ["foo", "sub/bär"])
    }

    @Test("files read back, and DVC's spellings are read")
    func files() throws {
        for path in ["flights.csv", "run me.sh", "it's", "true", "2013.csv", "ä"] {
            let file = DVCFile(
                md5: "acbd18db4cc2f85cedef654fccc4a4d8.dir", size: 7, fileCount: 2, isExecutable: true,
                path: path)
            #expect(try DVCFile(parsing: file.encoded(), name: "x.dvc") == file)
        }
        let legacy = try DVCFile(
            parsing:
                "md5: 0123\nframe: 1\nouts:\n# a comment\n- path: \"d\\u00e4ta\"\r\n  md5: acbd18db4cc2f85cedef654fccc4a4d8\ndesc: x: y\n",
            name: "x.dvc")
        #expect(legacy.path == "däta" && !legacy.isPlain && !legacy.isFolder)
    }

    @Test(
        "bad files and lists are refused",
        arguments: [
            "", "outs:\n", "outs:\n- path: a\n", "outs:\n- md5: 12\n  path: a\n",
            "outs:\n- md5: acbd18db4cc2f85cedef654fccc4a4d8\n  hash: etag\n  path: a\n",
            "outs:\n- md5: acbd18db4cc2f85cedef654fccc4a4d8\n  path: a\n- md5: acbd18db4cc2f85cedef654fccc4a4d8\n  path: b\n",
            "outs:\n- md5: ../../../../etc/passwd\n  path: a\n",
        ])
    func refused(text: String) {
        #expect(throws: DatasetError.self) { try DVCFile(parsing: text, name: "x.dvc") }
        for list in [
            "{}", #"[{"md5": "acbd18db4cc2f85cedef654fccc4a4d8", "relpath": "../x"}]"#,
            #"[{"md5": "..", "relpath": "x"}]"#,
            #"[{"md5": "acbd18db4cc2f85cedef654fccc4a4d8", "relpath": "x"}, {"md5": "acbd18db4cc2f85cedef654fccc4a4d8", "relpath": "x"}]"#,
        ] {
            #expect(throws: DatasetError.self) { try DVCFolderList.decode(Array(list.utf8), name: "x") }
        }
    }

    @Test("a version goes to a repository and comes back as the same content")
    func roundTrip() async throws {
        try await Workbench.use { bench in
            try bench.write("data/a.tsv", Data("x\ty\n1\t2\n".utf8))
            try bench.write("data/sub/b.bin", Data(randomBytes(3_000_000, seed: 4)))
            let version = try await bench.datasets.snapshot("d", of: bench.path("data")).version
            let file = try await bench.datasets.exportDVC("d", to: bench.path("repository"), path: "things/d")
            #expect(file == bench.path("repository/things/d.dvc"))
            let back = try await bench.datasets.importDVC("back", from: file)
            #expect(back.version.digest == version.digest)
            #expect(back.version.schema == ["x": .integer, "y": .integer])
            await #expect(throws: DatasetError.self) {
                try await bench.datasets.exportDVC("d", to: bench.path("repository"), path: "../elsewhere")
            }
            await #expect(throws: DatasetError.self) {
                try await bench.datasets.importDVC("x", from: bench.path("data/a.tsv"))
            }
        }
    }
}
