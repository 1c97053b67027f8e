// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import HTTPTransport

/// A clock on which every sleep ends at once and is written down.
private final class RecordingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let state = Mutex<(now: Instant, waits: [Duration])>((Instant(offset: .zero), []))
    var waits: [Duration] { state.withLock { $0.waits } }
    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.waits.append(state.now.duration(to: deadline))
            state.now = deadline
        }
    }
}

@Suite struct RetryingClientTests {
    private let clock = RecordingClock()

    private func client(
        _ script: ScriptedClient, attempts: Int = 6, seed: UInt64 = 7
    ) -> RetryingClient {
        RetryingClient(script, policy: RetryPolicy(attempts: attempts, seed: seed), clock: clock)
    }

    private func get() throws -> HTTPRequest {
        HTTPRequest(.get, try #require(URL(string: "http://host/x")))
    }

    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func sendsAgainAfterTransientStatus(_ status: Int) async throws {
        let script = ScriptedClient([.response(.init(status: status)), .response(.init(status: 200))])
        #expect(try await client(script).send(get()).status == 200)
        #expect(script.requests.count == 2)
        #expect(clock.waits.count == 1)
    }

    @Test(arguments: [200, 301, 304, 400, 403, 404, 409, 412, 501])
    func returnsLastingStatusAtOnce(_ status: Int) async throws {
        let script = ScriptedClient([.response(.init(status: status))])
        #expect(try await client(script).send(get()).status == status)
        #expect(clock.waits.isEmpty)
    }

    @Test(arguments: [HTTPError.Code.cannotConnect, .connectionLost, .timedOut, .malformedResponse])
    func sendsAgainAfterTransientFailure(_ code: HTTPError.Code) async throws {
        let script = ScriptedClient([.failure(HTTPError(code, "x")), .response(.init(status: 200))])
        #expect(try await client(script).send(get()).status == 200)
    }

    @Test(arguments: [HTTPError.Code.invalidRequest, .notTrusted, .responseTooLarge])
    func lastingFailuresEndAtOnce(_ code: HTTPError.Code) async throws {
        let script = ScriptedClient([.failure(HTTPError(code, "x"))])
        await #expect(throws: HTTPError.self) { try await client(script).send(get()) }
        #expect(script.requests.count == 1)
    }

    @Test func whatIsNotIdempotentIsSentAgainOnlyIfItNeverArrived() async throws {
        let post = HTTPRequest(.post, try get().url)
        let lost = ScriptedClient([.failure(HTTPError(.connectionLost, "x")), .response(.init(status: 200))])
        await #expect(throws: HTTPError.self) { try await client(lost).send(post) }
        let busy = ScriptedClient([.response(.init(status: 503)), .response(.init(status: 200))])
        #expect(try await client(busy).send(post).status == 503)
        let refused = ScriptedClient([
            .failure(HTTPError(.cannotConnect, "x")), .response(.init(status: 200)),
        ])
        #expect(try await client(refused).send(post).status == 200)
        var safe = post
        safe.isIdempotent = true
        let again = ScriptedClient([.failure(HTTPError(.connectionLost, "x")), .response(.init(status: 200))])
        #expect(try await client(again).send(safe).status == 200)
    }

    @Test func givesUpWithTheLastOutcome() async throws {
        let busy = ScriptedClient(repeating: .response(.init(status: 503)))
        #expect(try await client(busy, attempts: 4).send(get()).status == 503)
        #expect(busy.requests.count == 4)
        let lost = ScriptedClient(repeating: .failure(HTTPError(.connectionLost, "x")))
        await #expect(throws: HTTPError.self) { try await client(lost, attempts: 3).send(get()) }
        #expect(lost.requests.count == 3)
    }

    @Test func waitsGrowAreSpreadAndRepeatForASeed() async throws {
        let policy = RetryPolicy(firstWait: .milliseconds(100), longestWait: .seconds(1))
        #expect(policy.wait(after: 1, asked: nil, fraction: 0) == .zero)
        #expect(policy.wait(after: 1, asked: nil, fraction: 1) == .milliseconds(100))
        #expect(policy.wait(after: 3, asked: nil, fraction: 1) == .milliseconds(400))
        #expect(policy.wait(after: 1_000, asked: nil, fraction: 1) == .seconds(1))
        #expect(policy.wait(after: 1, asked: .milliseconds(700), fraction: 0.5) == .milliseconds(700))
        #expect(policy.wait(after: 1, asked: .seconds(3_600), fraction: 0.5) == .seconds(1))

        var waits: [[Duration]] = []
        for seed: UInt64 in [1, 1, 2] {
            let clock = RecordingClock()
            let retrying = RetryingClient(
                ScriptedClient(repeating: .response(.init(status: 503))),
                policy: RetryPolicy(attempts: 5, seed: seed), clock: clock)
            _ = try await retrying.send(get())
            waits.append(clock.waits)
        }
        #expect(waits[0] == waits[1])
        #expect(waits[0] != waits[2])
        #expect(Set(waits[0]).count == 4)
    }

    @Test func heedsRetryAfter() async throws {
        let script = ScriptedClient([
            .response(.init(status: 503, headers: ["Retry-After": "7"])), .response(.init(status: 200)),
        ])
        _ = try await client(script).send(get())
        #expect(clock.waits == [.seconds(7)])
    }

    @Test func preparesEachAttemptAnew() async throws {
        let script = ScriptedClient([.response(.init(status: 500)), .response(.init(status: 200))])
        let count = Mutex(0)
        let retrying = RetryingClient(script, policy: RetryPolicy(seed: 1), clock: clock) { request in
            var request = request
            request.headers["X-Attempt"] = String(
                count.withLock {
                    $0 += 1; return $0
                })
            return request
        }
        _ = try await retrying.send(get())
        #expect(script.requests.map { $0.headers["x-attempt"] } == ["1", "2"])
    }

    @Test func cancellationEndsTheWaits() async throws {
        let script = ScriptedClient(repeating: .response(.init(status: 503)))
        let retrying = RetryingClient(
            script, policy: RetryPolicy(firstWait: .seconds(100), longestWait: .seconds(100), seed: 3))
        let request = try get()
        let task = Task { try await retrying.send(request) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test(
        arguments: [
            ("120", Duration.seconds(120)), ("0", .zero), ("99999999999999999999", .seconds(999_999_999)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)), ("Sun, 06 Nov 1993 08:49:37 GMT", .zero),
            ("", nil), ("soon", nil), ("-5", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 8:4 GMT", nil), ("Sun, 99 Nov 1994 08:49:37 GMT", nil),
        ] as [(String, Duration?)])
    func readsRetryAfter(_ text: String, _ expected: Duration?) {
        #expect(RetryAfter.read(text, now: 784_111_740) == expected)
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Fri, 31 Dec 1999 23:59:59 GMT", 946_684_799),
    ])
    func readsDates(_ text: String, _ seconds: Double) {
        #expect(HTTPDate.read(text) == seconds)
    }
}

@Suite struct HTTPHeadersTests {
    @Test func namesKeepTheirCaseAndCompareWithout() {
        var headers: HTTPHeaders = ["Content-Type": "a", "X": "1", "x": "2"]
        #expect(headers["CONTENT-TYPE"] == "a")
        #expect(headers["x"] == "1")
        headers["X"] = "3"
        #expect(headers.fields.map(\.value) == ["a", "3"])
        headers["content-type"] = nil
        #expect(headers.fields.map(\.name) == ["X"])
        #expect(headers["Y"] == nil)
    }

    @Test func findsWhatCannotBeSent() {
        #expect((["A": "b c\td"] as HTTPHeaders).firstUnsound == nil)
        #expect((["A b": "c"] as HTTPHeaders).firstUnsound != nil)
        #expect((["": "c"] as HTTPHeaders).firstUnsound != nil)
        #expect((["A": "c\n"] as HTTPHeaders).firstUnsound != nil)
    }
}
