// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import S3Storage

/// What the stores promise, on a bucket of which any one request goes wrong in any way.
@Suite struct S3StoreFaultTests {
    static let faults: [(String, FakeBucket.Fault)] = [
        ("fail", .fail), ("lose response", .loseResponse), ("duplicate", .duplicate), ("flip", .flipByte),
        ("delay", .delay), ("late", .late(3)),
        ("503", .answer(FakeBucket.error(503, "SlowDown"))),
        ("503 after the effect", .replaceAnswer(FakeBucket.error(503, "SlowDown"))),
    ]

    private let contents = (0..<2).map { seed in
        (0..<6_000).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 2_654_435_761 >> 11) }
    }

    /// Names two contents, takes the first name away, and collects what is garbage then.
    private func work(_ store: S3ObjectStore) async throws {
        for (index, content) in contents.enumerated() {
            try await ChunkStore(store).write { writer in
                let stored = try await writer.add(content)
                try await writer.commit()
                try await store.create(
                    try CanonicalJSON.encode(["content": stored]), at: "names/\(index).json")
            }
        }
        try await store.delete("names/0.json")
        var policy = CollectionPolicy()
        (policy.age, policy.delay, policy.sparseShare) = (0, 0, 0.1)
        for _ in 0..<2 { _ = try await StoreMaintenance(store).collectGarbage(policy) }
    }

    @Test(arguments: faults)
    func anyRequestMayGoWrong(_ name: String, _ fault: FakeBucket.Fault) async throws {
        var number = 1
        while true {
            let hit = number
            let bucket = FakeBucket { request, number in
                // Contents are hashed; what a listing says has only the transport to vouch for it.
                let url = request.url.absoluteString
                let isContent =
                    request.method == .get && !url.contains("list-type") && !url.contains("uploads")
                return number == hit && (name != "flip" || isContent) ? fault : nil
            }
            try await work(try open(bucket))
            let isDone = bucket.requests.count < hit
            let quiet = FakeBucket()
            quiet.state.withLock { $0.objects = bucket.state.withLock { $0.objects } }
            let store = try open(quiet)
            let report = try await StoreMaintenance(store).check(dataShare: 1)
            #expect(report.isSound && report.contents == 1, "request \(hit): \(report.problems)")
            let record = try JSONValue(parsing: try await store.get("names/1.json"))
            let stored = try #require(record["content"].flatMap { StoredContent(json: $0) })
            #expect(try await ChunkStore(store).read(stored) == contents[1], "request \(hit)")
            if isDone { break }
            number += 1
        }
        #expect(number > 40)
    }
}
