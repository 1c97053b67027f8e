// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import TreeEnsembles

/// What stands between the bytes of a file and the forms that score.
@Suite struct LoadingTests {
    @Test(arguments: [0, 1, 2, 100, 5000])
    func sortingByDigitsIsStable(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count) + 1)
        let shifts: [UInt64] = [0, 20, 53, 60]
        let numbers = (0..<count).map { _ in
            UInt64.random(in: .min ... .max, using: &generator)
                >> (shifts.randomElement(using: &generator) ?? 0)
        }
        for bits in [64, 32] {
            // The number to sort by above, the place below.
            let mask: UInt64 = bits == 64 ? 0xffff_ffff_ffff : 0xffff
            var elements = numbers.enumerated().map { place, number in
                (number & mask) << 16 | UInt64(place)
            }
            let expected = elements.sorted()
            RadixSort.sort(&elements, bits: bits == 64 ? 48 : 16) { $0 >> 16 }
            #expect(elements == expected)
        }
    }

    @Test(arguments: [Precision.single, .double])
    func ranksCountTheThresholdsBelow(_ precision: Precision) throws {
        var generator = SeededGenerator(seed: 12)
        var ensemble = Ensemble(
            source: ModelSource(library: "Test", format: "test", version: "1"), objective: "none",
            features: (0..<3).map { Feature(name: "f\($0)") }, precision: precision, sumPrecision: .double,
            outputCount: 1, baseScores: [0])
        ensemble.unknownCategoryIsError = false
        var builder = EnsembleBuilder(ensemble)
        let special: [Double] = [0, -0.0, .nan, .infinity, -.infinity, 1, -1, 0x1p-126, -0x1p-149]
        for _ in 0..<200 {
            var root = NodeDraft()
            root.feature = Int32.random(in: 0..<3, using: &generator)
            (root.left, root.right) = (1, 2)
            root.threshold =
                Bool.random(using: &generator)
                ? Double(Float.random(in: -3...3, using: &generator))
                : special.randomElement(using: &generator) ?? 0
            if Bool.random(using: &generator) { root.flags.insert(.zeroIsMissing) }
            builder.drafts = [root, .leaf(values: 0, label: 0), .leaf(values: 1, label: 1)]
            builder.draftValues = [1, 2]
            try builder.addTree(output: 0)
        }
        let nodes = try builder.finish().nodes
        var made = Ensemble(
            source: ensemble.source, objective: "", features: ensemble.features, precision: precision,
            sumPrecision: .double, outputCount: 1, baseScores: [0])
        made.nodes = nodes
        let cuts = CutTable(made)
        for node in 0..<nodes.count where !nodes.isLeaf(node) {
            let key = CutTable.key(nodes, node)
            let thresholds = cuts.thresholds[cuts.starts[key]..<cuts.starts[key + 1]]
            let own = nodes.threshold[node]
            #expect(
                cuts.rank(node) == (own.isNaN ? thresholds.count - 1 : thresholds.count { $0 < own }))
            #expect(thresholds.contains { $0 == own || $0.isNaN && own.isNaN })
            #expect(zip(thresholds, thresholds.dropFirst()).allSatisfy { $0 < $1 || $1.isNaN && !$0.isNaN })
        }
    }

    @Test func bytesAreFoundAtEveryPlace() {
        for count in 0..<40 {
            for place in 0...count {
                for mark in "\"[]{}".utf8 {
                    var bytes = [UInt8](repeating: UInt8(ascii: "1"), count: count)
                    if place < count { bytes[place] = mark }
                    let found = (0...place).flatMap { start in
                        [
                            ByteSearch.firstBracketOrQuote(in: bytes, from: start),
                            ByteSearch.first(mark, in: bytes, from: start),
                        ]
                    }
                    #expect(found.allSatisfy { $0 == place })
                }
            }
        }
    }

    @Test(arguments: ["[1, 2]", "[true,false]", "[]", "[ ]", "[-1e5,NaN]"])
    func plainArraysStayText(_ text: String) throws {
        guard case .numbers = try JSONDocumentScanner.scan(Array(text.utf8)) else {
            Issue.record("not an array of numbers")
            return
        }
    }

    @Test(arguments: ["[1, \"]\"]", "[1, [2]]", "[{}]", "[null, {\"a\": 1}]", "[1, \"[\", 2]"])
    func otherArraysAreTakenApart(_ text: String) throws {
        guard case .array(let elements) = try JSONDocumentScanner.scan(Array(text.utf8)) else {
            Issue.record("not an array of elements")
            return
        }
        #expect(elements.count == text.split(separator: ",").count)
    }

    @Test func theFastFormIsSmall() throws {
        let model = try TreeEnsemble(contentsOf: GoldenCase(name: "xgb-exact").modelPath)
        let memory = try #require(model.information.memory)
        #expect(memory == model.memory)
        #expect(memory.tables > 40 * model.information.nodeCount)
        #expect(memory.batchForm > 0 && memory.rowForm > 0)
        let perNode = Double(memory.batchForm) / Double(model.information.nodeCount)
        #expect(memory.batchFormPerNode == perNode)
    }

    @Test(arguments: [
        ("binf\0\0", "as JSON or UBJSON"), ("CBM1\0\0", "format='json'"), ("[{\"nodeid\": 0}]", "save_model"),
        ("{\"name\": \"tree\", \"tree_info\": []}", "save_model"), ("  ", "empty"), ("PMML", "skops"),
    ])
    func otherFormsAreToldWhatToSaveInstead(_ text: String, _ mend: String) throws {
        let error = #expect(throws: TreeEnsembleError.self) { try TreeEnsemble(bytes: Array(text.utf8)) }
        #expect(error?.code == .unknownFormat)
        #expect(error?.message.contains(mend) == true, "\(String(describing: error))")
    }

    @Test func picklesAreToldWhatToSaveInstead() throws {
        let error = #expect(throws: TreeEnsembleError.self) {
            try TreeEnsemble(bytes: [0x80, 4, 0x95, 0, 0])
        }
        #expect(error?.message.contains("skops") == true)
    }
}
