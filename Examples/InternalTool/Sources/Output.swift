// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing

/// Answers as JSON.
enum Output {
    /// The option of every command that has an answer for programs.
    static let json = Option("--json", nil, "print the answer as JSON")

    static func write(_ value: JSONValue) {
        print(String(decoding: CanonicalJSON.encode(value), as: UTF8.self))
    }
}
