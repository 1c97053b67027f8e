// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The names of categories that XGBoost records from 3.1 on (`cats`, src/data/cat_container.cc).
struct XGBoostCategories {
    private var byFeature: [[String]] = []

    /// Reads them; a model without them has none.
    init(_ model: DocumentObject, featureCount: Int) throws(TreeEnsembleError) {
        guard let object = try model.optional("cats")?.object("cats"), let encodings = object.optional("enc")
        else { return }
        if case .numbers(let empty) = encodings, try empty.doubles().isEmpty { return }
        guard case .array(let entries) = encodings else { throw .malformed("enc of cats is not an array") }
        guard entries.count == featureCount || entries.isEmpty else {
            throw .malformed("cats does not have an entry for each feature")
        }
        for entry in entries { byFeature.append(try Self.names(try entry.object("an entry of cats"))) }
    }

    /// The names of a feature's categories in the order of their codes.
    func names(of feature: Int) -> [String] {
        feature < byFeature.count ? byFeature[feature] : []
    }

    private static func names(_ entry: DocumentObject) throws(TreeEnsembleError) -> [String] {
        let values = try entry.required("values", in: "an entry of cats").numbers("values of cats")
        guard let offsetNumbers = entry.optional("offsets") else {
            // Numbers as categories; they are written as they print.
            if values.encoding == .float32 || values.encoding == .float64 || values.encoding == .text {
                return try values.doubles().map { $0 == $0.rounded() ? "\(Int(exactly: $0) ?? 0)" : "\($0)" }
            }
            return try values.integers().map { "\($0)" }
        }
        let offsets = try offsetNumbers.numbers("offsets of cats").integers()
        let bytes = try values.integers().map { UInt8(truncatingIfNeeded: $0) }
        var names: [String] = []
        for (start, end) in zip(offsets, offsets.dropFirst()) {
            guard start >= 0, start <= end, end <= bytes.count else {
                throw .malformed("the offsets of cats do not fit its values")
            }
            names.append(String(decoding: bytes[start..<end], as: UTF8.self))
        }
        return names
    }
}
