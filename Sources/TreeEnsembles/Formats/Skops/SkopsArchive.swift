// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A skops file: `schema.json` says of which Python objects the saved one is made, and arrays stand beside it
/// (skops/io in github.com/skops-dev/skops).
final class SkopsArchive {
    private let zip: ZipArchive
    /// How many more bytes of arrays may be taken.
    ///
    /// Each array belongs to one object, so nothing honest takes more
    /// than the archive holds.
    private var budget: Int
    /// The object that was saved.
    private(set) var root: SkopsObject
    let version: String

    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        zip = try ZipArchive(bytes)
        guard zip.holds("schema.json") else {
            throw TreeEnsembleError(
                .unknownFormat, "the zip file has no schema.json: it is not a model saved by skops")
        }
        budget = zip.totalSize + 1 << 20
        let schema = try JSONDocumentScanner.scan(try zip.content(of: "schema.json")).object("schema.json")
        version = try schema.optional("_skops_version")?.string("_skops_version") ?? ""
        if let kind = schema["__loader__"], case .string("ObjectNode") = kind {
            root = try SkopsObject(.object(schema))
        } else {
            throw .unsupported("the skops file holds something else than one scikit-learn estimator")
        }
    }

    /// The array of a node.
    func array(_ node: DocumentValue, _ what: String) throws(TreeEnsembleError) -> NumPyArray {
        let node = try node.object(what)
        guard case .string("NdArrayNode") = node["__loader__"], case .string("numpy") = node["type"] else {
            throw .malformed("\(what) is not an array of numbers")
        }
        let content = try zip.content(of: try node.required("file", in: what).string("file"))
        budget -= content.count
        guard budget >= 0 else { throw .malformed("the schema names the same arrays again and again") }
        return try NumPyArray(content)
    }

    /// The texts of an array of text, of numbers or of Python objects; nil for None and NaN.
    func texts(_ node: DocumentValue, _ what: String) throws(TreeEnsembleError) -> [String?] {
        let object = try node.object(what)
        guard case .string("json") = object["type"] else { return try array(node, what).texts() }
        var texts: [String?] = []
        for element in try object.required("content", in: what).array(what) {
            switch try SkopsObject.scalar(element, what) {
            case .string(let text): texts.append(text)
            case .bool(let truth): texts.append(truth ? "True" : "False")
            case .null: texts.append(nil)
            case .number(let number):
                let text = number.texts().first
                texts.append(text == "NaN" ? nil : text)
            default: throw .unsupported("\(what) holds objects that are no texts or numbers")
            }
        }
        return texts
    }
}

/// A Python object: its class and its attributes.
struct SkopsObject {
    let className: String
    let module: String
    private let attributes: DocumentObject

    init(_ node: DocumentValue) throws(TreeEnsembleError) {
        let object = try node.object("an object of the schema")
        className = try object.required("__class__", in: "the schema").string("__class__")
        module = try object.required("__module__", in: "the schema").string("__module__")
        guard case .object(let content) = object["content"] else {
            attributes = DocumentObject()
            return
        }
        attributes = try content.required("content", in: "an object of the schema").object("attributes")
    }

    /// An attribute, nil where it is absent or None.
    func optional(_ name: String) throws(TreeEnsembleError) -> DocumentValue? {
        guard let node = attributes[name] else { return nil }
        if case .object(let object) = node, case .string("JsonNode") = object["__loader__"],
            case .string("null") = object["content"]
        {
            return nil
        }
        return node
    }

    /// An attribute that must be there.
    func required(_ name: String) throws(TreeEnsembleError) -> DocumentValue {
        guard let value = try optional(name) else { throw .malformed("\(className) has no '\(name)'") }
        return value
    }

    /// The text of an attribute.
    func string(_ name: String) throws(TreeEnsembleError) -> String? {
        guard let node = try optional(name) else { return nil }
        guard case .string(let text) = try Self.scalar(node, name) else { return nil }
        return text
    }

    /// The number of an attribute.
    func double(_ name: String, _ archive: SkopsArchive) throws(TreeEnsembleError) -> Double {
        let node = try required(name)
        if case .object(let object) = node, case .string("NdArrayNode") = object["__loader__"] {
            let array = try archive.array(node, name)
            guard array.count == 1 else { throw .malformed("\(name) is not one number") }
            return try array.doubles()[0]
        }
        return try Self.scalar(node, name).double(name)
    }

    /// The whole number of an attribute.
    func integer(_ name: String, _ archive: SkopsArchive) throws(TreeEnsembleError) -> Int {
        guard let number = Int(exactly: try double(name, archive)) else {
            throw .malformed("\(name) is not a whole number")
        }
        return number
    }

    /// The elements of an attribute that is a list, a tuple or an array of objects.
    func list(_ name: String) throws(TreeEnsembleError) -> [DocumentValue] {
        try Self.list(try required(name), name)
    }

    /// The elements of a list, a tuple or an array of objects.
    static func list(_ node: DocumentValue, _ name: String) throws(TreeEnsembleError) -> [DocumentValue] {
        let object = try node.object(name)
        // An array of objects that holds one list stands as that list of lists.
        return try object.required("content", in: name).array(name)
    }

    /// The value of a node that holds JSON text.
    static func scalar(_ node: DocumentValue, _ what: String) throws(TreeEnsembleError) -> DocumentValue {
        let object = try node.object(what)
        guard case .string("JsonNode") = object["__loader__"], case .string(let text) = object["content"]
        else {
            throw .malformed("\(what) is not a number or a text")
        }
        return try JSONDocumentScanner.scan(Array(text.utf8))
    }
}
