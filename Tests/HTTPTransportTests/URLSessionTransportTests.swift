// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTransport
import Testing

/// The transport against a real socket: what it sends, what it takes, and what it makes of answers that are not HTTP.
@Suite struct URLSessionTransportTests {
    private func withServer<Result>(
        sending text: String, _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let server = try LoopbackServer(sending: text)
        defer { server.stop() }
        return try await body(server)
    }

    @Test(arguments: [HTTPMethod.get, .put, .post, .patch, .delete])
    func sendsMethodHeadersAndBody(_ method: HTTPMethod) async throws {
        try await withServer(
            sending: "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-Tag: \"a\"\r\n\r\nhello"
        ) { server in
            let body: [UInt8] = method == .get ? [] : Array("some bytes".utf8)
            let response = try await URLSessionTransport().send(
                HTTPRequest(
                    method, server.url, headers: ["X-One": "1", "content-type": "text/plain"], body: body))
            #expect(response.status == 201)
            #expect(response.headers["x-tag"] == "\"a\"")
            #expect(response.body == Array("hello".utf8))
            let request = try #require(server.requests.first)
            #expect(request.hasPrefix("\(method.rawValue) /path?query=1 HTTP/1.1\r\n"))
            #expect(request.lowercased().contains("\r\nx-one: 1\r\n"))
            #expect(!request.lowercased().contains("expect:"))
            #expect(request.hasSuffix("\r\n\r\n" + String(decoding: body, as: UTF8.self)))
        }
    }

    @Test func headHasNoBody() async throws {
        try await withServer(sending: "HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n") { server in
            let response = try await URLSessionTransport().send(
                HTTPRequest(.head, server.url, maximumResponseSize: 10))
            #expect(response.status == 200)
            #expect(response.headers["Content-Length"] == "900000000")
            #expect(response.body.isEmpty)
        }
    }

    @Test(arguments: [200, 204, 304, 400, 404, 409, 412, 500, 503])
    func returnsEveryStatus(_ status: Int) async throws {
        try await withServer(sending: "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n") { server in
            let response = try await URLSessionTransport().send(HTTPRequest(.get, server.url))
            #expect(response.status == status)
            #expect(response.isSuccess == (status < 300))
        }
    }

