// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import S3Storage

/// Creations of large contents: in parts where the server heeds the condition at their end, else in one PUT.
@Suite struct S3CreationTests {
    private let content = (0..<120_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 7) }

    private func open(_ bucket: FakeBucket, largest: Int = 5 << 30) throws -> S3ObjectStore {
        try S3StorageTests.open(bucket) {
            ($0.largestSinglePut, $0.partSize, $0.largestCreation) = (60_000, 50_000, largest)
        }
    }

    private func parts(_ bucket: FakeBucket) -> Int {
        bucket.requests.count {
            $0.url.absoluteString.contains("partNumber=") && !$0.url.absoluteString.contains("probe-")
        }
    }

    @Test func goesInPartsWhereTheirEndHeedsTheCondition() async throws {
        let bucket = FakeBucket()
        // Then no request need hold all of it.
        let store = try open(bucket, largest: 100_000)
        let tag = try await store.create(content, at: "x")
        #expect(parts(bucket) == 3)
        #expect(try await store.get("x") == content)
        #expect(try await store.head("x")?.tag == tag)
        let before = bucket.requests.count
        let error = await #expect(throws: StoreError.self) { try await store.create(content, at: "x") }
        #expect(error?.code == .alreadyExists)
        #expect(bucket.requests.count == before + 1, "what is refused in the end is not sent")
        try await store.create(content, at: "y")
        #expect(
            bucket.state.withLock { $0.objects.keys.sorted() } == ["some/prefix/x", "some/prefix/y"],
            "the probe left something")
        #expect(bucket.state.withLock { $0.uploads.isEmpty })
        #expect(bucket.requests.count { $0.url.absoluteString.contains("probe-") } == 7, "one probe suffices")
    }

    @Test func isOnePutWhereTheirEndIgnoresTheCondition() async throws {
        let bucket = FakeBucket(.init(ignoresIfNoneMatchInParts: true))
        let store = try open(bucket)
        try await store.create(content, at: "x")
        #expect(parts(bucket) == 0)
        await #expect(throws: StoreError.self) { try await store.create(content, at: "x") }
        #expect(try await store.get("x") == content)
        #expect(bucket.state.withLock { $0.objects.keys.sorted() } == ["some/prefix/x"])
        let ignorant = FakeBucket(.init(ignoresIfNoneMatch: true, ignoresIfNoneMatchInParts: true))
        let error = await #expect(throws: StoreError.self) {
            try await open(ignorant).create(content, at: "x")
        }
        #expect(error?.code == .unsupported)
    }

    @Test func whatNoRequestHoldsIsRefusedThere() async throws {
        let bucket = FakeBucket(.init(ignoresIfNoneMatchInParts: true))
        let store = try open(bucket, largest: 100_000)
        let error = await #expect(throws: StoreError.self) { try await store.create(content, at: "x") }
        #expect(error?.code == .invalidArgument && error?.message.contains("ChunkStore") == true)
        #expect(bucket.state.withLock { $0.objects.isEmpty && $0.uploads.isEmpty })
    }

    @Test func oneOfManyWins() async throws {
        let bucket = FakeBucket()
        let store = try open(bucket)
        // Also those who create the same content through one store.
        let won = try await withThrowingTaskGroup(of: Bool.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    do {
                        try await store.create(content.map { $0 ^ UInt8(writer & 1) }, at: "x")
                        return true
                    } catch let error as StoreError where error.code == .alreadyExists {
                        return false
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(won == 1)
        #expect(bucket.state.withLock { $0.uploads.isEmpty })
    }

    @Test(arguments: 1...13)
    func survivesALostAnswerAtAnyCall(_ hit: Int) async throws {
        let faults: [FakeBucket.Fault] = [
            .loseResponse, .fail, .duplicate, .delay, .late(1), .late(6),
            .replaceAnswer(FakeBucket.error(503, "SlowDown")),
        ]
        for fault in faults {
            let bucket = FakeBucket { _, number in number == hit ? fault : nil }
            let store = try open(bucket)
            try await store.create(content, at: "x")
            #expect(try await store.get("x") == content)
            #expect(bucket.state.withLock { $0.objects.keys.sorted() } == ["some/prefix/x"])
            #expect(bucket.requests.count >= 14)
        }
    }

    @Test(arguments: [304, 409, 412])
    func anotherWritersObjectIsNotTakenForOwn(_ status: Int) async throws {
        // The other one is faster than the last request; the answer to that one differs between servers.
        let other = FakeBucket.Object(content: [1], metadata: [], tag: "t")
        let place = Mutex<FakeBucket?>(nil)
        let bucket = FakeBucket { request, _ in
            guard request.method == .post, request.url.absoluteString.contains("/x?uploadId=") else {
                return nil
            }
            place.withLock { $0?.state.withLock { $0.objects["some/prefix/x"] = other } }
            return .answer(FakeBucket.error(status, "PreconditionFailed"))
        }
        place.withLock { $0 = bucket }
        let error = await #expect(throws: StoreError.self) { try await open(bucket).create(content, at: "x") }
        #expect(error?.code == .alreadyExists)
        #expect(bucket.state.withLock { $0.objects["some/prefix/x"]?.content } == [1])
        place.withLock { $0 = nil }
    }

    @Test func startsAnewWhereWritersMetAndNoneWon() async throws {
        let hit = HitOnce { $0.method == .post && $0.url.absoluteString.contains("/x?uploadId=") }
        let bucket = FakeBucket { request, _ in
            hit.isHit(request) ? .answer(FakeBucket.error(409, "ConditionalRequestConflict")) : nil
        }
        try await open(bucket).create(content, at: "x")
        #expect(try await open(bucket).get("x") == content)
        #expect(parts(bucket) == 6 && bucket.state.withLock { $0.uploads.isEmpty })
    }
}
