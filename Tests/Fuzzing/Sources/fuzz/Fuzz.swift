// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation

/// The reader that FUZZ_READER names, as a check of one input that gives what is wrong.
private let check: @Sendable ([UInt8]) -> String? = {
    let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
    if TreeReaders.names.contains(name) { return TreeReaders.fault }
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

/// What libFuzzer calls with each input: a wrong answer ends the process, as a trap does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    if let fault = check(bytes) { fatalError(fault) }
    return 0
}
