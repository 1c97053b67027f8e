// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A JSON or UBJSON document, with its arrays of numbers left as they stand in the file until someone asks for them.
///
/// A model file is mostly arrays of numbers. Only the reader of the model knows whether the numbers of an array are
/// Float or Double (which matters for the last bit of a decimal text), and many arrays are never needed.
package enum DocumentValue: Sendable {
    case null
    case bool(Bool)
    /// One number, as an array of one.
    case number(NumberArray)
    case string(String)
    /// An array that holds only numbers (or, in JSON, only numbers and truth values).
    case numbers(NumberArray)
    case array([DocumentValue])
    case object(DocumentObject)
}
