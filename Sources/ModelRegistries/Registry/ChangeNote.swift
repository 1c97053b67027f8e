// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Who changes a registry, and why: it stays in the history.
public struct ChangeNote: Hashable, Sendable {
    /// Who makes the change.
    public var by: String
    /// Why; nil where nothing is said.
    public var why: String?

    /// Makes a note.
    public init(by: String, why: String? = nil) {
        self.by = by
        self.why = why
    }
}
