// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Reads LightGBM's text models, v2 to v4 (src/boosting/gbdt_model_text.cpp in github.com/lightgbm-org/LightGBM).
struct LightGBMReader {
    private let text: LightGBMText
    private static let mostOutputs = 1 << 16
    private static let mostFeatures = 1 << 22

    /// Whether the bytes start as such a model does.
    static func recognizes(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("tree\n".utf8)) || bytes.starts(with: Array("tree\r\n".utf8))
    }

    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        text = try LightGBMText(bytes)
    }

    /// Reads the model.
    func read() throws(TreeEnsembleError) -> Ensemble {
        let header = text.header
        let version = text.text("version", in: header) ?? "v2"
        guard ["v2", "v3", "v4"].contains(version) else {
            throw .unsupported("LightGBM's model version '\(version.prefix(20))' is not supported")
        }
        let classCount = try text.integer("num_class", in: header) ?? 1
        let outputCount = try text.integer("num_tree_per_iteration", in: header) ?? classCount
        guard outputCount >= 1 else { throw .malformed("num_tree_per_iteration is not a count") }
        guard outputCount <= Self.mostOutputs else {
            throw TreeEnsembleError(.limitExceeded, "the model claims \(outputCount) outputs")
        }
        guard let largest = try text.integer("max_feature_idx", in: header), largest >= -1 else {
            throw .malformed("the header has no max_feature_idx")
        }
        guard largest < Self.mostFeatures else {
            throw TreeEnsembleError(.limitExceeded, "the model claims \(largest) features")
        }
        let objective = text.text("objective", in: header) ?? "custom"
        var ensemble = Ensemble(
            source: ModelSource(library: "LightGBM", format: "text", version: version),
            objective: objective, features: try features(count: largest + 1), precision: .double,
            sumPrecision: .double, outputCount: outputCount,
            baseScores: [Double](repeating: 0, count: outputCount))
        ensemble.transform = try LightGBMObjective(objective, outputCount: outputCount).transform
        if header.field("average_output") != nil { ensemble.averaging = .valuesOnly }
        if let booster = text.parameters["boosting"] { ensemble.facts.append(("booster", booster)) }
        guard text.trees.count % outputCount == 0 else {
            throw .malformed("\(text.trees.count) trees do not make whole iterations of \(outputCount)")
        }
        var builder = EnsembleBuilder(ensemble)
        for (number, block) in text.trees.enumerated() {
            try LightGBMTree(block, of: text).add(to: &builder, output: number % outputCount)
            if (number + 1) % outputCount == 0 { builder.endIteration() }
        }
        return try builder.finish()
    }

    private func features(count: Int) throws(TreeEnsembleError) -> [Feature] {
        let names = text.text("feature_names", in: text.header)?.split(separator: " ").map(String.init) ?? []
        let infos = text.text("feature_infos", in: text.header)?.split(separator: " ") ?? []
        guard names.isEmpty || names.count == count, infos.isEmpty || infos.count == count else {
            throw .malformed("feature_names or feature_infos do not have an entry for each feature")
        }
        guard !names.isEmpty || !infos.isEmpty else { return [Feature](repeating: Feature(), count: count) }
        let categories = try categories(infos: infos, count: count)
        return (0..<count).map { index in
            let isCategory =
                categories[index] != nil
                || !infos.isEmpty && infos[index] != "none" && infos[index].first != "["
            return Feature(
                name: names.isEmpty ? nil : names[index], kind: isCategory ? .categorical : .numeric,
                categories: categories[index] ?? [])
        }
    }

    /// The categories that pandas had, by feature.
    ///
    /// The file lists them in the order of the categorical columns, and its parameters say which columns
    /// those are; where the two do not agree, no names are given.
    private func categories(infos: [Substring], count: Int) throws(TreeEnsembleError) -> [Int: [String]] {
        guard let (start, end) = text.pandasCategories else { return [:] }
        let value = try JSONDocumentScanner.scan(Array(text.bytes[start..<end]))
        guard case .array(let lists) = value else { return [:] }
        let listed = (text.parameters["categorical_feature"] ?? "").split(separator: ",").compactMap {
            Int($0)
        }
        let inferred = infos.indices.filter { infos[$0] != "none" && infos[$0].first != "[" }
        let columns = listed.count == lists.count ? listed.sorted() : inferred
        guard columns.count == lists.count, columns.allSatisfy({ $0 >= 0 && $0 < count }) else { return [:] }
        var result: [Int: [String]] = [:]
        for (column, list) in zip(columns, lists) {
            var names: [String] = []
            switch list {
            case .numbers(let numbers): names = numbers.texts()
            case .array(let elements):
                for element in elements {
                    if case .number(let number) = element {
                        names += number.texts()
                    } else {
                        names.append(try element.string("a category"))
                    }
                }
            default: throw .malformed("pandas_categorical does not hold lists")
            }
            result[column] = names
        }
        return result
    }
}

extension NumberArray {
    /// The numbers of a JSON array as they are spelled in the file.
    func texts() -> [String] {
        String(decoding: bytes[start..<end], as: UTF8.self).split(separator: ",").map {
            String($0.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }
    }
}
