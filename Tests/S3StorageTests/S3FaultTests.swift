// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import S3Storage

/// Whatever happens to any one request, a write says truly what became of it.
@Suite struct S3FaultTests {
    static let faults: [(String, FakeBucket.Fault)] = [
        ("fail", .fail), ("lose response", .loseResponse), ("duplicate", .duplicate),
        ("503", .answer(FakeBucket.error(503, "SlowDown"))),
        ("503 after the effect", .replaceAnswer(FakeBucket.error(503, "SlowDown"))),
        ("500 after the effect", .replaceAnswer(FakeBucket.error(500, "InternalError"))),
        ("400 timeout", .answer(FakeBucket.error(400, "RequestTimeout"))),
        ("damaged on the way", .answer(FakeBucket.error(400, "BadDigest"))),
        ("409", .answer(FakeBucket.error(409, "ConditionalRequestConflict"))),
        ("409 after the effect", .replaceAnswer(FakeBucket.error(409, "ConditionalRequestConflict"))),
        ("412 after the effect", .replaceAnswer(FakeBucket.error(412, "PreconditionFailed"))),
    ]

    @Test(arguments: faults, 1...4)
    func aCreationSucceedsWhateverCallIsHit(_ fault: (String, FakeBucket.Fault), _ hit: Int) async throws {
        let bucket = FakeBucket { _, number in number == hit ? fault.1 : nil }
        let store = try open(bucket)
        // Only the writes may meet these answers: a read that is told 409 has nothing to recognise.
        guard hit == 1 || !fault.0.hasPrefix("4") else { return }
        try await store.create([1, 2, 3], at: "x")
        #expect(try await store.get("x") == [1, 2, 3])
        let error = await #expect(throws: StoreError.self) { try await store.create([1, 2, 3], at: "x") }
        #expect(error?.code == .alreadyExists)
    }