    @Test func keepsThePathAsItStands() async throws {
        try await withServer(sending: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") { server in
            let base = server.url.absoluteString.replacingOccurrences(of: "/path?query=1", with: "")
            let url = try #require(
                URL(string: base + "/a%2Bb%3D%40/c.d/%E2%82%AC?list-type=2&uploads&x=a%2Fb"))
            _ = try await URLSessionTransport().send(HTTPRequest(.get, url))
            let line = server.requests.first?.components(separatedBy: "\r\n").first
            #expect(line == "GET /a%2Bb%3D%40/c.d/%E2%82%AC?list-type=2&uploads&x=a%2Fb HTTP/1.1")
        }
    }

    @Test func followsNoRedirect() async throws {
        try await withServer(
            sending: "HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:9/other\r\nContent-Length: 2\r\n\r\nno"
        ) { server in
            let response = try await URLSessionTransport().send(HTTPRequest(.get, server.url))
            #expect(response.status == 307)
            #expect(response.headers["location"] == "http://127.0.0.1:9/other")
            #expect(server.requests.count == 1)
        }
    }

    @Test func keepsNoCookies() async throws {
        try await withServer(
            sending: "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n"
        ) { server in
            let transport = URLSessionTransport()
            _ = try await transport.send(HTTPRequest(.get, server.url))
            _ = try await transport.send(HTTPRequest(.get, server.url))
            #expect(server.requests.count == 2)
            #expect(server.requests.allSatisfy { !$0.lowercased().contains("cookie") })
        }
    }

    @Test(arguments: [
        "", "\r\n", "\r\n\r\n", "HTTP/1.1", "HTTP/1.1 \r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n", "<html></html>", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabc", "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: no name\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 99999999999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: y\r\n", "HTTP/1.1 200 OK\r\nX: y\r\nET", "\u{0}\u{1} no HTTP\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nX: \u{0}\u{1}\u{7f}\u{ff}\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 301 X\r\nLocation: ht tp://%%%/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 X\r\nLocation:\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 407 X\r\nProxy-Authenticate: \r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nabc",
        "HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSet-Cookie: ;;;=\r\nContent-Type: ;charset=\r\nContent-Length: 0\r\n\r\n",
    ])
    func malformedAnswersNeverCrash(_ text: String) async throws {
        try await withServer(sending: text) { server in
            do {
                let response = try await URLSessionTransport().send(
                    HTTPRequest(.get, server.url, timeout: .seconds(5)))
                // Lenient readers take some of these; none may pass a body off as whole that is not.
                #expect(!text.contains("\r\n\r\nshort"))
                #expect(!text.contains("\r\n5\r\nabc"))
                #expect(response.body.count < 100)
            } catch let error as HTTPError {
                #expect(error.code == .malformedResponse || error.code == .connectionLost)
                #expect(!error.message.isEmpty)
                #expect(error.location?.hasPrefix("GET http://127.0.0.1:") == true)
                #expect(error.location?.contains("query") == false)
            }
        }
    }

    @Test func aTruncatedBodyIsAnError() async throws {
        try await withServer(sending: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort") { server in
            let error = await #expect(throws: HTTPError.self) {
                try await URLSessionTransport().send(HTTPRequest(.get, server.url))
            }
            #expect(error?.isTransient == true)
        }
    }

    @Test(arguments: [true, false])
    func refusesBodiesOverTheLimit(isDeclared: Bool) async throws {
        let body = String(repeating: "x", count: 100_000)
        let head = isDeclared ? "Content-Length: 100000" : "Connection: close"
        try await withServer(sending: "HTTP/1.1 200 OK\r\n\(head)\r\n\r\n\(body)") { server in
            let error = await #expect(throws: HTTPError.self) {
                try await URLSessionTransport().send(
                    HTTPRequest(.get, server.url, maximumResponseSize: 99_999))
            }
            #expect(error?.code == .responseTooLarge)
            let whole = try await URLSessionTransport().send(
                HTTPRequest(.get, server.url, maximumResponseSize: 100_000))
            #expect(whole.body.count == 100_000)
        }
    }

    @Test func keepsTheDeadlineEvenWhileBytesTrickle() async throws {
        let server = try LoopbackServer { _, _ in
            [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".utf8))]
                + (0..<400).flatMap { _ in [LoopbackServer.Step.send([65]), .wait(0.05)] }
        }
        defer { server.stop() }
        let start = ContinuousClock.now
        let error = await #expect(throws: HTTPError.self) {
            try await URLSessionTransport().send(
                HTTPRequest(.get, server.url, timeout: .milliseconds(300)))
        }
        #expect(error?.code == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(15))
    }

    @Test func cancellationEndsTheExchange() async throws {
        let server = try LoopbackServer { _, _ in [.wait(30)] }
        defer { server.stop() }
        let url = server.url
        let task = Task { try await URLSessionTransport().send(HTTPRequest(.get, url)) }
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(15))
    }

    @Test func saysWhatCannotBeReached() async throws {
        let server = try LoopbackServer(sending: "")
        server.stop()
        let error = await #expect(throws: HTTPError.self) {
            try await URLSessionTransport().send(HTTPRequest(.put, server.url, body: [1]))
        }
        #expect(error?.code == .cannotConnect)
    }

    /// The server says nothing of closing and closes behind every answer.
    @Test func aKeptConnectionThatWasClosedIsReplaced() async throws {
        try await withServer(sending: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") { server in
            let transport = URLSessionTransport()
            for _ in 0..<200 {
                for method in [HTTPMethod.put, .post] {
                    let response = try await transport.send(HTTPRequest(method, server.url, body: [1]))
                    #expect(response.status == 200)
                }
            }
            #expect(server.requests.count >= 400)
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://host/x", "relative", "http:///nohost"])
    func refusesOtherURLs(_ text: String) async throws {
        let url = try #require(URL(string: text))
        let error = await #expect(throws: HTTPError.self) {
            try await URLSessionTransport().send(HTTPRequest(.get, url))
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test(arguments: ["a\r\nX-Other: 1", "a\nb", "a\u{0}b"])
    func refusesHeadersThatWouldSmuggle(_ value: String) async throws {
        let url = try #require(URL(string: "http://127.0.0.1:9/"))
        let error = await #expect(throws: HTTPError.self) {
            try await URLSessionTransport().send(HTTPRequest(.get, url, headers: ["X": value]))
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test func largeBodiesPassBothWays() async throws {
        let content = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 % 95 + 32) }
        let server = try LoopbackServer { request, _ in
            let body = "\(request.utf8.count)"
            return [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))]
        }
        defer { server.stop() }
        let response = try await URLSessionTransport().send(
            HTTPRequest(.put, server.url, body: content))
        #expect((Int(String(decoding: response.body, as: UTF8.self)) ?? 0) > 4 << 20)
    }

    @Test func aTransportLeavesNoThreadsBehind() async throws {
        let server = try LoopbackServer(sending: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        for _ in 0..<5 { _ = try await URLSessionTransport().send(HTTPRequest(.get, server.url)) }
        let before = threadCount()
        for _ in 0..<40 { _ = try await URLSessionTransport().send(HTTPRequest(.get, server.url)) }
        try await Task.sleep(for: .milliseconds(300))
        #expect(threadCount() < before + 30, "a session that is not invalidated keeps its threads")
    }

    private func threadCount() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
    }
}
