// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A client that sends failed requests again, after waits that grow.
///
/// Sent again are idempotent requests after a lost connection, a time-out, an answer that is not HTTP, and the
/// statuses 408, 429, 500, 502, 503 and 504; any request at all where no connection came about, because then the
/// server has not seen it. A lost response to a request that had succeeded looks like a failure here: who writes
/// conditionally must recognise its own success.
public struct RetryingClient: HTTPClient {
    private let client: any HTTPClient
    private let policy: RetryPolicy
    private let clock: any Clock<Duration>
    private let random: RandomFractions
    private let prepare: @Sendable (HTTPRequest) async throws -> HTTPRequest
    private let isTransient: @Sendable (HTTPResponse) -> Bool

    /// Wraps a client.
    ///
    /// - Parameters:
    ///   - client: What sends each attempt.
    ///   - policy: How often and how soon.
    ///   - clock: What the waits pass on.
    ///   - prepare: Makes the request of each attempt from the one given, such as by signing it anew.
    ///   - isTransient: Whether a response is one that may go better later; by default its status says.
    public init(
        _ client: any HTTPClient, policy: RetryPolicy = RetryPolicy(),
        clock: any Clock<Duration> = ContinuousClock(),
        prepare: @escaping @Sendable (HTTPRequest) async throws -> HTTPRequest = { $0 },
        isTransient: @escaping @Sendable (HTTPResponse) -> Bool = RetryingClient.isTransientStatus
    ) {
        self.client = client
        self.policy = policy
        self.clock = clock
        self.prepare = prepare
        self.isTransient = isTransient
        random = RandomFractions(seed: policy.seed ?? UInt64.random(in: 0 ... .max))
    }

    /// Sends a request, again where it fails in passing, and returns the first lasting response or the last one.
    ///
    /// - Throws: ``HTTPError`` of the last attempt, `CancellationError`.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var attempt = 1
        while true {
            let asked: Duration?
            do {
                let response = try await client.send(try await prepare(request))
                guard attempt < policy.attempts, request.isIdempotent, isTransient(response) else {
                    return response
                }
                asked = response.headers["Retry-After"].flatMap {
                    RetryAfter.read($0, now: Date().timeIntervalSince1970)
                }
            } catch let error as HTTPError {
                let maySend = request.isIdempotent ? error.isTransient : error.code == .cannotConnect
                guard attempt < policy.attempts, maySend else { throw error }
                asked = nil
            }
            let wait = policy.wait(after: attempt, asked: asked, fraction: random.next())
            try await clock.sleep(for: wait)
            attempt += 1
        }
    }

    /// Whether a response's status says that the same request may go better later.
    @Sendable public static func isTransientStatus(_ response: HTTPResponse) -> Bool {
        [408, 429, 500, 502, 503, 504].contains(response.status)
    }
}

/// Random numbers from 0 to 1 (SplitMix64), the same for the same seed.
private final class RandomFractions: Sendable {
    private let state: Mutex<UInt64>

    init(seed: UInt64) { state = Mutex(seed) }

    func next() -> Double {
        let bits = state.withLock { state in
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
        return Double(bits >> 11) / Double(1 << 53)
    }
}
