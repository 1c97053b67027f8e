// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if os(Linux)

    import Foundation
    import HTTPTransport
    import Testing

    /// What the transport makes of servers under TLS that keep silent, die, or are not who they should be.
    @Suite(.serialized, .enabled(if: SecureServer.isAvailable, "openssl is missing"))
    struct SecureTransportTests {
        /// Answers that end too early.
        static let beginnings = [
            "", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        ]

        private func answering(
            _ text: String, _ body: @escaping @Sendable (SecureServer) async throws -> Void
        ) async throws {
            let server = try SecureServer()
            defer { server.kill() }
            Thread.detachNewThread { try? server.answer(text) }
            try await body(server)
        }

        @Test func aWholeAnswerArrives() async throws {
            try await answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") { server in
                let response = try await URLSessionTransport().send(HTTPRequest(.get, server.url))
                #expect(response.status == 200 && response.body == Array("hello".utf8))
            }
        }

        @Test(arguments: beginnings) func silenceEndsWithTheTime(_ beginning: String) async throws {
            try await answering(beginning) { server in
                let error = await #expect(throws: HTTPError.self) {
                    try await URLSessionTransport().send(
                        HTTPRequest(.get, server.url, timeout: .milliseconds(700)))
                }
                #expect(error?.code == .timedOut && error?.isTransient == true)
                #expect(error?.message.contains("0.7 seconds") == true, "\(String(describing: error))")
            }
        }

        @Test(arguments: beginnings) func cancellationEndsTheExchange(_ beginning: String) async throws {
            try await answering(beginning) { server in
                let task = Task {
                    try await URLSessionTransport().send(HTTPRequest(.get, server.url, timeout: .seconds(60)))
                }
                try await Task.sleep(for: .milliseconds(300))
                let start = ContinuousClock.now
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(ContinuousClock.now - start < .seconds(20))
            }
        }

        @Test(arguments: beginnings) func aServerThatDiesIsALostConnection(_ beginning: String) async throws {
            let server = try SecureServer()
            Thread.detachNewThread {
                try? server.answer(beginning)
                Thread.sleep(forTimeInterval: 0.2)
                server.kill()
            }
            let error = await #expect(throws: HTTPError.self) {
                try await URLSessionTransport().send(HTTPRequest(.get, server.url, timeout: .seconds(60)))
            }
            #expect(error?.code == .connectionLost || error?.code == .malformedResponse)
            #expect(error?.isTransient == true)
        }

        @Test func aHandshakeThatNeverEndsIsNoConnection() async throws {
            // It takes the connection, and says nothing.
            let server = try LoopbackServer { _, _ in [.wait(30)] }
            defer { server.stop() }
            let url = try #require(
                URL(string: server.url.absoluteString.replacingOccurrences(of: "http:", with: "https:")))
            let error = await #expect(throws: HTTPError.self) {
                try await URLSessionTransport().send(HTTPRequest(.get, url, timeout: .milliseconds(700)))
            }
            #expect(error?.code == .cannotConnect)
            let task = Task {
                try await URLSessionTransport().send(HTTPRequest(.get, url, timeout: .seconds(60)))
            }
            try await Task.sleep(for: .milliseconds(300))
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(20))
        }

        @Test func strangersAndOtherHostsAreNotTrusted() async throws {
            let stranger = try SecureServer(SecureServer.certificates[1])
            defer { stranger.kill() }
            let known = try SecureServer()
            defer { known.kill() }
            // The certificate names the address, and not the name.
            let other = try #require(
                URL(string: known.url.absoluteString.replacingOccurrences(of: "127.0.0.1", with: "localhost"))
            )
            for url in [stranger.url, other] {
                let error = await #expect(throws: HTTPError.self) {
                    try await URLSessionTransport().send(HTTPRequest(.put, url, body: [1]))
                }
                #expect(error?.code == .notTrusted, "\(String(describing: error))")
                #expect(error?.message.contains("SSL_CERT_FILE") == true && error?.isTransient == false)
            }
        }
    }

#endif
