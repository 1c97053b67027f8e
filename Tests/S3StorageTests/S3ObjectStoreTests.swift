// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import HTTPTransport
import MLOpsTesting
import Synchronization
import Testing

@testable import S3Storage

/// Opens the fake bucket; four attempts that do not wait.
func open(
    _ bucket: FakeBucket, prefix: String = "some/prefix",
    _ change: (inout S3ObjectStore.Options) -> Void = { _ in }
) throws -> S3ObjectStore {
    var options = S3ObjectStore.Options()
    options.retries = RetryPolicy(
        attempts: 4, firstWait: .microseconds(1), longestWait: .microseconds(10), seed: 1)
    change(&options)
    return try S3ObjectStore(
        bucket: "bucket", prefix: prefix, endpoint: URL(string: "http://fake:9000"), region: "us-east-1",
        credentials: .fixed(S3Credentials(accessKeyID: "AKID", secretAccessKey: "hidden")), options: options,
        http: bucket)
}

@Suite struct S3ObjectStoreTests {
    static let flaws: [(String, FakeBucket.Flaws)] = [
        ("none", FakeBucket.Flaws()), ("304 instead of 412", FakeBucket.Flaws(answersNotModified: true)),
        ("tags without quotes", FakeBucket.Flaws(wantsBareTags: true)),
        ("no ranges", FakeBucket.Flaws(ignoresRanges: true)),
    ]

    @Test(arguments: flaws)
    func keepsEveryPromiseOnServersThatDiffer(_ name: String, _ flaws: FakeBucket.Flaws) async throws {
        let store = try open(FakeBucket(flaws)) {
            $0.largestSinglePut = 100_000
            $0.partSize = 40_000
        }
        let report = await ObjectStoreConformance(
            of: store, writers: 4, rounds: 2, largeObjectSize: 150_000,
            longListingCount: name == "none" ? 1_050 : 30
        ).run()
        #expect(report.outcomes.allSatisfy { $0.verdict == .passed }, "\(report)")
    }

    @Test func refusesAServerThatIgnoresIfNoneMatch() async throws {
        let store = try open(FakeBucket(.init(ignoresIfNoneMatch: true)))
        for _ in 0..<2 {
            let error = await #expect(throws: StoreError.self) { try await store.create([1], at: "a") }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains("If-None-Match") == true)
        }
        let report = await ObjectStoreConformance(of: store, longListingCount: 10).run([.createIfAbsent])
        #expect(!report.isConforming)
    }

