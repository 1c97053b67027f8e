// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if os(Linux)

    import CSystemCalls
    import Foundation

    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif

    /// A connection under TLS: libcurl, which FoundationNetworking brings along, connects and checks the certificate; what
    /// goes over the connection is read and written here.
    ///
    /// So a server that breaks off anywhere meets `ResponseReader`, and not the session of FoundationNetworking, which ends
    /// the process when an answer ends in the middle of its head.
    @safe final class SecureSocket: Connection {
        /// One thread uses it at a time; another may cancel.
        private nonisolated(unsafe) let connection: OpaquePointer

        /// Whether the process has libcurl; without it, only the session can speak TLS.
        static var isAvailable: Bool { mlops_secure_is_available() != 0 }

        /// A connection that is not open yet; nil without libcurl.
        init?() {
            guard let connection = unsafe mlops_secure_make() else { return nil }
            unsafe self.connection = unsafe connection
        }

        deinit { unsafe mlops_secure_free(connection) }

        /// Connects, and checks the server's certificate against the system's authorities or those in the file that
        /// `SSL_CERT_FILE` names.
        func open(
            host: String, port: Int, until deadline: ContinuousClock.Instant
        ) throws(Socket.Failure) {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { throw .timedOut }
            let milliseconds = Int(clamping: Int64(left / .milliseconds(1)) + 1)
            let name = host.contains(":") ? "[\(host)]" : host
            let authorities = ProcessInfo.processInfo.environment["SSL_CERT_FILE"].flatMap {
                $0.isEmpty ? nil : $0
            }
            var message = [CChar](repeating: 0, count: 256)
            let code = unsafe mlops_secure_connect(
                connection, "https://\(name):\(port)/", authorities, milliseconds, &message)
            let reason = String(
                decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if code != 0 { throw SecureSocket.failure(code, reason) }
        }

        /// What libcurl's code means ("libcurl-errors").
        private static func failure(_ code: Int32, _ reason: String) -> Socket.Failure {
            let text = reason.isEmpty ? "libcurl's error \(code)" : reason
            return switch code {
            case 5, 6: .noSuchHost(text)
            case 28: .timedOut
            // A handshake that breaks off says nothing about the certificate.
            case 35 where text.contains("SYSCALL") || text.contains("reset") || text.contains("eof"):
                .refused(ECONNRESET)
            case 35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91, 98: .notTrusted(text)
            case 42: .broken(ECANCELED)
            default: .refused(ECONNREFUSED)
            }
        }

        func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(Socket.Failure) {
            var start = 0
            while start < bytes.count {
                let sent = unsafe bytes.withUnsafeBytes { buffer in
                    // The range is inside the buffer; after a wait the same range is sent again, as TLS asks for.
                    unsafe mlops_secure_send(
                        connection, buffer.baseAddress?.advanced(by: start),
                        min(buffer.count - start, 1 << 20))
                }
                if sent > 0 {
                    start += sent
                } else if sent == -1 {
                    try Socket.wait(descriptor, for: Int16(POLLOUT), until: deadline)
                } else {
                    throw .broken(ECONNRESET)
                }
            }
        }

        func read(until deadline: ContinuousClock.Instant) throws(Socket.Failure) -> [UInt8] {
            while true {
                var count = 0
                let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, filled in
                    count = unsafe mlops_secure_receive(connection, buffer.baseAddress, buffer.count)
                    filled = max(count, 0)
                }
                if count >= 0 { return bytes }
                guard count == -1 else { throw .broken(ECONNRESET) }
                try Socket.wait(descriptor, for: Int16(POLLIN), until: deadline)
            }
        }

        var isQuiet: Bool {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return unsafe poll(&request, 1, 0) == 0
        }

        func interrupt() { unsafe mlops_secure_cancel(connection) }

        private var descriptor: Int32 { unsafe mlops_secure_descriptor(connection) }
    }

#endif
