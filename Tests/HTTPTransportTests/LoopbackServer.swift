// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
    private let streamSocket = Int32(SOCK_STREAM.rawValue)
    private let withoutSignal = Int32(MSG_NOSIGNAL)
    private let bothDirections = Int32(SHUT_RDWR)
#else
    import Darwin
    private let streamSocket = SOCK_STREAM
    private let withoutSignal: Int32 = 0
    private let bothDirections = SHUT_RDWR
#endif

/// A server on loopback that answers each request with bytes from a script, HTTP or not.
final class LoopbackServer: Sendable {
    /// What to do with one connection after its request has arrived.
    enum Step: Sendable {
        case send([UInt8])
        case wait(Double)
    }

    private let listener: Int32
    private let script: @Sendable (_ request: String, _ number: Int) -> [Step]
    private let state = Mutex<(requests: [String], isOpen: Bool)>(([], true))
    let url: URL

    /// Every request so far: its head and its body.
    var requests: [String] { state.withLock { $0.requests } }

    init(_ script: @escaping @Sendable (_ request: String, _ number: Int) -> [Step]) throws {
        self.script = script
        listener = socket(AF_INET, streamSocket, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let descriptor = listener
        // The C interface takes a pointer to the general form of an address.
        let port: UInt16? = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                guard unsafe bind(descriptor, general, size) == 0, listen(descriptor, 64) == 0,
                    unsafe getsockname(descriptor, general, &size) == 0
                else { return nil }
                return unsafe UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        guard let port, let url = URL(string: "http://127.0.0.1:\(port)/path?query=1") else {
            throw POSIXError(.EADDRNOTAVAIL)
        }
        self.url = url
        Thread.detachNewThread { [self] in
            while state.withLock({ $0.isOpen }) {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [self] in serve(connection) }
            }
        }
    }

    /// Answers every request with these bytes and closes.
    convenience init(sending text: String) throws {
        try self.init { _, _ in [.send(Array(text.utf8))] }
    }

    func stop() {
        state.withLock { $0.isOpen = false }
        shutdown(listener, bothDirections)
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        let request = read(from: connection)
        guard !request.isEmpty else { return }
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count
        }
        for step in script(request, number) {
            switch step {
            case .send(let bytes):
                var rest = bytes[...]
                while !rest.isEmpty {
                    let sent = unsafe rest.withUnsafeBytes {
                        unsafe send(connection, $0.baseAddress, $0.count, withoutSignal)
                    }
                    guard sent > 0 else { return }
                    rest = rest.dropFirst(sent)
                }
            case .wait(let seconds): Thread.sleep(forTimeInterval: seconds)
            }
        }
    }

    private func read(from connection: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(connection, $0.baseAddress, $0.count, 0)
            }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let lengthLine = text[..<end.lowerBound].lowercased().components(separatedBy: "\r\n")
                .first { $0.hasPrefix("content-length:") }
            let length =
                lengthLine.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
            if text[end.upperBound...].utf8.count >= length { return text }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
