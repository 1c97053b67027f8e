// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if os(Linux)

    import Dispatch
    import Foundation
    import Synchronization

    /// A client for HTTP/1.1 on the system's sockets, and on libcurl's for TLS.
    ///
    /// On Linux the session of FoundationNetworking ends the whole process when a server closes in the middle of a head, and
    /// never returns when one drops a connection that was kept open. A store must outlive both, so HTTP is spoken here.
    final class SocketTransport: HTTPClient {
        private struct Idle {
            let socket: any Connection
            let since: ContinuousClock.Instant
        }

        /// Connections that a server has kept open longer than this are not used again.
        private static let longestIdle = Duration.seconds(4)
        private let queue = DispatchQueue(label: "swift-mlops.http", attributes: .concurrent)
        private let idle = Mutex<[String: [Idle]]>([:])

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            let deadline = ContinuousClock.now + request.timeout
            let current = Cancellable()
            do {
                return try await withTaskCancellationHandler {
                    try await withCheckedThrowingContinuation { continuation in
                        queue.async {
                            continuation.resume(
                                with: Result { try self.exchange(request, until: deadline, current) })
                        }
                    }
                } onCancel: {
                    current.cancel()
                }
            } catch {
                try Task.checkCancellation()
                throw error
            }
        }

        private func exchange(
            _ request: HTTPRequest, until deadline: ContinuousClock.Instant, _ current: Cancellable
        ) throws(HTTPError) -> HTTPResponse {
            let location = request.location
            guard let host = request.url.host(percentEncoded: false), !host.isEmpty else {
                throw HTTPError(.invalidRequest, "the URL names no host", location: location)
            }
            let place = SocketTransport.place(of: request)
            var hasBegun = false
            do {
                // What must not arrive twice goes over a fresh connection: an old one may have been given up.
                if request.isIdempotent, let kept = takeIdle(place) {
                    hasBegun = true
                    if let response = try converse(request, over: kept, current, until: deadline) {
                        return response
                    }
                }
                let socket = try SocketTransport.open(host, request, current, until: deadline)
                hasBegun = true
                guard let response = try converse(request, over: socket, current, until: deadline) else {
                    throw HTTPError(
                        .connectionLost, "the server closed without an answer", location: location)
                }
                return response
            } catch let error as HTTPError {
                throw error
            } catch let failure as Socket.Failure {
                throw SocketTransport.error(failure, hasBegun: hasBegun, request)
            } catch ResponseReader.Fault.tooLarge {
                throw HTTPError(
                    .responseTooLarge, "the body of the answer exceeds \(request.maximumResponseSize) bytes",
                    location: location)
            } catch ResponseReader.Fault.malformed(let message) {
                throw HTTPError(.malformedResponse, message, location: location)
            } catch {
                throw HTTPError(.connectionLost, "the connection broke", location: location, cause: error)
            }
        }

        private static func open(
            _ host: String, _ request: HTTPRequest, _ current: Cancellable,
            until deadline: ContinuousClock.Instant
        ) throws -> any Connection {
            guard isSecure(request) else {
                return try Socket.open(host: resolved(host), port: port(of: request), until: deadline)
            }
            guard let socket = SecureSocket() else {
                throw HTTPError(.notTrusted, "libcurl.so.4 is missing", location: request.location)
            }
            current.watch(socket)
            defer { current.watch(nil) }
            try socket.open(host: host, port: port(of: request), until: deadline)
            return socket
        }

        private static func isSecure(_ request: HTTPRequest) -> Bool {
            request.url.scheme?.lowercased() == "https"
        }

        private static func impliedPort(of request: HTTPRequest) -> Int { isSecure(request) ? 443 : 80 }

        private static func port(of request: HTTPRequest) -> Int {
            request.url.port ?? impliedPort(of: request)
        }

        /// Names below `localhost` are this machine (RFC 6761, section 6.3), which not every resolver knows.
        private static func resolved(_ host: String) -> String {
            host.lowercased().hasSuffix(".localhost") ? "localhost" : host
        }

        /// Sends a request and reads its answer; nil where the connection ends before the first byte of one.
        private func converse(
            _ request: HTTPRequest, over socket: any Connection, _ current: Cancellable,
            until deadline: ContinuousClock.Instant
        ) throws -> HTTPResponse? {
            current.watch(socket)
            defer { current.watch(nil) }
            var reader = ResponseReader(method: request.method, maximumSize: request.maximumResponseSize)
            do {
                try socket.write(SocketTransport.head(of: request) + request.body, until: deadline)
            } catch {
                // A server that refuses early closes behind its answer, which may have arrived all the same.
                guard case .broken = error else { throw error }
            }
            while true {
                let bytes: [UInt8]
                do {
                    bytes = try socket.read(until: deadline)
                } catch {
                    guard case .broken = error, !reader.hasBegun else { throw error }
                    return nil
                }
                if bytes.isEmpty { return reader.hasBegun ? try reader.close() : nil }
                if let response = try reader.take(bytes) {
                    if reader.keepsConnection { keep(socket, SocketTransport.place(of: request)) }
                    return response
                }
            }
        }

        private static func place(of request: HTTPRequest) -> String {
            (isSecure(request) ? "https " : "")
                + "\(request.url.host(percentEncoded: false) ?? ""):\(port(of: request))"
        }

        private static func head(of request: HTTPRequest) -> [UInt8] {
            let host = request.url.host(percentEncoded: false) ?? ""
            let port = port(of: request)
            let text = request.url.absoluteString
            let behindScheme = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
            var target = behindScheme[
                (behindScheme.firstIndex { "/?#".contains($0) } ?? behindScheme.endIndex)...]
            if let mark = target.firstIndex(of: "#") { target = target[..<mark] }
            let path = target.hasPrefix("/") ? String(target) : "/" + target
            let name = host.contains(":") ? "[\(host)]" : host
            var lines = ["\(request.method.rawValue) \(path) HTTP/1.1"]
            if request.headers["Host"] == nil {
                lines.append("Host: \(name)" + (port == impliedPort(of: request) ? "" : ":\(port)"))
            }
            if request.headers["Accept-Encoding"] == nil { lines.append("Accept-Encoding: identity") }
            if !request.body.isEmpty || [.put, .post, .patch].contains(request.method) {
                lines.append("Content-Length: \(request.body.count)")
            }
            lines += request.headers.fields.map { "\($0.name): \($0.value)" }
            return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        }

        private func takeIdle(_ place: String) -> (any Connection)? {
            let now = ContinuousClock.now
            return idle.withLock { idle in
                while let last = idle[place]?.popLast() {
                    if now - last.since < SocketTransport.longestIdle, last.socket.isQuiet {
                        return last.socket
                    }
                }
                return nil
            }
        }

        private func keep(_ socket: any Connection, _ place: String) {
            let now = ContinuousClock.now
            idle.withLock { idle in
                // The oldest stand first; they go as soon as anything is kept.
                idle = idle.mapValues { $0.filter { now - $0.since < SocketTransport.longestIdle } }
                    .filter { !$0.value.isEmpty }
                if (idle[place]?.count ?? 0) < 16 {
                    idle[place, default: []].append(Idle(socket: socket, since: now))
                }
            }
        }

        private static func error(_ failure: Socket.Failure, hasBegun: Bool, _ request: HTTPRequest)
            -> HTTPError
        {
            let location = request.location
            return switch failure {
            case .noSuchHost(let reason):
                HTTPError(
                    .cannotConnect, "the host has no address (\(reason)); check its name", location: location)
            case .refused:
                HTTPError(
                    .cannotConnect, "nothing answers there; check host and port, and that the server runs",
                    location: location)
            case .notTrusted(let reason):
                HTTPError(
                    .notTrusted,
                    "the server's certificate is not trusted (\(reason)); add its authority to the system's, or name a "
                        + "file with it in SSL_CERT_FILE", location: location)
            case .broken(let code):
                HTTPError(.connectionLost, "the connection broke (error \(code))", location: location)
            case .timedOut:
                HTTPError(
                    hasBegun ? .timedOut : .cannotConnect, "no complete answer within \(request.timeout)",
                    location: location)
            }
        }
    }

    /// The connection of a running exchange, for the task that may cancel it.
    private final class Cancellable: Sendable {
        private let state = Mutex<(socket: (any Connection)?, isCancelled: Bool)>((nil, false))

        func watch(_ socket: (any Connection)?) {
            let isCancelled = state.withLock { state in
                state.socket = socket
                return state.isCancelled
            }
            if isCancelled { socket?.interrupt() }
        }

        func cancel() {
            let socket = state.withLock { state in
                state.isCancelled = true
                return state.socket
            }
            socket?.interrupt()
        }
    }

#endif
