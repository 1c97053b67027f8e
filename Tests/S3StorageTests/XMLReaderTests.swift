// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import S3Storage

@Suite struct XMLReaderTests {
    private func read(_ text: String) throws -> XMLElement { try XMLReader.read(Array(text.utf8)) }

    @Test func readsElementsTextAndReferences() throws {
        let root = try read(
            """
            \u{feff}<?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment -->
            <a:List xmlns:a="http://x" other='1"2' >
              <Key>a&amp;b&lt;c&gt;&quot;&apos;&#65;&#x1F600;&#1;</Key>
              <Key><![CDATA[<raw> & ]]]]></Key><!-- - --><?do it?>
              <Empty/><Empty ></Empty >
              <Deep><Deeper>é</Deeper></Deep>
            </a:List>

            """)
        #expect(root.name == "List")
        #expect(root.all("Key").map(\.text) == ["a&b<c>\"'A😀\u{1}", "<raw> & ]]"])
        #expect(root.all("Empty") == [XMLElement(name: "Empty"), XMLElement(name: "Empty")])
        #expect(root["Deep"]?["Deeper"]?.text == "é")
        #expect(root["None"] == nil)
    }

    @Test(arguments: [
        "", " ", "text", "<", "<a", "<a>", "<a/", "<a></b>", "<a></a", "<a></a><b/>", "<a></a>text", "</a>",
        "<a b></a>",
        "<a b=c></a>", "<a b='c></a>", "<a b='<'></a>", "<a b='1'c='2'/>", "<1a/>", "<a>&b;</a>",
        "<a>&#xD800;</a>",
        "<a>&#;</a>", "<a>&amp</a>", "<a>&#99999999;</a>", "<a><![CDATA[</a>", "<a><!-- </a>", "<?xml",
        "<!DOCTYPE a><a/>",
        "<a><!ENTITY b 'c'></a>", "<a>\u{0}</a", "< a/>", "<a><b></a></b>",
    ])
    func refusesWhatIsNotXML(_ text: String) {
        #expect(throws: XMLError.self) { try read(text) }
    }

    @Test func refusesTextThatIsNotUTF8() {
        #expect(throws: XMLError.self) { try XMLReader.read(Array("<a>".utf8) + [0xff] + Array("</a>".utf8)) }
    }

    @Test func limitsDepthAndCount() throws {
        let deep = { (count: Int) in
            String(repeating: "<a>", count: count) + String(repeating: "</a>", count: count)
        }
        _ = try read(deep(32))
        #expect(throws: XMLError.self) { try read(deep(33)) }
        #expect(throws: XMLError.self) {
            try read("<a>" + String(repeating: "<b/>", count: 200_000) + "</a>")
        }
    }

    @Test func namesThePlaceOfAFault() {
        let error = #expect(throws: XMLError.self) { try read("<a><b>&x;</b></a>") }
        #expect(error?.offset == 7)
        #expect(error?.message.contains("&x;") == true)
    }

    @Test func survivesDamage() {
        let sound = Array(
            "<?xml version=\"1.0\"?><L x='1'><K>a&amp;b</K><!-- c --><K><![CDATA[d]]></K><E/>&#65;</L>".utf8)
        var generator = SeededGenerator(seed: 11)
        var accepted = 0
        for _ in 0..<5_000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
                }
            }
            if (try? XMLReader.read(bytes)) != nil { accepted += 1 }
        }
        #expect((1..<5_000).contains(accepted))
    }
}
