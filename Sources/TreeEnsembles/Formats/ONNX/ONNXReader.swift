// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads ONNX models whose graph is a tree operator, or a sum of some, with simple operators around it, as skl2onnx,
/// onnxmltools, CatBoost and others write them (onnx/onnx.proto3 and docs/Operators-ml.md in github.com/onnx/onnx).
///
/// Where the specification is vague, above all for two classes, it does what onnxruntime does
/// (core/providers/cpu/ml/tree_ensemble_aggregator.h). Raw scores are the sums with their base values; values are
/// what comes out of the graph's numeric output.
struct ONNXReader {
    private let bytes: [UInt8]
    private let model: ProtocolBuffer
    private let graph: ONNXGraph

    /// Whether the bytes start as a serialized ModelProto does: with its first field, the version of the format.
    static func recognizes(_ bytes: [UInt8]) -> Bool {
        bytes.count > 2 && bytes[0] == 0x08 && (1..<64).contains(bytes[1])
    }

    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        self.bytes = bytes
        model = try ProtocolBuffer(bytes, 0..<bytes.count)
        guard let graph = try model.message(7) else { throw .malformed("the ONNX model has no graph") }
        self.graph = try ONNXGraph(graph)
    }

    /// Reads the model.
    func read() throws(TreeEnsembleError) -> Ensemble {
        let operators = graph.nodes.filter { ONNXTrees.operators.contains($0.type) }
        guard let node = operators.first else {
            throw .unsupported(
                "the ONNX model holds no tree ensemble; its operators are "
                    + Set(graph.nodes.map(\.type)).sorted().prefix(12).joined(separator: ", "))
        }
        if operators.count > 1, ONNXIsolationForest.recognizes(graph) { return try isolationForest() }
        let path = try ONNXPath(graph, around: operators)
        var parts: [ONNXTrees] = []
        for node in operators { parts.append(try ONNXTrees(node)) }
        let trees = parts[0]
        var steps = try trees.steps
        if parts.count > 1 {
            for part in parts {
                guard part.isPlainSum, try part.steps.isEmpty, part.outputCount == trees.outputCount else {
                    throw .unsupported(
                        "the ONNX model sums \(parts.count) tree operators that are not plain sums themselves"
                    )
                }
            }
        }
        var features = path.features
        if features == nil {
            // The file leaves the width open: the model takes as many features as its trees look at.
            features = [Feature](repeating: Feature(), count: parts.map(\.columnCount).max() ?? 0)
        }
        let isDouble = path.precision == .double || trees.isDouble || parts.count > 1
        var ensemble = Ensemble(
            source: try source(), objective: node.type,
            features: features ?? [], precision: path.precision,
            sumPrecision: isDouble ? .double : .single, outputCount: trees.outputCount,
            baseScores: [Double](repeating: 0, count: trees.outputCount))
        ensemble.aggregation = trees.aggregation
        ensemble.averaging = trees.averages ? .always : .none
        ensemble.bias = trees.baseValues
        steps += path.steps
        if !steps.isEmpty { ensemble.transform = .onnx(ONNXTransform(steps)) }
        ensemble.classNames = path.classNames ?? trees.classNames
        ensemble.classRule = trees.classRule
        if ensemble.classRule != nil, ensemble.classNames.count != max(trees.outputCount, 2) {
            throw .malformed("the ONNX model has \(ensemble.classNames.count) labels for its classes")
        }
        guard
            path.scoreColumns == nil
                || path.scoreColumns == ensemble.transform.valueCount(rawCount: ensemble.outputCount)
        else {
            throw .unsupported("the outputs of the ONNX model do not take every score once")
        }
        var builder = EnsembleBuilder(ensemble)
        for part in parts {
            try part.add(to: &builder, columns: path.columns, budget: 16 * bytes.count + 1 << 20)
        }
        return try builder.finish()
    }

    private func source() throws(TreeEnsembleError) -> ModelSource {
        let producer = [try model.text(2), try model.text(3)].filter { !$0.isEmpty }.joined(separator: " ")
        return ModelSource(library: "ONNX", format: "ONNX", version: producer)
    }

    /// Reads a forest of one operator a tree; an isolation forest of one tree is one too, but nobody trains that.
    private func isolationForest() throws(TreeEnsembleError) -> Ensemble {
        let budget = 64 * bytes.count + 1 << 20
        let forest = try ONNXIsolationForest(graph, budget: budget)
        var ensemble = Ensemble(
            source: try source(), objective: "IsolationForest", features: forest.features,
            precision: .single, sumPrecision: .double, outputCount: 1, baseScores: [0])
        ensemble.transform = .isolation(pathLength: forest.pathLength, offset: forest.offset)
        ensemble.classRule = .outlier
        ensemble.classNames = ["-1", "1"]
        var builder = EnsembleBuilder(ensemble)
        for (tree, columns) in zip(forest.trees, forest.columns) {
            try tree.add(to: &builder, columns: columns, budget: budget)
        }
        return try builder.finish()
    }
}
