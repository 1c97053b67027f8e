// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import RunLineage
import Testing

extension LineageRecord {
    /// A record with nothing left out.
    static let whole = LineageRecord(
        code: CodeState(
            commit: String(repeating: "a", count: 40), branch: "main", changes: .clean, packages: [:]),
        data: [
            DataReference(
                name: "flights", version: 12, digest: Digest(of: "12"), schema: Digest(of: "schema"))
        ],
        parameters: ParameterState(digest: Digest(of: "p"), frozen: #"{"rounds":10,"tree":{"rate":0.05}}"#),
        environment: EnvironmentState(
            system: "Debian", kernel: "Linux 6", architecture: "x86_64", swift: "6.3",
            configuration: "release",
            processorFeatures: ["avx2"], variables: ["LANG": "C"], locale: "C", timeZone: "UTC", threads: 2,
            executable: Digest(of: "program")),
        compute: ComputeState(host: "a", processor: "p", processors: 2, memory: 8),
        seeds: ["shuffle": .max],
        stages: [
            StageRecord(
                name: "join", inputs: ["flights": Digest(of: "12")], outputs: ["rows": Digest(of: "rows")]),
            StageRecord(
                name: "train", inputs: ["rows": Digest(of: "rows")], outputs: ["model": Digest(of: "model")]),
        ],
        model: Digest(of: "model"))
}

@Suite struct LineageRecordTests {
    @Test func aRecordReadsBackAndKeepsItsDigest() throws {
        let record = LineageRecord.whole
        let copy = try LineageRecord(canonicalJSON: record.canonicalJSON)
        #expect(copy == record)
        #expect(copy.digest == record.digest)
        #expect(copy.seeds == ["shuffle": .max])
        #expect(record.isComplete)
    }

    @Test func theCanonicalTextIsPinned() {
        let record = LineageRecord(
            code: CodeState(commit: "c", changes: .patch(Digest(of: ""))),
            seeds: ["s": 18_446_744_073_709_551_615])
        #expect(
            String(decoding: record.canonicalJSON, as: UTF8.self)
                == #"{"code":{"changes":"\(Digest(of: ""))","commit":"c"},"format":1,"seeds":{"s":"18446744073709551615"}}"#
                .replacing(#"\(Digest(of: ""))"#, with: Digest(of: "").description))
    }

    @Test func aNewerFormatIsRefused() {
        let error = #expect(throws: LineageError.self) {
            try LineageRecord(canonicalJSON: Array(#"{"format":2}"#.utf8))
        }
        #expect(error?.code == .unsupportedFormat)
        let malformed = #expect(throws: LineageError.self) {
            try LineageRecord(canonicalJSON: Array("{".utf8))
        }
        #expect(malformed?.code == .malformed)
    }

    @Test func anEmptyRecordNamesEveryGap() {
        let gaps = LineageRecord().gaps
        for part in ["code", "data", "parameters", "environment"] {
            #expect(gaps.contains { $0.hasPrefix(part) }, "\(part)")
        }
        var record = LineageRecord.whole
        record.code?.changes = nil
        #expect(record.gaps.count == 1)
        record = .whole
        record.data = []
        #expect(!record.isComplete)
    }
}
