// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A client for tests that answers from a script and writes down what it was asked.
public final class ScriptedClient: HTTPClient {
    /// One answer.
    public enum Answer: Sendable {
        /// A response.
        case response(HTTPResponse)
        /// An exchange that fails.
        case failure(HTTPError)
    }

    private let respond: @Sendable (HTTPRequest, Int) throws -> Answer
    private let log = Mutex<[HTTPRequest]>([])

    /// Every request so far.
    public var requests: [HTTPRequest] { log.withLock { $0 } }

    /// Answers requests one after another; a request behind the last answer fails.
    public convenience init(_ answers: [Answer]) {
        self.init { request, number in
            guard number <= answers.count else {
                throw HTTPError(
                    .invalidRequest, "the script has no answer number \(number)", location: request.location)
            }
            return answers[number - 1]
        }
    }

    /// Answers every request the same.
    public convenience init(repeating answer: Answer) {
        self.init { _, _ in answer }
    }

    /// Answers each request by a rule, given the request and its number, counted from 1.
    public init(_ respond: @escaping @Sendable (HTTPRequest, Int) throws -> Answer) {
        self.respond = respond
    }

    /// Gives the answer of the script.
    ///
    /// - Throws: What the script says.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let number = log.withLock { log in
            log.append(request)
            return log.count
        }
        switch try respond(request, number) {
        case .response(let response): return response
        case .failure(let error): throw error
        }
    }
}
