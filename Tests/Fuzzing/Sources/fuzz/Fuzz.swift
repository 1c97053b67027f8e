// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation

/// The reader that FUZZ_READER names, as a check of one input that gives what is wrong.
private let check: @Sendable ([UInt8]) -> String? = {
    let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
    if TreeReaders.names.contains(name) || name == "compact" { return TreeReaders.fault }
    if name == "write-compact" { return writeCompact }
    if JournalReaders.names.contains(name) { return JournalReaders.fault }
    if LineageReaders.names.contains(name) { return LineageReaders.fault }
    if ResponseReaders.names.contains(name) { return ResponseReaders.fault }
    if BucketReaders.names.contains(name) { return BucketReaders.fault }
    if ParameterReaders.names.contains(name) { return { ParameterReaders.fault(in: $0, of: name) } }
    if TableReaders.names.contains(name) { return { TableReaders.fault(in: $0, of: name) } }
    if StoreReaders.names.contains(name) { return { StoreReaders.fault(in: $0, of: name) } }
    if DatasetReaders.names.contains(name) { return { DatasetReaders.fault(in: $0, of: name) } }
    fatalError("FUZZ_READER names no reader: '\(name)'")
}()

/// Writes a model of any format in its compact form, which has no seeds of its own: they would be of old versions.
@Sendable
private func writeCompact(_ bytes: [UInt8]) -> String? {
    guard let compact = TreeReaders.compactForm(of: bytes), compact.count <= 65_536 else { return nil }
    let folder = ProcessInfo.processInfo.environment["FUZZ_FOLDER"] ?? "."
    let name = compact.reduce(UInt64(compact.count)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    do {
        try Data(compact).write(to: URL(filePath: folder).appending(path: "seed-\(name)"))
    } catch {
        return "\(error)"
    }
    return nil
}

/// What libFuzzer calls with each input: a wrong answer ends the process, as a trap does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    if let fault = check(bytes) { fatalError(fault) }
    return 0
}

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// libFuzzer's own main program.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

#if os(Linux)
    /// The name under which the package manager looks for an executable's entry on Linux; libFuzzer's would be `main`.
    @_cdecl("fuzz_main")
    public func fuzzMain(
        _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) -> CInt {
        var (count, arguments) = (count, arguments)
        return runDriver(&count, &arguments) { fuzzOneInput($0, $1) }
    }
#endif