    @Test func lacksReplaceWhereTheServerIgnoresIfMatch() async throws {
        let bucket = FakeBucket(.init(ignoresIfMatch: true))
        let store = try open(bucket)
        let report = await ObjectStoreConformance(of: store).run([.replaceIfUnchanged, .racingReplacements])
        #expect(report.isConforming)
        #expect(
            report.outcomes.allSatisfy { if case .lacking = $0.verdict { true } else { false } }, "\(report)")
        #expect(bucket.state.withLock { $0.objects.isEmpty }, "the probe leaves nothing behind")
    }

    @Test func findsOutOnlyOnceWhatTheServerHeeds() async throws {
        let bucket = FakeBucket()
        let store = try open(bucket)
        for number in 0..<5 { try await store.create([1], at: "\(number)") }
        #expect(bucket.requests.count == 5 + 1, "one creation is repeated")
    }

    @Test func waitsAsLongAsItIsTold() async throws {
        let bucket = FakeBucket()
        let store = try open(bucket) {
            $0.requestTimeout = .seconds(7)
            $0.downloadTimeout = .seconds(30)
        }
        try await store.put([UInt8](repeating: 1, count: 512 << 10), at: "a")
        _ = try await store.get("a")
        let sent = bucket.requests.map { ($0.method, $0.timeout) }
        #expect(
            sent.contains { $0 == (.put, .seconds(7 + 2)) }, "half a MiB takes two seconds at the slowest")
        #expect(sent.contains { $0 == (.get, .seconds(30)) })
    }

    @Test func putsEverythingUnderThePrefix() async throws {
        let bucket = FakeBucket()
        let store = try open(bucket, prefix: "/a/b/")
        #expect(store.location == "s3://bucket/a/b")
        try await store.put([1], at: "x")
        #expect(bucket.state.withLock { Array($0.objects.keys) } == ["a/b/x"])
        #expect(try await open(bucket, prefix: "a/b").get("x") == [1])
        #expect(try await open(bucket, prefix: "a").listAll(prefix: "").map(\.key) == ["b/x"])
        #expect(try await open(bucket, prefix: "").listAll(prefix: "").map(\.key) == ["a/b/x"])
        #expect(try await open(bucket, prefix: "a/").listAll(prefix: "b").map(\.key) == ["b/x"])
    }

    @Test(arguments: ["..", "a/../b", "a b", String(repeating: "a/", count: 61) + "a"])
    func refusesPrefixes(_ prefix: String) {
        #expect(throws: StoreError.self) { try open(FakeBucket(), prefix: prefix) }
    }

    @Test func notesItsWritesInTheMetadata() async throws {
        let bucket = FakeBucket()
        let store = try open(bucket)
        try await store.put([1, 2, 3], at: "x")
        let headers = try #require(bucket.requests.first?.headers)
        #expect(
            headers["x-amz-meta-sha256"] == "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
        )
        #expect(headers["x-amz-meta-write-id"]?.count == 36)
    }

    @Test func findsContentThatIsNotWhatWasWritten() async throws {
        let bucket = FakeBucket { request, _ in request.method == .get ? .flipByte : nil }
        let store = try open(bucket)
        try await store.put([1, 2, 3], at: "x")
        let error = await #expect(throws: StoreError.self) { try await store.get("x") }
        #expect(error?.code == .corrupted)
        let once = FakeBucket { _, number in number == 2 ? .flipByte : nil }
        try await open(once).put([1, 2, 3], at: "x")
        #expect(try await open(once).get("x") == [1, 2, 3], "a fault on the way is mended by a second read")
    }

    @Test(arguments: [
        "bytes 1-2/10", "bytes 0-1/10", "bytes 0-2/2", "bytes */10", "chunks 0-2/10", "bytes 0-2", "",
    ])
    func refusesOtherRangesThanAskedFor(_ served: String) async throws {
        let bucket = FakeBucket { request, _ in
            request.method == .get
                ? .answer(HTTPResponse(status: 206, headers: ["Content-Range": served], body: [1, 2, 3]))
                : nil
        }
        let error = await #expect(throws: StoreError.self) { try await open(bucket).get("x", range: 0..<3) }
        #expect(error?.code == .unavailable)
    }

    @Test func aListingOutOfOrderIsRefused() async throws {
        let store = try open(FakeBucket(.init(listsBackwards: true)))
        try await store.put([1], at: "a")
        try await store.put([1], at: "b")
        let error = await #expect(throws: StoreError.self) { try await store.listAll(prefix: "") }
        #expect(error?.code == .unsupported)
    }

    @Test(arguments: [
        "", "{}", "<html></html>", "<ListBucketResult>", "<ListBucketResult><Contents/></ListBucketResult>",
        "<ListBucketResult><Contents><Key>elsewhere</Key><Size>1</Size><LastModified>2026-11-20T19:37:45Z"
            + "</LastModified></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult/>",
    ])
    func listingsThatAreNoneAreErrors(_ body: String) async throws {
        let bucket = FakeBucket { _, _ in .answer(HTTPResponse(status: 200, body: Array(body.utf8))) }
        let error = await #expect(throws: StoreError.self) { try await open(bucket).listAll(prefix: "") }
        #expect(error?.code == .unavailable)
    }

    @Test func batchesSendSeveralAtOnceAndKeepWhatStands() async throws {
        let bucket = FakeBucket()
        let store = try open(bucket)
        try await store.put([0], at: "3")
        let batch = store.makeBatch()
        for number in 0..<50 { try await batch.create([UInt8(number + 1)], at: "\(number)") }
        try await batch.commit()
        #expect(try await store.listAll(prefix: "").count == 50)
        #expect(try await store.get("3") == [0])
        #expect(try await store.get("49") == [50])
    }

    @Test func aBatchReportsWhatFailed() async throws {
        let store = try open(
            FakeBucket { request, _ in request.url.absoluteString.hasSuffix("/7") ? .fail : nil })
        let batch = store.makeBatch()
        await #expect(throws: StoreError.self) {
            for number in 0..<12 { try await batch.create([1], at: "\(number)") }
            try await batch.commit()
        }
    }
}
