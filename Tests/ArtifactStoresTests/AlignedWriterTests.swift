// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import TestSupport
import Testing

/// Files that are written past the system's cache, on a device that takes whole blocks only and may do anything else that the
/// calls' description permits.
struct AlignedWriterTests {
    /// A file behind calls of which one may fail.
    private final class Device {
        let block: Int?
        var content: [UInt8] = []
        var isPastCache = false
        var writesPastCache = 0
        var calls = 0
        /// Which call answers what instead: the number of an error, or how many bytes are taken at most.
        var answers: [Int: Int] = [:]
        /// The size behind which the device is full.
        var room = Int.max

        init(block: Int?) { self.block = block }

        var writing: WritingCalls {
            unsafe WritingCalls(
                write: { unsafe self.write($0, at: $1) },
                goPastCache: {
                    guard self.block != nil else { return false }
                    self.isPastCache = $0
                    return true
                })
        }

        private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
            calls += 1
            #expect(bytes.count > 0)
            #expect(offset <= content.count, "a hole")
            var count = min(bytes.count, room - offset)
            if let answer = answers[calls] {
                if answer <= 0 { return answer }
                count = min(count, answer)
            }
            if isPastCache, let block {
                let address = Int(bitPattern: bytes.baseAddress)
                guard [address, offset, bytes.count].allSatisfy({ $0.isMultiple(of: block) }) else {
                    return -22
                }
                writesPastCache += 1
            }
            guard count > 0 else { return -28 }
            unsafe content.replaceSubrange(
                offset..<min(content.count, offset + count), with: bytes.prefix(count))
            return count
        }
    }

    /// Writes the bytes in pieces of many sizes.
    private func write(_ bytes: [UInt8], to device: Device) -> Int32? {
        var generator = SeededGenerator(seed: UInt64(bytes.count))
        return unsafe bytes.withUnsafeBytes { all in
            var pieces: [UnsafeRawBufferPointer] = unsafe []
            var start = 0
            while start < all.count {
                let most = [48, 500, 5_000, 100_000].randomElement(using: &generator) ?? 1
                let end = min(all.count, start + Int.random(in: 1...most, using: &generator))
                unsafe pieces.append(UnsafeRawBufferPointer(rebasing: all[start..<end]))
                start = end
            }
            let memory = UnsafeMutableRawBufferPointer.allocate(
                byteCount: AlignedWriterTests.stretch, alignment: 1 << 14)
            defer { unsafe memory.deallocate() }
            return unsafe AlignedWriter.write(pieces, through: memory, by: device.writing)
        }
    }

    private static let stretch = 1 << 16
    private static let sizes = [
        0, 1, 4_095, 4_096, stretch, stretch + 1, 3 * stretch - 1, 3 * stretch + 4_096, 160_001,
    ]

    @Test(arguments: sizes, [nil, 512, 4_096, 1 << 14])
    func everyByteArrives(size: Int, block: Int?) {
        let bytes = randomBytes(seed: UInt64(size), count: size)
        let device = Device(block: block)
        #expect(write(bytes, to: device) == nil)
        let isSame = device.content == bytes
        #expect(isSame)
        #expect(!device.isPastCache)
        #expect((device.writesPastCache > 0) == (block != nil && size >= block ?? 0 && size >= 4_096))
    }

    /// Short answers, signals and a device that wants larger blocks are no failures; all others are, and are told.
    @Test(arguments: [nil, 4_096], [1, 4_096, 10_001, -4, -22, -28, -5, 0])
    func anyCallMayGoWrong(block: Int?, answer: Int) {
        let bytes = randomBytes(seed: 9, count: 160_001)
        var number = 1
        while true {
            let device = Device(block: block)
            device.answers = [number: answer]
            let failure = write(bytes, to: device)
            guard device.calls >= number else { break }
            // Without the cache's help "invalid" cannot be mended by going through it.
            let isHarmless = answer > 0 || answer == -4 || answer == -22 && number < 4 && block != nil
            #expect(failure == (isHarmless ? nil : answer == 0 ? 5 : Int32(-answer)), "call \(number)")
            if isHarmless {
                let isSame = device.content == bytes
                #expect(isSame, "call \(number)")
            }
            number += 1
        }
        #expect(number > 3)
    }

    @Test(arguments: [0, 1, 4_096, 1 << 16, 100_000, 160_000])
    func aFullDeviceSaysSo(room: Int) {
        let bytes = randomBytes(seed: 9, count: 160_001)
        let device = Device(block: 4_096)
        device.room = room
        #expect(write(bytes, to: device) == 28)
        let isStart = device.content.elementsEqual(bytes.prefix(room))
        #expect(isStart)
    }

    /// The real calls, on whatever the system keeps its temporary files.
    @Test(arguments: [
        SystemFiles.large - 1, SystemFiles.large + 4_097,
    ])
    func theSystemKeepsLargeFiles(size: Int) async throws {
        try await withTemporaryFolder { folder in
            let bytes = randomBytes(seed: UInt64(size), count: size)
            for folder in [folder.path, "/dev/shm"] where FileManager.default.fileExists(atPath: folder) {
                let name = "large-" + UUID().uuidString
                let files = try SystemFiles(root: folder)
                try files.create(name, bytes, isDurable: true)
                defer { try? FileManager.default.removeItem(atPath: folder + "/" + name) }
                let isSame = try files.read(name, range: nil) == bytes
                #expect(isSame)
                #expect(throws: FileOperationError.self) { try files.create(name, bytes, isDurable: false) }
            }
        }
    }
}
