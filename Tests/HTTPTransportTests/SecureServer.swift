// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if os(Linux)

    import Foundation
    import Synchronization

    /// A server under TLS on loopback that answers a request with some bytes and then keeps silent: `openssl s_server`.
    final class SecureServer: @unchecked Sendable {
        static let tool = "/usr/bin/openssl"
        static let isAvailable = FileManager.default.isExecutableFile(atPath: tool)

        /// Two certificates for loopback, which are their own authorities; the first is the one that clients trust.
        ///
        /// The environment names it once for the whole process, since it may not change while others read it.
        static let certificates: [URL] = {
            let folder = FileManager.default.temporaryDirectory
                .appending(path: "swift-mlops-tls-" + UUID().uuidString)
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let files = ["trusted", "stranger"].map { folder.appending(path: $0 + ".pem") }
            for file in files {
                let process = Process()
                process.executableURL = URL(filePath: tool)
                process.arguments = [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2",
                    "-subj", "/CN=tests", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    file.path + ".key",
                    "-out", file.path,
                ]
                process.standardError = FileHandle.nullDevice
                try? process.run()
                process.waitUntilExit()
            }
            unsafe setenv("SSL_CERT_FILE", files[0].path, 1)
            return files
        }()

        /// Where it answers.
        let url: URL
        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()

        init(_ certificate: URL = certificates[0]) throws {
            process.executableURL = URL(filePath: SecureServer.tool)
            process.arguments = [
                "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.path, "-key",
                certificate.path + ".key",
            ]
            (process.standardInput, process.standardOutput) = (input, output)
            process.standardError = FileHandle.nullDevice
            try process.run()
            let said = SecureServer.read(output, until: "ACCEPT 127.0.0.1:", andLine: true)
            let port = said.components(separatedBy: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
            guard let url = URL(string: "https://127.0.0.1:\(port)/path"), !port.isEmpty else {
                throw CocoaError(.fileReadUnknown)
            }
            self.url = url
        }

        /// Waits for a request and sends these bytes.
        func answer(_ text: String) throws {
            _ = SecureServer.read(output, until: "\r\n\r\n")
            if !text.isEmpty { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }
        }

        /// Dies without a farewell.
        func kill() {
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        private static func read(_ pipe: Pipe, until mark: String, andLine: Bool = false) -> String {
            var said = Data()
            while true {
                let piece = pipe.fileHandleForReading.availableData
                said += piece
                let text = String(decoding: said, as: UTF8.self)
                let isThere = text.range(of: mark).map { !andLine || text[$0.upperBound...].contains("\n") }
                if piece.isEmpty || isThere == true { return text }
            }
        }
    }

#endif
