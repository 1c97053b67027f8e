// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// An element of an XML document: its name without a prefix, its own text and its children.
struct XMLElement: Hashable, Sendable {
    var name: String
    var text = ""
    var children: [XMLElement] = []

    /// The first child of this name.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All children of this name.
    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}

/// A place where a document is not XML, or more than it may be.
struct XMLError: Error, Hashable, CustomStringConvertible {
    var message: String
    /// The place, in bytes from the start.
    var offset: Int

    var description: String { "byte \(offset): \(message)" }
}
