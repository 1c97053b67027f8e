// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The first fault a parser found.
struct SyntaxError: Error {
    let message: String
    /// The offset in bytes.
    let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}

/// What a parser refuses although the grammar allows it, so that hostile input cannot exhaust the machine.
struct ParserLimits: Sendable {
    /// How deep collections may nest; chosen so that the parsers fit a thread of 512 KiB, the smallest stack that the
    /// supported systems give to a task.
    var depth = 128
    /// How many nodes aliases may add to a document.
    var aliasedNodes = 1_000_000
    /// How many bytes a text may have.
    var bytes = 1 << 30
}