    @Test(arguments: faults)
    func aReplacementSucceedsWhateverHitsIt(_ name: String, _ fault: FakeBucket.Fault) async throws {
        let hit = HitOnce { $0.method == .put && $0.body == [2] }
        let store = try open(FakeBucket { request, _ in hit.isHit(request) ? fault : nil })
        let tag = try await store.put([1], at: "x")
        let second = try await store.replace([2], at: "x", ifUnchanged: tag)
        #expect(try await store.get("x") == [2])
        let error = await #expect(throws: StoreError.self) {
            try await store.replace([3], at: "x", ifUnchanged: tag)
        }
        #expect(error?.code == .changed)
        try await store.replace([4], at: "x", ifUnchanged: second)
    }

    @Test func aLostRaceIsNotMistakenForOwnSuccess() async throws {
        let bucket = FakeBucket()
        try await open(bucket).create([1], at: "x")
        // The first answer is lost before it took effect; the retry meets the other's object, same content or not.
        let hit = HitOnce { $0.method == .put }
        let second = FakeBucket { request, _ in hit.isHit(request) ? .fail : nil }
        second.state.withLock { $0.objects = bucket.state.withLock { $0.objects } }
        let error = await #expect(throws: StoreError.self) { try await open(second).create([1], at: "x") }
        #expect(error?.code == .alreadyExists)
    }

    @Test func whatRemainsUnknownIsSaidToBeUnavailable() async throws {
        let bucket = FakeBucket { request, _ in request.method == .put ? .fail : nil }
        let error = await #expect(throws: StoreError.self) { try await open(bucket).create([1], at: "x") }
        #expect(error?.code == .unavailable)
        #expect(bucket.requests.count { $0.method == .put } == 4)
        let lost = FakeBucket { request, _ in request.method == .put ? .loseResponse : nil }
        _ = try await open(lost) { $0.verifiesConditions = false }.create([1], at: "x")
    }

    @Test func learnsTheServersClock() async throws {
        let bucket = FakeBucket { request, _ in
            let date = request.headers["X-Amz-Date"] ?? ""
            guard !date.hasPrefix("20300101T0000") else { return nil }
            var refusal = FakeBucket.error(403, "RequestTimeTooSkewed")
            refusal.headers["Date"] = "Tue, 01 Jan 2030 00:00:00 GMT"
            return .answer(refusal)
        }
        let store = try open(bucket)
        try await store.put([1], at: "x")
        try await store.put([2], at: "y")
        #expect(bucket.requests.count == 3)
    }

    @Test(arguments: [
        ("ExpiredToken", 400, StoreError.Code.permissionDenied, "expired"),
        ("InvalidAccessKeyId", 403, .permissionDenied, "AWS_ACCESS_KEY_ID"),
        ("SignatureDoesNotMatch", 403, .permissionDenied, "AWS_SECRET_ACCESS_KEY"),
        ("RequestTimeTooSkewed", 403, .permissionDenied, "clock"),
        ("AccessDenied", 403, .permissionDenied, "PutObject"),
        ("NoSuchBucket", 404, .invalidArgument, "the bucket 'bucket' does not exist"),
        ("AuthorizationHeaderMalformed", 400, .invalidArgument, "AWS_REGION"),
        ("PermanentRedirect", 301, .invalidArgument, "AWS_REGION"),
        ("QuotaExceeded", 403, .outOfSpace, "full"), ("EntityTooLarge", 400, .invalidArgument, "larger"),
        ("NotImplemented", 501, .unsupported, "lacks"), ("SlowDown", 503, .unavailable, "overloaded"),
        ("InvalidObjectState", 403, .unavailable, "archived"), ("Unheard", 418, .unavailable, "Unheard"),
    ])
    func refusalsSayWhatWouldMendThem(
        _ code: String, _ status: Int, _ expected: StoreError.Code, _ text: String
    ) async throws {
        let bucket = FakeBucket { request, _ in
            .answer(request.method == .head ? HTTPResponse(status: status) : FakeBucket.error(status, code))
        }
        let store = try open(bucket)
        let calls: [(String, () async throws -> Void)] = [
            ("put", { try await store.put([1], at: "x") }),
            ("create", { try await store.create([1], at: "x") }),
            ("get", { _ = try await store.get("x") }),
            ("range", { _ = try await store.get("x", range: 0..<1) }),
            ("list", { _ = try await store.listAll(prefix: "") }),
            ("head", { _ = try await store.head("x") }),
            ("delete", { try await store.delete("x") }),
        ]
        for (name, call) in calls {
            let error = await #expect(throws: StoreError.self, "\(name)") { try await call() }
            // An answer to HEAD has no body, so only what is asked for besides can say more than its status.
            let isKnown = error?.code == expected && error?.message.contains(text) == true
            #expect(
                isKnown || (name == "head" && [418, 501, 503].contains(status)),
                "\(name): \(String(describing: error))")
            #expect(error.map { "\($0)" }?.contains("hidden") == false)
        }
    }

    @Test func namesTheRegionOfTheBucket() async throws {
        var refusal = FakeBucket.error(301, "PermanentRedirect")
        refusal.headers["x-amz-bucket-region"] = "eu-west-3"
        let answer = refusal
        let error = await #expect(throws: StoreError.self) {
            try await open(FakeBucket { _, _ in .answer(answer) }).get("x")
        }
        #expect(error?.message.contains("'eu-west-3'") == true)
    }

    @Test func aMissingBucketIsNeverAMissingObject() async throws {
        let store = try S3ObjectStore(
            bucket: "other-bucket", endpoint: URL(string: "http://fake:9000"), region: "r",
            credentials: .fixed(S3Credentials(accessKeyID: "A", secretAccessKey: "S")), http: FakeBucket())
        for call: () async throws -> Void in [
            { _ = try await store.head("x") }, { _ = try await store.get("x") },
            { _ = try await store.get("x", range: 0..<0) }, { try await store.delete("x") },
            { try await store.create([1], at: "x") },
            { _ = try await store.list(prefix: "", after: nil, limit: 1) },
            { try await store.replace([1], at: "x", ifUnchanged: ObjectTag("a")) },
        ] {
            let error = await #expect(throws: StoreError.self) { try await call() }
            #expect(error?.code == .invalidArgument, "\(String(describing: error))")
        }
    }
}

/// True for the first request that fits.
final class HitOnce: Sendable {
    private let fits: @Sendable (HTTPRequest) -> Bool
    private let state = Flag()

    init(_ fits: @escaping @Sendable (HTTPRequest) -> Bool) { self.fits = fits }

    func isHit(_ request: HTTPRequest) -> Bool { fits(request) && state.raise() }
}

/// Raised once.
private final class Flag: Sendable {
    private let isRaised = Mutex(false)

    func raise() -> Bool {
        isRaised.withLock { isRaised in
            defer { isRaised = true }
            return !isRaised
        }
    }
}
