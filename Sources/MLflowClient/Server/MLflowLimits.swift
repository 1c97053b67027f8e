// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What an MLflow server takes (`mlflow/utils/validation.py`, version 3).
///
/// Checked before anything is sent, because a server cuts longer values and still answers that all is well.
enum MLflowLimits {
    static let metricsPerBatch = 1_000
    static let parametersPerBatch = 100
    static let tagsPerBatch = 100
    static let keyLength = 250
    static let parameterLength = 6_000
    static let tagLength = 8_000
    static let nameLength = 500

    /// Checks the key of a metric, a parameter or a tag.
    static func check(key: String, of kind: String) throws(MLflowError) {
        let isSound =
            (1...keyLength).contains(key.unicodeScalars.count) && key.unicodeScalars.allSatisfy(isAllowed)
            && !key.hasPrefix("/") && !key.hasSuffix("/")
            && !key.split(separator: "/", omittingEmptySubsequences: false).contains {
                ["", ".", ".."].contains($0)
            }
        guard isSound else {
            throw MLflowError(
                .invalidArgument,
                "MLflow takes no \(kind) of this name: 1 to 250 letters, digits, '_', '-', '.', ' ', ':' and '/'"
                    + " between names; rename it", location: key)
        }
    }

    /// Checks the length of a value, which the server would cut.
    static func check(value: String, of key: String, atMost length: Int) throws(MLflowError) {
        guard value.unicodeScalars.count <= length else {
            throw MLflowError(
                .invalidArgument,
                "the value has \(value.unicodeScalars.count) characters, of which MLflow would keep \(length);"
                    + " log it as an artifact", location: key)
        }
    }

    /// Python's `\w` and the marks between words.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if "_-. :/".unicodeScalars.contains(scalar) { return true }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
