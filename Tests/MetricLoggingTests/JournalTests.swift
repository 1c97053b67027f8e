// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import MetricLogging

@Suite struct JournalTests {
    /// A journal of several kinds of records, and where each of its frames ends.
    private func journal(frames: Int, seed: UInt64) throws -> (
        bytes: [UInt8], ends: [Int], records: [JournalRecord]
    ) {
        var generator = SeededGenerator(seed: seed)
        var writer = ByteWriter()
        var ends: [Int] = []
        var records: [JournalRecord] = []
        let opening = JournalOpening(writer: "w", host: "h", process: 1, time: 5, supersedes: ["a"])
        for number in 0..<frames {
            let record: JournalRecord =
                switch number {
                case 0: .opened(opening)
                case 1: .parameters(["a": "b", "ü": ""])
                case 2: .lineage(Array("{}".utf8))
                case 3:
                    .histogram(
                        HistogramPoint(
                            name: "h", step: -1, microseconds: 2,
                            buckets: [.init(lower: -1, upper: 2, count: 3)], nonFinite: 4))
                default:
                    .points(
                        MetricPoints(
                            name: "m\(number % 3)", attempt: number % 2,
                            points: (0..<Int.random(in: 0..<20, using: &generator)).map { _ in
                                MetricPoint(
                                    step: Int(truncatingIfNeeded: generator.next()),
                                    microseconds: Int64(truncatingIfNeeded: generator.next()),
                                    value: Double(bitPattern: generator.next() | 1))
                            }))
                }
            try JournalFrame.append(to: &writer, number: number) { try record.write(to: &$0) }
            ends.append(writer.bytes.count)
            records.append(record)
        }
        return (writer.bytes, ends, records)
    }

    /// Equality by bits: a NaN equals itself.
    private func isSame(_ left: [JournalRecord], _ right: [JournalRecord]) throws -> Bool {
        func bytes(_ records: [JournalRecord]) throws -> [UInt8] {
            var writer = ByteWriter()
            for record in records { try record.write(to: &writer) }
            return writer.bytes
        }
        return try bytes(left) == bytes(right)
    }

    @Test func recordsReadBackBitForBit() throws {
        let (bytes, _, records) = try journal(frames: 40, seed: 1)
        let content = JournalContent(bytes)
        #expect(try isSame(content.records, records))
        #expect(content.tornBytes == 0 && content.damagedBytes == 0 && content.missingFrames == 0)
        #expect(content.opening?.supersedes == ["a"])
    }

    @Test func aJournalCutAnywhereKeepsEveryWholeFrame() throws {
        let (bytes, ends, records) = try journal(frames: 12, seed: 2)
        for size in 0...bytes.count {
            let content = JournalContent(Array(bytes.prefix(size)))
            let whole = ends.prefix { $0 <= size }
            guard content.records.count == whole.count else {
                Issue.record("cut at \(size): \(content.records.count) records, not \(whole.count)")
                return
            }
            #expect(content.wholeSize == whole.last ?? 0)
            #expect(content.tornBytes == size - (whole.last ?? 0))
            #expect(content.damagedBytes == 0)
        }
        #expect(try isSame(JournalContent(bytes).records, records))
    }

    @Test func aFlippedBitCostsOneFrameAndIsCounted() throws {
        let (bytes, ends, records) = try journal(frames: 10, seed: 3)
        for offset in stride(from: 0, to: bytes.count, by: 3) {
            var damaged = bytes
            damaged[offset] ^= 1 << UInt8(offset % 8)
            let content = JournalContent(damaged)
            let hit = try #require(ends.firstIndex { offset < $0 })
            var expected = records
            expected.remove(at: hit)
            #expect(try isSame(content.records, expected), "offset \(offset)")
            #expect(content.damagedBytes + content.tornBytes > 0)
            #expect(content.missingFrames == (hit == ends.count - 1 ? 0 : 1))
        }
    }

    @Test func aFrameTakenOutIsMissed() throws {
        let (bytes, ends, _) = try journal(frames: 10, seed: 4)
        let content = JournalContent(Array(bytes[..<ends[4]] + bytes[ends[6]...]))
        #expect(content.records.count == 8)
        #expect(content.missingFrames == 2)
        #expect(content.damagedBytes == 0)
    }

    @Test(arguments: 0..<8) func arbitraryBytesNeverBreakTheReader(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (bytes, _, _) = try journal(frames: 8, seed: seed)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<damaged.count, using: &generator)
                switch generator.next() % 4 {
                case 0: damaged[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: damaged.remove(at: place)
                case 2: damaged.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
                default:
                    damaged.replaceSubrange(
                        place..<min(place + 4, damaged.count), with: [0xff, 0xff, 0xff, 0xff])
                }
                if damaged.isEmpty { damaged = [0] }
            }
            let content = JournalContent(damaged)
            #expect(content.records.count + content.unknownRecords <= 8)
            #expect(content.wholeSize + content.tornBytes == damaged.count)
            // The payload itself is read without the protection of its checksum, too.
            _ = JournalRecord(damaged[...])
            for kind in UInt8(0)...9 { _ = JournalRecord([kind] + damaged) }
        }
    }

    @Test func aTornEndIsCutOffWhenTheRunGoesOn() async throws {
        try await withTemporaryFolder { folder in
            var run: Run? = try Run.start("r", experiment: "e", in: folder.path())
            run?.metric("m").log(1, step: 0)
            try run?.flush()
            let place = try #require(run?.folder)
            run = nil
            let name = try #require(DurableFiles.names(in: place + "/journal").first)
            let path = place + "/journal/" + name
            let whole = try DurableFiles.read(path)
            try Data(whole + [0x4a, 0x52, 0x4e, 0x4c, 9, 9]).write(to: URL(filePath: path))
            #expect(try RunReader(place).losses.tornBytes == 6)
            let resumed = try Run.resume("r", in: folder.path())
            #expect(try DurableFiles.read(path) == whole)
            resumed.metric("m").log(2)
            try resumed.finish()
            let reader = try RunReader(place)
            #expect(reader.losses.isEmpty)
            #expect(reader.points(of: "m").map(\.value) == [1, 2])
        }
    }

    @Test func aNewerFormatIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let run = try Run.start("r", experiment: "e", in: folder.path())
            try run.finish()
            let path = URL(filePath: run.folder + "/run.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            try Data(text.replacing("\"format\":1", with: "\"format\":2").utf8).write(to: path)
            let error = #expect(throws: RunError.self) { try RunReader(run.folder) }
            #expect(error?.code == .unsupportedFormat)
        }
    }

    @Test func aFolderWithoutPermissionIsTold() async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: folder.appending(path: "file"))
            let error = #expect(throws: RunError.self) {
                try Run.start("r", experiment: "e", in: folder.path() + "/file")
            }
            #expect(error?.code == .invalidName)
            #expect(error?.path?.hasSuffix("/file") == true)
        }
    }
}
