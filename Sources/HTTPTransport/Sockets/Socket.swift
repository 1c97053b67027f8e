// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if os(Linux)

    import Synchronization

    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif

    /// An open connection to a server, plain or under TLS, whose every wait ends at a deadline.
    protocol Connection: AnyObject, Sendable {
        /// Writes all bytes.
        func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(Socket.Failure)

        /// Reads what has arrived, at least a byte; nothing where the other side has closed.
        func read(until deadline: ContinuousClock.Instant) throws(Socket.Failure) -> [UInt8]

        /// Whether an idle connection is still open and silent, so that a request may go over it.
        var isQuiet: Bool { get }

        /// Ends both directions, which wakes whoever waits.
        func interrupt()
    }

    /// A TCP connection whose every wait ends at a deadline; all pointers of the socket interface stay in here.
    ///
    /// The descriptor never blocks: reads and writes wait by `poll`, which also returns when another task cancels.
    final class Socket: Connection {
        /// What a wait or a call came to.
        enum Failure: Error {
            case noSuchHost(String)
            case refused(Int32)
            case notTrusted(String)
            case broken(Int32)
            case timedOut
        }

        private let descriptor: Int32

        private init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { close(descriptor) }

        /// Connects to the first address of a host that answers.
        static func open(
            host: String, port: Int, until deadline: ContinuousClock.Instant
        ) throws(Failure) -> Socket {
            var hints = unsafe addrinfo()
            unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            var list: UnsafeMutablePointer<addrinfo>?
            let code = unsafe getaddrinfo(host, String(port), &hints, &list)
            guard code == 0 else { throw .noSuchHost(unsafe String(cString: gai_strerror(code))) }
            defer { unsafe freeaddrinfo(list) }
            var failure = Failure.refused(ECONNREFUSED)
            var next = unsafe list
            while let address = unsafe next?.pointee {
                unsafe next = unsafe address.ai_next
                let descriptor = unsafe socket(
                    address.ai_family,
                    address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue)
                        | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
                guard descriptor >= 0 else { continue }
                let connection = Socket(descriptor)
                let isDone = unsafe connect(descriptor, address.ai_addr, address.ai_addrlen) == 0
                do throws(Failure) {
                    if !isDone { try connection.finishConnecting(until: deadline) }
                    connection.sendAtOnce()
                    return connection
                } catch {
                    failure = error
                }
            }
            throw failure
        }

        private func finishConnecting(until deadline: ContinuousClock.Instant) throws(Failure) {
            guard errno == EINPROGRESS else { throw .refused(errno) }
            try wait(for: Int16(POLLOUT), until: deadline)
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else {
                throw .refused(code)
            }
        }

        /// Sends small packets without waiting for more to come: a request is written in one piece.
        private func sendAtOnce() {
            var isOn: Int32 = 1
            unsafe setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        }

        func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(Failure) {
            var start = 0
            while start < bytes.count {
                let sent = unsafe bytes.withUnsafeBytes { buffer in
                    // The range is inside the buffer: start is below its count.
                    unsafe send(
                        descriptor, buffer.baseAddress?.advanced(by: start),
                        min(buffer.count - start, 1 << 20),
                        Int32(MSG_NOSIGNAL))
                }
                if sent > 0 {
                    start += sent
                } else if errno == EAGAIN {
                    try wait(for: Int16(POLLOUT), until: deadline)
                } else if errno != EINTR {
                    throw .broken(errno)
                }
            }
        }

        func read(until deadline: ContinuousClock.Instant) throws(Failure) -> [UInt8] {
            while true {
                var count = 0
                let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, filled in
                    count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
                    filled = max(count, 0)
                }
                if count >= 0 { return bytes }
                if errno == EAGAIN {
                    try wait(for: Int16(POLLIN), until: deadline)
                } else if errno != EINTR {
                    throw .broken(errno)
                }
            }
        }

        var isQuiet: Bool {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return unsafe poll(&request, 1, 0) == 0
        }

        func interrupt() { shutdown(descriptor, Int32(SHUT_RDWR)) }

        private func wait(for event: Int16, until deadline: ContinuousClock.Instant) throws(Failure) {
            try Socket.wait(descriptor, for: event, until: deadline)
        }

        /// Waits until a descriptor is ready.
        static func wait(
            _ descriptor: Int32, for event: Int16, until deadline: ContinuousClock.Instant
        ) throws(Failure) {
            while true {
                let left = deadline - ContinuousClock.now
                guard left > .zero else { throw .timedOut }
                var request = pollfd(fd: descriptor, events: event, revents: 0)
                let milliseconds = Int32(clamping: Int64(left / .milliseconds(1)) + 1)
                let count = unsafe poll(&request, 1, milliseconds)
                if count > 0 { return }
                if count < 0, errno != EINTR { throw .broken(errno) }
            }
        }
    }

#endif
