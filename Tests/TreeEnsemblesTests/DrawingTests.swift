// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import TreeEnsembles

/// Drawings of trees are sound XML, leave no two boxes on top of each other, and say what the tree does.
@Suite struct DrawingTests {
    /// What a drawing holds, by element.
    private final class Drawing: NSObject, XMLParserDelegate {
        var boxes: [(x: Double, y: Double, width: Double, height: Double)] = []
        var texts: [String] = []
        var titles: [String] = []
        private var text = ""

        init(_ svg: String) {
            super.init()
            let parser = XMLParser(data: Data(svg.utf8))
            parser.delegate = self
            #expect(parser.parse(), "\(String(describing: parser.parserError))")
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            text = ""
            if name == "rect", attributes["class"] != nil {
                let numbers = ["x", "y", "width", "height"].compactMap { attributes[$0].flatMap(Double.init) }
                if numbers.count == 4 { boxes.append((numbers[0], numbers[1], numbers[2], numbers[3])) }
            }
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) {
            if name == "text" { texts.append(text) }
            if name == "title" { titles.append(text) }
        }
    }

    @Test(arguments: [
        "xgb-exact", "xgb-categories", "xgb-lossguide", "lgb-many-leaves", "lgb-categories", "lgb-linear",
        "xgb-vector-leaves", "lgb-no-split", "skops/tree-classifier", "catboost/combinations",
    ])
    func boxesStandApart(_ name: String) throws {
        let model = try TreeEnsemble(contentsOf: GoldenCase(name: name).modelPath)
        let drawing = Drawing(try model.svg(ofTree: 0, maximumDepth: 24))
        let tree = model.ensemble.trees[0]
        #expect(drawing.boxes.count == tree.nodeCount)
        #expect(drawing.titles.count == tree.nodeCount)
        let rows = Dictionary(grouping: drawing.boxes, by: \.y)
        #expect(rows.count == tree.depth + 1)
        for row in rows.values {
            let sorted = row.sorted { $0.x < $1.x }
            #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0.x + $0.width + 10 < $1.x })
            #expect(sorted[0].x > 0)
        }
    }

    @Test func aDecisionReadsAsItsSourceAsksIt() throws {
        let lightGBM = """
            tree
            version=v4
            num_class=1
            num_tree_per_iteration=1
            max_feature_idx=1
            objective=regression
            feature_names=a<b&c a_name_that_is_far_too_long_for_its_box

            Tree=0
            num_leaves=3
            num_cat=0
            split_feature=0 1
            threshold=0.10000000000000001 1e-20
            decision_type=2 0
            left_child=1 -1
            right_child=-2 -3
            leaf_value=-1.23456789 2 3e-20
            leaf_count=5 6 7
            internal_count=18 12

            end of trees

            """
        let model = try TreeEnsemble(bytes: Array(lightGBM.utf8))
        let texts = Drawing(try model.svg(ofTree: 0)).texts
        for expected in [
            "a<b&c", "≤ 0.1", "≤ 1e−20", "−1.2346", "2", "3e−20", "cover 18", "cover 7", "yes, missing",
            "no",
        ] {
            #expect(texts.contains(expected), "\(expected) in \(texts)")
        }
        #expect(texts.contains { $0.hasPrefix("a_name_that") && $0.contains("…") && $0.count == 24 })
    }

    @Test func deepTreesAreCutAndCounted() throws {
        let model = try TreeEnsemble(contentsOf: GoldenCase(name: "xgb-exact").modelPath)
        let tree = model.ensemble.trees[0]
        let drawing = Drawing(try model.svg(ofTree: 0, maximumDepth: 2))
        let hidden = drawing.texts.filter { $0.hasSuffix(" nodes") }.compactMap { Int($0.dropLast(6)) }
        #expect(drawing.boxes.count + hidden.reduce(0, +) == tree.nodeCount)
        #expect(!hidden.isEmpty)
        #expect(throws: TreeEnsembleError.self) { try model.svg(ofTree: -1) }
        #expect(throws: TreeEnsembleError.self) { try model.svg(ofTree: 0, maximumDepth: 25) }
    }
}
