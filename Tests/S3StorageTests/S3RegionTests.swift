// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import S3Storage

/// A bucket in another region than the one that is signed.
@Suite struct S3RegionTests {
    /// How a server says that the region is wrong.
    enum Refusal: CaseIterable, Sendable {
        case malformed, redirect, header

        func answer(_ region: String, head: Bool) -> HTTPResponse {
            let code = self == .redirect ? "PermanentRedirect" : "AuthorizationHeaderMalformed"
            var response = HTTPResponse(status: self == .redirect ? 301 : 400)
            if self != .malformed || head { response.headers["x-amz-bucket-region"] = region }
            if !head {
                let named = self == .malformed ? "<Region>\(region)</Region>" : ""
                response.body = Array(
                    "<Error><Code>\(code)</Code><Message>said</Message>\(named)</Error>".utf8)
            }
            return response
        }
    }

    private func open(
        _ bucket: FakeBucket, endpoint: String? = "http://fake:9000", region: String = "us-east-1"
    ) throws -> S3ObjectStore {
        try S3ObjectStore(
            bucket: "bucket", endpoint: endpoint.flatMap { URL(string: $0) }, region: region,
            credentials: .fixed(S3Credentials(accessKeyID: "A", secretAccessKey: "S")), addressing: .path,
            http: bucket)
    }

    /// A bucket that takes only requests that are signed for one region.
    private func bucket(in region: String, _ refusal: Refusal = .malformed) -> FakeBucket {
        FakeBucket { request, _ in
            let isRight = request.headers["Authorization"]?.contains("/\(region)/s3/aws4_request") == true
            return isRight ? nil : .answer(refusal.answer(region, head: request.method == .head))
        }
    }

    @Test(arguments: Refusal.allCases)
    func followsTheRegionAndRemembersIt(_ refusal: Refusal) async throws {
        let bucket = bucket(in: "eu-west-3", refusal)
        let store = try open(bucket)
        #expect(try await store.head("none") == nil)
        let first = bucket.requests.count
        try await store.put([1], at: "x")
        #expect(try await store.get("x") == [1])
        #expect(try await store.listAll(prefix: "").map(\.key) == ["x"])
        #expect(bucket.requests.count { $0.headers["Authorization"]?.contains("us-east-1") == true } == 1)
        #expect(bucket.requests.count == first + 3)
    }

    @Test func requestsThatRunAtOnceAllFollow() async throws {
        let bucket = bucket(in: "eu-west-3")
        let store = try open(bucket)
        try await withThrowingTaskGroup { group in
            for number in 0..<16 { group.addTask { _ = try await store.put([1], at: "\(number)") } }
            try await group.waitForAll()
        }
        #expect(bucket.state.withLock { $0.objects.count } == 16)
    }

    @Test func aServerThatSendsOnAndOnIsAnError() async throws {
        let count = Mutex(0)
        let bucket = FakeBucket { request, _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return .answer(Refusal.malformed.answer("region-\(number)", head: request.method == .head))
        }
        let store = try open(bucket)
        for requests in [2, 3] {
            let error = await #expect(throws: StoreError.self) { try await store.put([1], at: "x") }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("set AWS_REGION") == true, "\(String(describing: error))")
            #expect(bucket.requests.count == requests, "followed once in the life of the store")
        }
    }

    @Test(arguments: ["EU", "eu west", "", "../x", String(repeating: "a", count: 65), "eu\n"])
    func whatIsNoNameOfARegionIsNotSigned(_ name: String) async throws {
        let bucket = FakeBucket { _, _ in .answer(Refusal.header.answer(name, head: false)) }
        await #expect(throws: StoreError.self) { try await open(bucket).put([1], at: "x") }
        #expect(bucket.requests.count == 1)
    }

    @Test(arguments: [nil, "https://s3.us-east-1.amazonaws.com"])
    func noHostThatWasNotNamedSeesTheCredentials(_ endpoint: String?) async throws {
        let bucket = FakeBucket { request, _ in
            var answer = Refusal.redirect.answer("eu-west-3", head: request.method == .head)
            answer.headers["Location"] = "https://bucket.s3.eu-west-3.amazonaws.com/x"
            return .answer(answer)
        }
        // The environment of the test may name an endpoint where none is given.
        let store = try open(bucket, endpoint: endpoint ?? "https://s3.amazonaws.com")
        let error = await #expect(throws: StoreError.self) { try await store.put([1], at: "x") }
        #expect(error?.message.contains("'eu-west-3'; set AWS_REGION to that, and the endpoint") == true)
        #expect(bucket.requests.count == 1)
        #expect(bucket.requests.allSatisfy { $0.url.absoluteString.contains("/bucket/x") })
    }
}
