// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The processor as the operating system tells it.
enum Processor {
    /// The instruction sets that numeric code chooses by; a long list of others would only hide them.
    private static let telling: Set<String> = [
        "sse4_1", "sse4_2", "avx", "avx2", "fma", "f16c", "bmi2", "sha_ni", "avx512f", "avx512bw", "avx512dq",
        "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16",
        "asimd", "asimddp", "asimdhp", "sha2", "crc32", "sve", "sve2", "i8mm", "bf16",
    ]

    /// The instruction sets that numeric code chooses by, sorted; nil where the system does not tell.
    static func features() -> [String]? {
        #if canImport(Darwin)
            // Every Apple processor of one architecture has the same base set; the model tells the rest.
            return model().map { [$0] }
        #else
            guard let line = information(["flags", "Features"]) else { return nil }
            return line.split(separator: " ").map(String.init).filter(telling.contains).sorted()
        #endif
    }

    /// The processor's model; nil where the system does not tell.
    static func model() -> String? {
        #if canImport(Darwin)
            var size = 0
            guard unsafe sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0 else { return nil }
            var bytes = [UInt8](repeating: 0, count: size)
            guard unsafe sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0) == 0 else {
                return nil
            }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #else
            return information(["model name", "Model"])
        #endif
    }

    /// The first value in `/proc/cpuinfo` under one of the names.
    private static func information(_ names: [String]) -> String? {
        guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let end = parts[0].lastIndex(where: { !$0.isWhitespace }) else {
                continue
            }
            if names.contains(String(parts[0][...end])) {
                return String(parts[1].drop(while: \.isWhitespace))
            }
        }
        return nil
    }
}

extension ComputeState {
    /// Looks at the machine of this process.
    static func capture() -> ComputeState {
        let process = ProcessInfo.processInfo
        return ComputeState(
            host: process.hostName, processor: Processor.model(), processors: process.activeProcessorCount,
            memory: Int(clamping: process.physicalMemory))
    }
}
