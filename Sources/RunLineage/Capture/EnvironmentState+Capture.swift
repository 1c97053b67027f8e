// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#else
    import Darwin
#endif

extension EnvironmentState {
    /// Looks at the environment of this process.
    static func capture(options: LineageCaptureOptions) -> EnvironmentState {
        let variables = ProcessInfo.processInfo.environment
        let locale = ["LC_ALL", "LC_NUMERIC", "LANG"].lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
        return EnvironmentState(
            system: systemName(), kernel: kernelName(), architecture: architectureName,
            swift: compilerVersion,
            configuration: isOptimised ? "release" : "debug", processorFeatures: Processor.features(),
            variables: variables.filter { options.variables.contains($0.key) }, locale: locale ?? "C",
            timeZone: TimeZone.current.identifier,
            threads: options.threads ?? ProcessInfo.processInfo.activeProcessorCount,
            executable: options.hashesExecutable
                ? executablePath().flatMap { FileDigest.of($0)?.digest } : nil)
    }

    private static func systemName() -> String {
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n")
            where line.hasPrefix("PRETTY_NAME=") {
                return line.dropFirst(12).filter { $0 != "\"" && $0 != "'" }
            }
        }
        return ProcessInfo.processInfo.operatingSystemVersionString
    }

    private static func kernelName() -> String? {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return nil }
        return text(of: name.sysname) + " " + text(of: name.release)
    }

    /// The text of a fixed array of C characters, up to its first zero.
    private static func text<Characters>(of characters: Characters) -> String {
        unsafe withUnsafeBytes(of: characters) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func executablePath() -> String? {
        #if os(Linux) || os(Android)
            "/proc/self/exe"
        #else
            CommandLine.arguments.first
        #endif
    }

    private static var architectureName: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #elseif arch(riscv64)
            "riscv64"
        #elseif arch(wasm32)
            "wasm32"
        #else
            "other"
        #endif
    }

    /// The language knows its compiler's version only as conditions, so the newest condition that holds is told.
    private static var compilerVersion: String {
        #if compiler(>=6.6)
            "6.6 or newer"
        #elseif compiler(>=6.5)
            "6.5"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3.3)
            "6.3.3"
        #elseif compiler(>=6.3.2)
            "6.3.2"
        #elseif compiler(>=6.3.1)
            "6.3.1"
        #else
            "6.3"
        #endif
    }

    private static var isOptimised: Bool {
        // An assertion's condition runs in debug builds only.
        var result = true
        assert(
            {
                result = false; return true
            }())
        return result
    }
}
