// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ParameterLoading

/// Loads the bytes as YAML, TOML and JSON: nothing may crash, and what is accepted must freeze and read back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzParameters(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    for format in ParameterFormat.allCases {
        guard
            let parameters = try? Parameters.load(
                from: .text(bytes, format: format), options: .init(variables: [:]))
        else { continue }
        let record = parameters.frozen
        guard let again = try? FrozenParameters(parsing: record.fileContent), again.digest == record.digest
        else {
            fatalError("the frozen file does not read back")
        }
    }
    return 0
}
