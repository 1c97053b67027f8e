// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TreeEnsembles

/// JSON and UBJSON documents: members are found by name, in small objects and in large ones.
@Suite struct DocumentTests {
    private static let counts = [0, 1, 2, 31, 32, 33, 100]

    private static func name(_ number: Int) -> String { "member-\(number)-of-many".dropped(number % 8) }

    private static func json(_ names: [String], escaping isEscaped: Bool) -> [UInt8] {
        let members = names.enumerated().map { number, name in
            // Every name starts with an m.
            let written = isEscaped ? "\\u006d" + name.dropFirst() : name
            return "\"\(written)\": {\"place\": [\(number), 7], \"text\": \"\(name)\", \"none\": null}"
        }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }

    private static func ubjson(_ names: [String]) -> [UInt8] {
        func string(_ text: String) -> [UInt8] {
            [UInt8(ascii: "U"), UInt8(text.utf8.count)] + Array(text.utf8)
        }
        var bytes = Array("{".utf8)
        for (number, name) in names.enumerated() {
            bytes += string(name) + Array("{".utf8)
            bytes += string("place") + Array("[$U#U".utf8) + [2, UInt8(number), 7]
            bytes += string("text") + Array("S".utf8) + string(name)
            bytes += string("none") + Array("Z}".utf8)
        }
        return bytes + Array("}".utf8)
    }

    private static func documents(_ names: [String]) throws -> [DocumentObject] {
        try [
            JSONDocumentScanner.scan(json(names, escaping: false)),
            JSONDocumentScanner.scan(json(names, escaping: true)), UBJSONDocumentScanner.scan(ubjson(names)),
        ].map { try $0.object("the document") }
    }

    @Test(arguments: counts)
    func membersAreFound(_ count: Int) throws {
        let names = (0..<count).map(Self.name)
        for document in try Self.documents(names) {
            #expect(document.names == names && document.values.count == count)
            for (number, name) in names.enumerated() {
                let member = try document.required(name, in: "the document").object(name)
                #expect(try member.required("place", in: name).numbers("place").integers() == [number, 7])
                #expect(try member.required("text", in: name).string("text") == name)
                #expect(member["none"] != nil && member.optional("none") == nil && member["other"] == nil)
            }
            #expect(document["member"] == nil && document[""] == nil && document.optional("place") == nil)
        }
    }

    @Test(arguments: counts.dropFirst(), [false, true])
    func namesThatComeTwiceAreRefused(_ count: Int, _ isEscaped: Bool) throws {
        let names = (0..<count).map(Self.name)
        for name in [names[0], names[count / 2], names[count - 1]] {
            let again = names + [name]
            let scans: [() throws -> DocumentValue] = [
                { try JSONDocumentScanner.scan(Self.json(again, escaping: isEscaped)) },
                { try UBJSONDocumentScanner.scan(Self.ubjson(again)) },
            ]
            for scan in scans {
                let error = #expect(throws: TreeEnsembleError.self) { try scan() }
                #expect(error?.message.contains("'\(name)' appears twice") == true)
            }
        }
    }

    /// Objects in arrays in objects, empty ones too, each value where it belongs.
    @Test func nestedValuesStandInTheirOrder() throws {
        let text = #"{"a": [{"b": [{}, [], "x", {"c": [1, 2]}]}, 3, [[true], null]], "d": {}, "e": "f"}"#
        let root = try JSONDocumentScanner.scan(Array(text.utf8)).object("the document")
        let outer = try root.required("a", in: "root").array("a")
        #expect(outer.count == 3 && root.names == ["a", "d", "e"])
        let inner = try outer[0].object("first").required("b", in: "first").array("b")
        #expect(inner.count == 4)
        #expect(try inner[0].object("empty").names == [] && inner[1].numbers("none").integers() == [])
        #expect(try inner[2].string("x") == "x")
        #expect(try inner[3].object("last").required("c", in: "last").numbers("c").integers() == [1, 2])
        #expect(try outer[1].integer("three") == 3)
        #expect(try outer[2].array("third").count == 2)
        #expect(try root.required("d", in: "root").object("d").values.isEmpty)
        #expect(try root.required("e", in: "root").string("e") == "f")
    }
}

extension String {
    /// Without so many characters at the end, but never empty.
    fileprivate func dropped(_ count: Int) -> String { String(dropLast(count)) + "/\(count)" }
}
