// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension LineageRecord {
    /// What a record lacks to tell how the thing was made, each in words that say how to mend it; empty for a
    /// complete record.
    ///
    /// Complete means: the commit, with the working tree clean or its patch pinned; at least one version of data;
    /// the parameters; the system, architecture and compiler.
    public var gaps: [String] {
        var gaps: [String] = []
        if let code {
            if code.changes == nil {
                gaps.append("code: the state of the working tree was not recorded (is git installed?)")
            }
        } else {
            gaps.append(
                "code: the commit was not recorded (run inside the repository, or pass the code's state)")
        }
        if data?.isEmpty ?? true { gaps.append("data: no version of any data was recorded") }
        if parameters == nil { gaps.append("parameters: the digest of the parameters was not recorded") }
        if let environment {
            for (name, value) in [
                ("system", environment.system), ("architecture", environment.architecture),
                ("swift", environment.swift),
            ] where value == nil {
                gaps.append("environment: the \(name) was not recorded")
            }
        } else {
            gaps.append("environment: it was not recorded")
        }
        return gaps
    }

    /// Whether the record tells how the thing was made: see ``gaps``.
    public var isComplete: Bool { gaps.isEmpty }
}
