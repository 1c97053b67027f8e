// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import S3Storage

/// Uploads in parts: what is sent, what is sent again, and what the server may do in between.
@Suite struct S3PartsTests {
    private let content = (0..<120_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 7) }

    private func open(_ bucket: FakeBucket) throws -> S3ObjectStore {
        try S3StorageTests.open(bucket) {
            $0.largestSinglePut = 60_000
            $0.partSize = 50_000
        }
    }

    private func parts(_ bucket: FakeBucket) -> Int {
        bucket.requests.count { $0.url.absoluteString.contains("partNumber=") }
    }

    @Test func largeContentsGoInParts() async throws {
        let bucket = FakeBucket()
        let store = try open(bucket)
        let tag = try await store.put(content, at: "x")
        #expect(parts(bucket) == 3)
        #expect(try await store.get("x") == content)
        #expect(try await store.head("x")?.tag == tag)
        #expect(bucket.state.withLock { $0.uploads.isEmpty })
    }

    @Test func goesOnWhereItBrokeOff() async throws {
        let isDown = Switch(true)
        let bucket = FakeBucket { request, _ in
            request.url.absoluteString.contains("partNumber=2&") && isDown.isOn ? .fail : nil
        }
        let store = try open(bucket)
        await #expect(throws: StoreError.self) { try await store.put(content, at: "x") }
        #expect(try await store.head("x") == nil, "nothing is visible before the last part")
        let before = bucket.requests.count
        isDown.isOn = false
        try await store.put(content, at: "x")
        #expect(try await store.get("x") == content)
        let later = bucket.requests.dropFirst(before).count { $0.url.absoluteString.contains("partNumber=") }
        #expect((1...2).contains(later), "only what was missing is sent")
    }

    @Test func anotherContentStartsAnew() async throws {
        let isDown = Switch(true)
        let bucket = FakeBucket { request, _ in
            request.url.absoluteString.contains("partNumber=3&") && isDown.isOn ? .fail : nil
        }
        let store = try open(bucket)
        await #expect(throws: StoreError.self) { try await store.put(content, at: "x") }
        isDown.isOn = false
        let other = content.map { $0 ^ 1 }
        try await store.put(other, at: "x")
        #expect(try await store.get("x") == other)
    }

    @Test func startsAnewWhereTheServerGaveUp() async throws {
        let isDown = Switch(true)
        let bucket = FakeBucket { request, _ in
            request.url.absoluteString.contains("partNumber=2&") && isDown.isOn ? .fail : nil
        }
        let store = try open(bucket)
        await #expect(throws: StoreError.self) { try await store.put(content, at: "x") }
        bucket.state.withLock { $0.uploads = [:] }
        isDown.isOn = false
        try await store.put(content, at: "x")
        #expect(try await store.get("x") == content)
    }

    @Test func anErrorInsideASuccessIsSeen() async throws {
        let bucket = FakeBucket(.init(completesWithErrors: 2))
        let store = try open(bucket)
        try await store.put(content, at: "x")
        #expect(try await store.get("x") == content)
    }

    @Test(arguments: 1...6)
    func survivesALostAnswerAtAnyCall(_ hit: Int) async throws {
        for fault in [FakeBucket.Fault.loseResponse, .fail, .duplicate, .delay, .late(1), .late(4)] {
            let bucket = FakeBucket { _, number in number == hit ? fault : nil }
            let store = try open(bucket)
            try await store.put(content, at: "x")
            #expect(try await store.get("x") == content)
        }
    }

    @Test func removesUploadsThatNeverEnded() async throws {
        let bucket = FakeBucket { request, _ in
            request.url.absoluteString.contains("partNumber=") ? .fail : nil
        }
        let store = try open(bucket)
        await #expect(throws: StoreError.self) { try await store.put(content, at: "x") }
        #expect(try await store.unfinishedWrites(startedBefore: 1_000, removing: true).isEmpty)
        #expect(try await store.unfinishedWrites(startedBefore: .infinity, removing: false) == ["x"])
        let check = try await StoreMaintenance(store).check()
        #expect(check.problems.map(\.kind) == [.unfinishedWrite] && check.isSound)
        try await ChunkStore(store).write { try await $0.commit() }
        var policy = CollectionPolicy()
        // The fake's clock stands still, an hour or so behind the beginning of the upload.
        policy.age = 1
        #expect(try await StoreMaintenance(store).collectGarbage(policy, isDryRun: true).unfinished == ["x"])
        #expect(bucket.state.withLock { $0.uploads.count } == 1)
        #expect(try await StoreMaintenance(store).collectGarbage(policy).unfinished == ["x"])
        #expect(bucket.state.withLock { $0.uploads.isEmpty })
    }
}

/// A switch that tasks share.
private final class Switch: Sendable {
    private let state: Mutex<Bool>
    init(_ isOn: Bool) { state = Mutex(isOn) }
    var isOn: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
